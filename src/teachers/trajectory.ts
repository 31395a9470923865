/**
 * A teacher's trajectory: the ranked lists of a few states between the start of training and convergence. This module
 * is browser compatible.
 *
 * @module
 */
import { sha256 } from "../data/files.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { TrajectoryError } from "../errors.ts";
import { emptyPlace, rowCount } from "../ragged.ts";

/** What a teacher knew at one checkpoint. */
export interface TrajectoryState {
  /** The epoch of the checkpoint; fractions are allowed. */
  epoch: number;
  /** [users x length] unobserved items, the best first; 0xffffffff is an empty place, at the end of a row only. */
  items: Uint32Array<ArrayBuffer>;
  /** [users x length] the importance of each of these items; 0 in an empty place. */
  importance: Float32Array<ArrayBuffer>;
  /** Validation metrics at the checkpoint, such as `recall@50`. */
  metrics: Record<string, number>;
}

/** One evaluation during the training of a teacher. */
export interface CurvePoint {
  /** The epoch after which the teacher was evaluated. */
  epoch: number;
  /** The training loss of that epoch. */
  loss: number;
  /** Validation metrics. */
  metrics: Record<string, number>;
}

/** A trained teacher as distillation sees it: lists, not weights. */
export interface Trajectory {
  /** Which recommender it is, such as `MF`. */
  kind: string;
  /** Number of users. */
  users: number;
  /** Number of items. */
  items: number;
  /** Places per user in every state. */
  length: number;
  /** The fingerprint of the split on which it was trained. */
  fingerprint: string;
  /** The seed of its training. */
  seed: number;
  /** The settings of its training; JSON values. */
  hyperparameters: Record<string, unknown>;
  /** The name of the GPU adapter, or of whatever computed it. */
  adapter: string;
  /** The states, the earliest first, the converged one last. */
  states: TrajectoryState[];
  /**
   * The importance of every training interaction among the user's own, at the final state; aligned with the items of the
   * split's training part.
   */
  observed: Float32Array<ArrayBuffer>;
  /** Every evaluation during training. */
  curve: CurvePoint[];
  /** How long training took, in seconds. */
  seconds: number;
}

/** The largest number of states a trajectory may have: state indices are kept in bytes. */
export const largestStateCount = 256;

/**
 * Checks everything about a trajectory that distillation relies on: sizes; states strictly ordered in time; in every row
 * distinct items below `items`, empty places at its end only and with importance 0; importances that are finite and not
 * negative; finite metrics. With a split also: its counts, and no training item in any list. Time O(states users length),
 * memory one number per item. It does not compare fingerprints; see {@linkcode belongsTo}.
 *
 * @example A list that repeats an item
 * ```ts
 * import { TrajectoryError, validateTrajectory } from "@hetcomp/hetcomp";
 * const state = { epoch: 1, items: Uint32Array.of(4, 4), importance: Float32Array.of(2, 1), metrics: {} };
 * const trajectory = {
 *   kind: "MF", users: 1, items: 9, length: 2, fingerprint: "0", seed: 1, hyperparameters: {}, adapter: "none",
 *   states: [state], observed: new Float32Array(), curve: [], seconds: 0,
 * };
 * let reason = "";
 * try {
 *   validateTrajectory(trajectory);
 * } catch (error) {
 *   if (error instanceof TrajectoryError) reason = error.message;
 * }
 * console.assert(reason.includes("user 0 holds item 4 twice"));
 * ```
 *
 * @param trajectory What to check.
 * @param split The split that it should fit.
 * @param folder Where it lies, for the message.
 * @throws {TrajectoryError} naming the folder and the first thing that is wrong.
 */
export function validateTrajectory(trajectory: Trajectory, split?: Split, folder?: string): void {
  const fail = (reason: string): never => {
    throw new TrajectoryError(folder ?? `memory (${trajectory.kind})`, reason);
  };
  const { users, items, length, states, observed } = trajectory;
  for (const [name, value] of Object.entries({ users, items })) {
    if (!isCount(value)) fail(`the number of ${name} is ${value}; expected an integer from 0 up`);
  }
  if (!(isCount(length) && length > 0)) {
    fail(`the length of its lists is ${length}; expected a positive integer`);
  }
  if (states.length < 1 || states.length > largestStateCount) {
    fail(`it has ${states.length} states; expected 1 to ${largestStateCount}`);
  }
  if (split !== undefined) checkCounts(trajectory, split, fail);
  states.forEach((state, s) => {
    if (!(state.epoch >= 0 && state.epoch < Infinity)) fail(`state ${s} has the epoch ${state.epoch}`);
    if (s > 0 && !(state.epoch > states[s - 1]!.epoch)) {
      fail(
        `state ${s} (epoch ${state.epoch}) is not later than state ${s - 1} (epoch ${states[s - 1]!.epoch})`,
      );
    }
    checkMetrics(state.metrics, `state ${s}`, fail);
    checkLists(state, s, trajectory, split, fail);
  });
  for (let n = 0; n < observed.length; n++) {
    if (!isImportance(observed[n]!)) fail(`the importance of training interaction ${n} is ${observed[n]}`);
  }
  trajectory.curve.forEach(({ epoch, loss, metrics }, n) => {
    if (!Number.isFinite(epoch) || !Number.isFinite(loss)) {
      fail(
        `evaluation ${n} of its curve has the epoch ${epoch} and the loss ${loss}; expected finite numbers`,
      );
    }
    checkMetrics(metrics, `evaluation ${n} of its curve`, fail);
  });
  if (!(trajectory.seconds >= 0 && trajectory.seconds < Infinity)) {
    fail(`it took ${trajectory.seconds} seconds`);
  }
}

/**
 * Whether a trajectory was made from exactly this split: the same fingerprint and counts.
 *
 * @example Another split
 * ```ts
 * import { belongsTo, generateSample, splitDataset, splitFingerprint } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 30, items: 40, interactions: 300 });
 * const split = splitDataset(dataset, { seed: 1 });
 * const made = { users: split.users, items: split.items, fingerprint: await splitFingerprint(split) };
 * console.assert(await belongsTo(made, split));
 * console.assert(!await belongsTo(made, splitDataset(dataset, { seed: 2 })));
 * ```
 *
 * @param trajectory The trajectory, or those of its members that count here.
 * @param split The split.
 */
export async function belongsTo(
  trajectory: Pick<Trajectory, "users" | "items" | "fingerprint">,
  split: Split,
): Promise<boolean> {
  return trajectory.users === split.users && trajectory.items === split.items &&
    trajectory.fingerprint === await splitFingerprint(split);
}

/** A SHA-256 of all that distillation reads of a trajectory: lists and importances, in 64 hexadecimal digits. */
export async function listsDigest(
  { states, observed }: Pick<Trajectory, "states" | "observed">,
): Promise<string> {
  const arrays = [...states.flatMap(({ items, importance }) => [items, importance]), observed];
  const sums = await Promise.all(
    arrays.map(({ buffer, byteOffset, byteLength }) =>
      sha256(new Uint8Array(buffer, byteOffset, byteLength))
    ),
  );
  return await sha256(new TextEncoder().encode(sums.join()));
}

type Fail = (reason: string) => never;

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value < emptyPlace;
}

function isImportance(value: number): boolean {
  return value >= 0 && value < Infinity;
}

function checkCounts(trajectory: Trajectory, split: Split, fail: Fail): void {
  if (trajectory.users !== split.users || trajectory.items !== split.items) {
    fail(
      `it is of ${trajectory.users} users and ${trajectory.items} items, ` +
        `the split '${split.name}' of ${split.users} and ${split.items}`,
    );
  }
  const interactions = split.train.items.length;
  if (trajectory.observed.length !== interactions) {
    fail(
      `it has the importance of ${trajectory.observed.length} training interactions, the split has ${interactions}`,
    );
  }
}

function checkMetrics(metrics: Record<string, number>, where: string, fail: Fail): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) {
      fail(`${where} has ${value} for the metric ${name}; expected a finite number`);
    }
  }
}

function checkLists(
  state: TrajectoryState,
  s: number,
  of: Trajectory,
  split: Split | undefined,
  fail: Fail,
): void {
  const { users, items, length } = of;
  for (const [name, list] of Object.entries({ items: state.items, importance: state.importance })) {
    if (list.length !== users * length) {
      fail(`state ${s} has ${list.length} ${name}; expected ${users} x ${length}`);
    }
  }
  if (split !== undefined && rowCount(split.train) !== users) {
    fail(`the split has ${rowCount(split.train)} users`);
  }
  // An item is marked 2 u + 1 once it is in the list of user u, 2 u + 2 if it is one of the user's training items.
  const marks = new Float64Array(items);
  for (let user = 0; user < users; user++) {
    if (split !== undefined) {
      for (let n = split.train.offsets[user]!; n < split.train.offsets[user + 1]!; n++) {
        marks[split.train.items[n]!] = 2 * user + 2;
      }
    }
    let ended = false;
    for (let n = user * length; n < (user + 1) * length; n++) {
      const item = state.items[n]!;
      const value = state.importance[n]!;
      const where = () => `in state ${s} the list of user ${user}`;
      if (!isImportance(value)) fail(`${where()} has the importance ${value} at place ${n - user * length}`);
      if (item === emptyPlace) {
        ended = true;
        if (value !== 0) fail(`${where()} has the importance ${value} in an empty place`);
        continue;
      }
      if (ended) fail(`${where()} goes on after an empty place`);
      if (item >= items) fail(`${where()} holds item ${item}; expected items below ${items}`);
      if (marks[item] === 2 * user + 1) fail(`${where()} holds item ${item} twice`);
      if (marks[item] === 2 * user + 2) {
        fail(`${where()} holds item ${item}, one of the user's training items`);
      }
      marks[item] = 2 * user + 1;
    }
  }
}
