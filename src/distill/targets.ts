/**
 * What the student is taught: observed and distilled items of every user. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { BestItems } from "../models/best_items.ts";
import { emptyPlace, type Ragged, rowCount } from "../ragged.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { type FusedLists, teacherWeights } from "./ensemble.ts";

/**
 * P_u: the best observed items of every user, ordered by the sum over the teachers of their importance among the
 * user's observed items at the final states, equal sums by the lower item number. A user with fewer than `count`
 * observed items has a shorter list.
 *
 * @example The better two of three
 * ```ts
 * import { observedTargets, ragged } from "@hetcomp/hetcomp";
 * const targets = observedTargets([{ observed: Float32Array.of(1, 2, 1.5) }], ragged([[4, 5, 9]]), 2);
 * console.assert(targets.items.join() === "5,9");
 * ```
 *
 * @param trajectories The teachers; `observed` holds the importance of every training interaction.
 * @param train O_u, one row per user, in the order with which `observed` is aligned; items distinct within a row.
 * @param count The longest list.
 * @param weights A factor from 0 up for each teacher (1 by default).
 * @throws {ArgumentError} if there is no teacher, `observed` is not aligned with `train` or not finite, or `count` or
 * a weight is out of range.
 */
export function observedTargets(
  trajectories: readonly Pick<Trajectory, "observed">[],
  train: Ragged,
  count = 10,
  weights?: ArrayLike<number>,
): Ragged {
  if (trajectories.length === 0) {
    throw new ArgumentError("trajectories", "it holds none", "at least one trajectory");
  }
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new ArgumentError("count", `it is ${count}`, "an integer from 0 up");
  }
  const factors = teacherWeights(trajectories.length, weights);
  const sums = new Float64Array(train.items.length);
  trajectories.forEach(({ observed }, m) => {
    if (observed.length !== sums.length) {
      const right = `${sums.length}, one per training interaction`;
      throw new ArgumentError(
        "trajectories",
        `teacher ${m} has ${observed.length} observed importances`,
        right,
      );
    }
    for (let n = 0; n < sums.length; n++) {
      if (!Number.isFinite(observed[n]!)) {
        throw new ArgumentError(
          "trajectories",
          `teacher ${m} has ${observed[n]} for interaction ${n}`,
          "finite numbers",
        );
      }
      sums[n]! += factors[m]! * observed[n]!;
    }
  });
  const users = rowCount(train);
  const offsets = new Uint32Array(users + 1);
  for (let user = 0; user < users; user++) {
    offsets[user + 1] = offsets[user]! + Math.min(count, train.offsets[user + 1]! - train.offsets[user]!);
  }
  const items = new Uint32Array(offsets[users]!);
  const best = new BestItems(Math.min(count, train.items.length));
  const scores = new Float64Array(items.length);
  for (let user = 0; user < users; user++) {
    for (let n = train.offsets[user]!; n < train.offsets[user + 1]!; n++) {
      best.offer(train.items[n]!, sums[n]!);
    }
    best.drain(items, scores, offsets[user]!);
  }
  return { offsets, items };
}

/**
 * T_u: the fused lists without their empty places.
 *
 * @example Drop the padding
 * ```ts
 * import { ensembleTargets } from "@hetcomp/hetcomp";
 * const items = Uint32Array.of(3, 1, 5, 0xffffffff);
 * const targets = ensembleTargets({ users: 2, k: 2, items });
 * console.assert(targets.items.join() === "3,1,5" && targets.offsets.join() === "0,2,3");
 * ```
 *
 * @param fused The result of fusing the teachers.
 * @param count Keep at most this many leading items per user (all by default).
 * @throws {ArgumentError} if the sizes disagree or `count` is out of range.
 */
export function ensembleTargets(
  fused: Pick<FusedLists, "users" | "k" | "items">,
  count: number = fused.k,
): Ragged {
  const { users, k } = fused;
  if (fused.items.length !== users * k) {
    throw new ArgumentError("fused", `it holds ${fused.items.length} items`, `${users} x ${k}`);
  }
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new ArgumentError("count", `it is ${count}`, "an integer from 0 up");
  }
  const places = Math.min(count, k);
  const offsets = new Uint32Array(users + 1);
  const items = new Uint32Array(users * places);
  let length = 0;
  for (let user = 0; user < users; user++) {
    for (let n = user * k; n < user * k + places; n++) {
      if (fused.items[n] !== emptyPlace) items[length++] = fused.items[n]!;
    }
    offsets[user + 1] = length;
  }
  return { offsets, items: items.slice(0, length) };
}
