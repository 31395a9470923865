/**
 * Which interactions are held out for validation and test. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { permutation, stream } from "../random.ts";
import type { Dataset } from "./dataset_type.ts";

/** The ways to hold out interactions. */
export const splitMethods = ["random", "leave-last-out", "temporal"] as const;

/** How interactions are held out: see {@linkcode splitDataset}. */
export type SplitMethod = typeof splitMethods[number];

/** The part of an interaction. */
export const part = { train: 0, valid: 1, test: 2, dropped: 3 } as const;

/** Shares of the parts, and what draws lots. */
export interface HeldOutShares {
  /** Share of the test part. */
  readonly test: number;
  /** Share of the validation part. */
  readonly valid: number;
  /** Draws for the random method, and between interactions of the same time for leave-last-out. */
  readonly seed: number;
}

/** Rounds down, but not because of the last bit of a binary fraction: 0.29 * 100 is 28.999999999999996. */
function countOf(share: number, length: number): number {
  return Math.floor(share * length + 1e-9);
}

/** The part of every interaction by lot: of each user the same shares. */
export function randomParts({ users, interactions }: Dataset, shares: HeldOutShares): Uint8Array {
  const parts = new Uint8Array(interactions.items.length);
  for (let u = 0; u < users; u++) {
    const start = interactions.offsets[u]!;
    const length = interactions.offsets[u + 1]! - start;
    const order = permutation(length, shares.seed, stream.split, u);
    const testCount = countOf(shares.test, length);
    const heldOut = testCount + countOf(shares.valid, length);
    for (let n = 0; n < heldOut; n++) parts[start + order[n]!] = n < testCount ? part.test : part.valid;
  }
  return parts;
}

/**
 * The last interaction of every user for the test part, the one before for validation; a part whose share is 0 takes
 * none. A user with no more interactions than are held out keeps all of them for training.
 */
export function lastParts(dataset: Dataset, shares: HeldOutShares): Uint8Array {
  const times = requireTimes(dataset, "leave-last-out");
  const { users, interactions } = dataset;
  const held = [...shares.test > 0 ? [part.test] : [], ...shares.valid > 0 ? [part.valid] : []];
  const parts = new Uint8Array(interactions.items.length);
  for (let u = 0; u < users; u++) {
    const start = interactions.offsets[u]!;
    const length = interactions.offsets[u + 1]! - start;
    if (length <= held.length) continue;
    const lot = permutation(length, shares.seed, stream.split, u);
    for (const mark of held) {
      let last = -1;
      for (const n of lot) {
        if (parts[start + n] !== part.train) continue;
        if (last < 0 || times[start + n]! > times[start + last]!) last = n;
      }
      parts[start + last] = mark;
    }
  }
  return parts;
}

/**
 * The latest interactions of all for the test part, those before them for validation: cut in time, the same for all
 * users. Interactions of one time are never cut apart: where the share ends among them, all go to the earlier part.
 */
export function temporalParts(dataset: Dataset, shares: HeldOutShares): Uint8Array {
  const times = requireTimes(dataset, "temporal");
  const sorted = times.slice().sort();
  /** The earliest time of the latest `count`, or the next later one if it is shared with an earlier interaction. */
  const cut = (count: number): number => {
    let first = sorted.length - count;
    if (count > 0 && first > 0 && sorted[first - 1] === sorted[first]) {
      const tied = sorted[first];
      while (first < sorted.length && sorted[first] === tied) first++;
    }
    return first < sorted.length ? sorted[first]! : Infinity;
  };
  const testCount = countOf(shares.test, times.length);
  const testFrom = cut(testCount);
  const validFrom = Math.min(testFrom, cut(testCount + countOf(shares.valid, times.length)));
  const parts = new Uint8Array(times.length);
  for (let n = 0; n < times.length; n++) {
    const time = times[n]!;
    parts[n] = time >= testFrom ? part.test : time >= validFrom ? part.valid : part.train;
  }
  return parts;
}

function requireTimes(
  { times, name, interactions }: Dataset,
  method: SplitMethod,
): Float64Array<ArrayBuffer> {
  if (times === undefined) {
    throw new ArgumentError(
      "method",
      `it is ${method}, and the dataset '${name}' has no times`,
      "random, or a log with a column of times",
    );
  }
  if (times.length !== interactions.items.length) {
    const right = `${interactions.items.length}, one for each interaction`;
    throw new ArgumentError("dataset", `it has ${times.length} times`, right);
  }
  if (times.some(Number.isNaN)) throw new ArgumentError("dataset", "a time is NaN", "numbers");
  return times;
}
