/**
 * Splits of interactions into training, validation and test. This module loads in a browser; reading a split
 * from files needs Deno or Node.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount, rowOf } from "../ragged.ts";
import { permutation, stream } from "../random.ts";
import { columnCounts } from "./csr.ts";
import type { Dataset } from "./dataset_type.ts";
import { sha256 } from "./files.ts";
import type { Split } from "./split_type.ts";

export { readSplit, readSplitFolder, type SplitFiles } from "./read_split.ts";
export type { Split };

/** Settings of {@linkcode splitDataset}. */
export interface SplitOptions {
  /** Share of each user's interactions that goes to the test part (default 0.2). */
  readonly test?: number | undefined;
  /** Share of each user's interactions (all of them, not what the test part left) for the validation part (default 0.2). */
  readonly valid?: number | undefined;
  /** Decides which interactions go where. */
  readonly seed: number;
}

/**
 * Splits every user's interactions at random: `floor(test * n)` of the n items to the test part, `floor(valid * n)` to
 * the validation part, the rest to training. Then validation and test items that occur in no training row are dropped,
 * and a user who is left without validation items or without test items is dropped from both (and stays in training); a
 * part whose share is 0 does not count for this. The draw of a user depends on the seed and the user's row number only.
 *
 * This is the protocol of Kang et al., "Distillation from Heterogeneous Models for Top-K Recommendation", WWW 2023: with
 * shares of 0.2 the first counts are 60/20/20.
 *
 * @example Split the built-in sample
 * ```ts
 * import { loadDataset, splitDataset } from "@hetcomp/hetcomp";
 * const split = splitDataset(await loadDataset("sample"), { seed: 1 });
 * console.assert(split.train.offsets.length === split.users + 1);
 * console.assert(split.test.items.length > 0 && split.test.items.length < split.train.items.length);
 * ```
 *
 * @param dataset Interactions by user.
 * @param options Shares and seed.
 * @returns The three parts, over the same users and items as the dataset.
 * @throws {ArgumentError} if a share is negative, their sum is not below 1, or the seed is not a non-negative integer.
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): Split {
  const { test: testShare = 0.2, valid: validShare = 0.2, seed } = options;
  for (const [name, share] of [["test", testShare], ["valid", validShare]] as const) {
    if (!(share >= 0 && share < 1)) {
      throw new ArgumentError(name, `it is ${share}`, "a share from 0 to below 1");
    }
  }
  if (!(testShare + validShare < 1)) {
    throw new ArgumentError("test", `test and valid add up to ${testShare + validShare}`, "a sum below 1");
  }
  if (!(Number.isInteger(seed) && seed >= 0)) {
    throw new ArgumentError("seed", `it is ${seed}`, "a non-negative integer");
  }
  const { users, items, interactions } = dataset;
  const counts = {
    train: new Uint32Array(users),
    valid: new Uint32Array(users),
    test: new Uint32Array(users),
  };
  /** The part of every interaction: 0 training, 1 validation, 2 test, 3 dropped. */
  const parts = new Uint8Array(interactions.items.length);
  for (let u = 0; u < users; u++) {
    const start = interactions.offsets[u]!;
    const length = interactions.offsets[u + 1]! - start;
    const order = permutation(length, seed, stream.split, u);
    const testCount = countOf(testShare, length);
    const heldOut = testCount + countOf(validShare, length);
    for (let n = 0; n < heldOut; n++) parts[start + order[n]!] = n < testCount ? 2 : 1;
  }
  const seen = columnCounts(pick(interactions, parts, 0), items);
  for (let u = 0; u < users; u++) {
    for (let n = interactions.offsets[u]!; n < interactions.offsets[u + 1]!; n++) {
      if (parts[n] === 0) counts.train[u]!++;
      else if (seen[interactions.items[n]!] === 0) parts[n] = 3;
      else if (parts[n] === 1) counts.valid[u]!++;
      else counts.test[u]!++;
    }
    const lacksValid = validShare > 0 && counts.valid[u] === 0;
    const lacksTest = testShare > 0 && counts.test[u] === 0;
    if (lacksValid || lacksTest) {
      for (let n = interactions.offsets[u]!; n < interactions.offsets[u + 1]!; n++) {
        if (parts[n] !== 0) parts[n] = 3;
      }
    }
  }
  return {
    name: dataset.name,
    users,
    items,
    train: pick(interactions, parts, 0),
    valid: pick(interactions, parts, 1),
    test: pick(interactions, parts, 2),
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
  };
}

/** Rounds down, but not because of the last bit of a binary fraction: 0.29 * 100 is 28.999999999999996. */
function countOf(share: number, length: number): number {
  return Math.floor(share * length + 1e-9);
}

/** The values that were given the mark `part`, in the same rows. */
function pick(lists: Ragged, parts: Uint8Array, part: number): Ragged {
  const offsets = new Uint32Array(lists.offsets.length);
  const items = new Uint32Array(lists.items.length);
  let count = 0;
  for (let r = 0; r < rowCount(lists); r++) {
    for (let n = lists.offsets[r]!; n < lists.offsets[r + 1]!; n++) {
      if (parts[n] === part) items[count++] = lists.items[n]!;
    }
    offsets[r + 1] = count;
  }
  return { offsets, items: items.slice(0, count) };
}

/**
 * A name for exactly this split: the SHA-256 of a canonical byte form, which is the ASCII text `hetcomp split 1\n`
 * followed by 32-bit little-endian words: users, items, then for training, validation and test in this order the
 * users + 1 offsets and the items. Names and ids do not enter. A teacher trained on one split is of no use with another;
 * this is how that is noticed.
 *
 * @example Two seeds, two fingerprints
 * ```ts
 * import { generateSample, splitDataset, splitFingerprint } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 30, items: 40, interactions: 300 });
 * const one = await splitFingerprint(splitDataset(dataset, { seed: 1 }));
 * const two = await splitFingerprint(splitDataset(dataset, { seed: 2 }));
 * console.assert(one.length === 64 && one !== two);
 * ```
 *
 * @param split The split.
 * @returns 64 lower-case hexadecimal digits.
 */
export async function splitFingerprint(split: Split): Promise<string> {
  const head = new TextEncoder().encode("hetcomp split 1\n");
  const words: ArrayLike<number>[] = [[split.users, split.items]];
  for (const part of [split.train, split.valid, split.test]) words.push(part.offsets, part.items);
  const count = words.reduce((sum, array) => sum + array.length, 0);
  const bytes = new Uint8Array(head.length + 4 * count);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  let position = head.length;
  for (const array of words) {
    for (let n = 0; n < array.length; n++, position += 4) view.setUint32(position, array[n]!, true);
  }
  return await sha256(bytes);
}

/** Number of users who have an item in the test part: those over whom test figures are averaged. */
export function evaluatedUsers(split: Split): number {
  let count = 0;
  for (let u = 0; u < split.users; u++) if (rowOf(split.test, u).length > 0) count++;
  return count;
}
