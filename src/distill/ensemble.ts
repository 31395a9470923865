/**
 * The ensemble: the teachers' lists fused into one list per user. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkCutoff } from "../evaluate/metrics.ts";
import { BestItems } from "../models/best_items.ts";
import { emptyPlace, type Ragged, rowCount } from "../ragged.ts";
import type { Trajectory } from "../teachers/trajectory.ts";

/** The part of a trajectory that the ensemble reads. */
export type TeacherLists = Pick<Trajectory, "users" | "items" | "length"> & {
  /** The states, the earliest first. */
  states: readonly Pick<Trajectory["states"][number], "items" | "importance">[];
};

/** How the teachers' lists are fused. */
export interface FuseOptions {
  /** A factor from 0 up for each teacher's importance (1 by default). */
  weights?: ArrayLike<number>;
  /** Items that must not come into a user's list, one row per user. */
  exclude?: Ragged;
}

/** One fused list per user. */
export interface FusedLists {
  /** Number of users. */
  users: number;
  /** Places per user. */
  k: number;
  /** [users x k] item numbers, the best first; 0xffffffff is an empty place. */
  items: Uint32Array<ArrayBuffer>;
  /** [users x k] summed importances; 0 in an empty place. */
  importance: Float64Array<ArrayBuffer>;
}

/** How many places teachers' lists have together: no list fused of them is longer. */
export function placesTogether(teachers: readonly Pick<TeacherLists, "length">[]): number {
  return teachers.reduce((sum, { length }) => sum + length, 0);
}

/**
 * The final state of every teacher for every user, to hand to {@linkcode fuseTeachers}.
 *
 * @param teachers The trajectories; all of the same users.
 */
export function finalStates(
  teachers: readonly Pick<TeacherLists, "users" | "states">[],
): Uint8Array<ArrayBuffer>[] {
  return teachers.map(({ users, states }) => new Uint8Array(users).fill(states.length - 1));
}

/**
 * Fuses the teachers' lists: an item's ensemble score for a user is the sum of its importances over the teachers at
 * their selected states (HetComp, WWW 2023), summed in the order of the teachers in float64. The best k items make the
 * list, equal scores by the lower item number; items without importance are left out.
 *
 * Time O(users (teachers length + k log k)); memory: the result, and one number per item.
 *
 * @example Two teachers agree on item 4
 * ```ts
 * import { fuseTeachers } from "@hetcomp/hetcomp";
 * const teacher = (items: number[]) => ({
 *   users: 1,
 *   items: 6,
 *   length: 2,
 *   states: [{ items: Uint32Array.from(items), importance: Float32Array.of(1.5, 1) }],
 * });
 * const fused = fuseTeachers([teacher([3, 4]), teacher([4, 5])], [[0], [0]], 4);
 * console.assert(fused.items.join() === "4,3,5,4294967295" && fused.importance[0] === 2.5);
 * ```
 *
 * @param teachers Trajectories of the same users and items.
 * @param states [teacher][user] the selected state (see {@linkcode finalStates}).
 * @param k Length of the fused lists.
 * @param options Weights and excluded items.
 * @throws {ArgumentError} if there is no teacher, shapes disagree, a teacher does not have a selected state, an item
 * is out of range, or an option is.
 */
export function fuseTeachers(
  teachers: readonly TeacherLists[],
  states: readonly ArrayLike<number>[],
  k: number,
  options: FuseOptions = {},
): FusedLists {
  const { users, items } = checkTeachers(teachers, states);
  checkCutoff(k);
  const { exclude } = options;
  if (exclude !== undefined && rowCount(exclude) !== users) {
    throw new ArgumentError("exclude", `it has ${rowCount(exclude)} rows`, `${users}, one per user`);
  }
  const weights = teacherWeights(teachers.length, options.weights);
  const sums = new Float64Array(items);
  let candidates = 0;
  for (const { length } of teachers) candidates += length;
  const touched = new Uint32Array(candidates);
  const best = new BestItems(Math.min(k, candidates, items));
  const fused = {
    users,
    k,
    items: new Uint32Array(users * k).fill(emptyPlace),
    importance: new Float64Array(users * k),
  };
  for (let user = 0; user < users; user++) {
    // An excluded item starts at minus infinity and stays there, so that it never counts as touched.
    if (exclude !== undefined) markRow(sums, exclude, user, -Infinity);
    let count = 0;
    for (let m = 0; m < teachers.length; m++) {
      const { length, states: kept } = teachers[m]!;
      const state = kept[states[m]![user]!];
      if (state === undefined) {
        const wrong = `teacher ${m} has no state ${states[m]![user]} for user ${user}`;
        throw new ArgumentError("states", wrong, `integers from 0 to ${kept.length - 1}`);
      }
      const weight = weights[m]!;
      for (let n = user * length; n < (user + 1) * length; n++) {
        const item = state.items[n]!;
        if (item >= items) {
          if (item === emptyPlace) continue;
          throw new ArgumentError(
            "teachers",
            `teacher ${m} lists item ${item} for user ${user}`,
            `items below ${items}`,
          );
        }
        const share = weight * state.importance[n]!;
        if (!(share > 0)) continue;
        if (sums[item] === 0) touched[count++] = item;
        sums[item]! += share;
      }
    }
    for (let n = 0; n < count; n++) {
      best.offer(touched[n]!, sums[touched[n]!]!);
      sums[touched[n]!] = 0;
    }
    if (exclude !== undefined) markRow(sums, exclude, user, 0);
    best.drain(fused.items, fused.importance, user * k);
  }
  return fused;
}

/**
 * The weights of the teachers, each 1 if none are given.
 *
 * @param teachers Number of teachers.
 * @param weights One weight per teacher.
 * @throws {ArgumentError} if there is not one finite weight from 0 up per teacher.
 */
export function teacherWeights(teachers: number, weights?: ArrayLike<number>): ArrayLike<number> {
  if (weights === undefined) return new Float64Array(teachers).fill(1);
  if (weights.length !== teachers) {
    throw new ArgumentError("weights", `it holds ${weights.length} weights`, `${teachers}, one per teacher`);
  }
  for (let m = 0; m < teachers; m++) {
    if (!(weights[m]! >= 0 && weights[m]! < Infinity)) {
      throw new ArgumentError("weights", `it is ${weights[m]} for teacher ${m}`, "a finite number from 0 up");
    }
  }
  return weights;
}

function markRow(sums: Float64Array, rows: Ragged, user: number, value: number): void {
  for (let n = rows.offsets[user]!; n < rows.offsets[user + 1]!; n++) {
    if (rows.items[n]! < sums.length) sums[rows.items[n]!] = value;
  }
}

function checkTeachers(
  teachers: readonly TeacherLists[],
  states: readonly ArrayLike<number>[],
): { users: number; items: number } {
  const first = teachers[0];
  if (first === undefined) throw new ArgumentError("teachers", "it holds none", "at least one trajectory");
  if (states.length !== teachers.length) {
    throw new ArgumentError("states", `it has ${states.length} rows`, `${teachers.length}, one per teacher`);
  }
  const { users, items } = first;
  teachers.forEach((teacher, m) => {
    if (teacher.users !== users || teacher.items !== items) {
      const wrong = `teacher ${m} has ${teacher.users} users and ${teacher.items} items`;
      throw new ArgumentError("teachers", wrong, `${users} users and ${items} items, as teacher 0`);
    }
    if (states[m]!.length !== users) {
      throw new ArgumentError("states", `teacher ${m} has ${states[m]!.length} users`, `${users}`);
    }
    for (const state of teacher.states) {
      if (state.items.length !== users * teacher.length || state.importance.length !== state.items.length) {
        throw new ArgumentError(
          "teachers",
          `teacher ${m} has lists of a wrong size`,
          `${users} x ${teacher.length}`,
        );
      }
    }
  });
  return { users, items };
}
