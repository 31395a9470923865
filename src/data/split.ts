/**
 * Splits of interactions into training, validation and test. This module loads in a browser; reading a split
 * from files needs Deno or Node.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkRagged, type Ragged, rowCount, rowOf } from "../ragged.ts";
import { checkSeed } from "../random.ts";
import { columnCounts } from "./csr.ts";
import type { Dataset } from "./dataset_type.ts";
import { sha256 } from "./files.ts";
import { lastParts, part, randomParts, type SplitMethod, splitMethods, temporalParts } from "./held_out.ts";
import type { Split } from "./split_type.ts";

export { readSplit, readSplitFolder, type SplitFiles } from "./read_split.ts";
export { type SplitMethod, splitMethods } from "./held_out.ts";
export type { Split };

/** Settings of {@linkcode splitDataset}. */
export interface SplitOptions {
  /** Share of each user's interactions that goes to the test part (default 0.2). */
  readonly test?: number | undefined;
  /** Share of each user's interactions (all of them, not what the test part left) for the validation part (default 0.2). */
  readonly valid?: number | undefined;
  /** Decides which interactions go where; `temporal` does not depend on it. */
  readonly seed: number;
  /** Which interactions are held out (default `random`). */
  readonly method?: SplitMethod | undefined;
}

/**
 * Splits interactions into training, validation and test. Three methods choose what is held out:
 *
 * - `random`: of every user's n items, `floor(test * n)` by lot for the test part, `floor(valid * n)` for the validation
 *   part. The draw of a user depends on the seed and the user's row number only.
 * - `leave-last-out`: of every user the latest item for the test part and the one before for the validation part, of
 *   those with more items than that; the shares do not count, but for 0, which leaves the part out. Between items of the
 *   same time the seed draws.
 * - `temporal`: of all interactions the latest `floor(test * n)` for the test part and the `floor(valid * n)` before them
 *   for the validation part. All of one time are in one part: where a share would end among them, they go to the earlier
 *   part, so that every test time is later than every validation time, and that later than every training time.
 *
 * The rest is for training. Then validation and test items that occur in no training row are dropped. With `random`, a
 * user who is left without validation items or without test items is dropped from both (and stays in training); a part
 * whose share is 0 does not count for this. With the others, which may test a user who has no validation item, only users
 * without training items are dropped from both.
 *
 * `random` is the protocol of Kang et al., "Distillation from Heterogeneous Models for Top-K Recommendation", WWW 2023:
 * with shares of 0.2 the first counts are 60/20/20.
 *
 * @example Split the built-in sample
 * ```ts
 * import { loadDataset, splitDataset } from "@hetcomp/hetcomp";
 * const split = splitDataset(await loadDataset("sample"), { seed: 1 });
 * console.assert(split.train.offsets.length === split.users + 1);
 * console.assert(split.test.items.length > 0 && split.test.items.length < split.train.items.length);
 * ```
 *
 * @example The last interaction of everybody
 * ```ts
 * import { ragged, splitDataset } from "@hetcomp/hetcomp";
 * const split = splitDataset({
 *   name: "three",
 *   users: 2,
 *   items: 3,
 *   interactions: ragged([[0, 1, 2], [0, 1, 2]]),
 *   userIds: ["a", "b"],
 *   itemIds: ["x", "y", "z"],
 *   times: Float64Array.of(7, 5, 6, 1, 2, 3),
 * }, { method: "leave-last-out", valid: 0, seed: 1 });
 * console.assert(split.test.items.join() === "0,2" && split.train.items.join() === "1,2,0,1");
 * ```
 *
 * @param dataset Interactions by user; with times for the methods that go by them.
 * @param options Shares, seed and method.
 * @returns The three parts, over the same users and items as the dataset.
 * @throws {ArgumentError} if a share is negative, their sum is not below 1, the seed is no integer from 0 to
 * 2^32 - 1, the dataset is not as {@linkcode Dataset} says, the method is unknown, or it goes by times and the dataset has none.
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): Split {
  const { test: testShare = 0.2, valid: validShare = 0.2, seed, method = "random" } = options;
  for (const [name, share] of [["test", testShare], ["valid", validShare]] as const) {
    if (!(share >= 0 && share < 1)) {
      throw new ArgumentError(name, `it is ${share}`, "a share from 0 to below 1");
    }
  }
  if (!(testShare + validShare < 1)) {
    throw new ArgumentError("test", `test and valid add up to ${testShare + validShare}`, "a sum below 1");
  }
  checkSeed(seed);
  if (!splitMethods.includes(method)) {
    throw new ArgumentError("method", `it is ${method}`, `one of ${splitMethods.join(", ")}`);
  }
  const { users, items, interactions } = dataset;
  checkDataset(dataset);
  const counts = {
    train: new Uint32Array(users),
    valid: new Uint32Array(users),
    test: new Uint32Array(users),
  };
  const hold = { random: randomParts, "leave-last-out": lastParts, temporal: temporalParts }[method];
  const parts = hold(dataset, { test: testShare, valid: validShare, seed });
  const seen = columnCounts(pick(interactions, parts, part.train), items);
  for (let u = 0; u < users; u++) {
    for (let n = interactions.offsets[u]!; n < interactions.offsets[u + 1]!; n++) {
      if (parts[n] === part.train) counts.train[u]!++;
      else if (seen[interactions.items[n]!] === 0) parts[n] = part.dropped;
      else if (parts[n] === part.valid) counts.valid[u]!++;
      else counts.test[u]!++;
    }
    const lacksValid = validShare > 0 && counts.valid[u] === 0;
    const lacksTest = testShare > 0 && counts.test[u] === 0;
    if (method === "random" ? lacksValid || lacksTest : counts.train[u] === 0) {
      for (let n = interactions.offsets[u]!; n < interactions.offsets[u + 1]!; n++) {
        if (parts[n] !== part.train) parts[n] = part.dropped;
      }
    }
  }
  return {
    name: dataset.name,
    users,
    items,
    train: pick(interactions, parts, part.train),
    valid: pick(interactions, parts, part.valid),
    test: pick(interactions, parts, part.test),
    userIds: dataset.userIds,
    itemIds: dataset.itemIds,
  };
}

/** The values that were given the mark `wanted`, in the same rows. */
function pick(lists: Ragged, parts: Uint8Array, wanted: number): Ragged {
  const offsets = new Uint32Array(lists.offsets.length);
  const items = new Uint32Array(lists.items.length);
  let count = 0;
  for (let r = 0; r < rowCount(lists); r++) {
    for (let n = lists.offsets[r]!; n < lists.offsets[r + 1]!; n++) {
      if (parts[n] === wanted) items[count++] = lists.items[n]!;
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
  for (const lists of [split.train, split.valid, split.test]) words.push(lists.offsets, lists.items);
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

/** A hand-made dataset may repeat an item, which would then stand in two parts. */
function checkDataset({ users, items, interactions, userIds, itemIds }: Dataset): void {
  checkRagged("interactions", interactions);
  for (
    const [name, found, wanted] of [
      ["interactions", rowCount(interactions), users],
      ["userIds", userIds.length, users],
      ["itemIds", itemIds.length, items],
    ] as const
  ) {
    if (found !== wanted) {
      throw new ArgumentError(name, `it has ${found} entries`, `${wanted}, as the dataset says`);
    }
  }
  for (let user = 0; user < users; user++) {
    let last = -1;
    for (const item of rowOf(interactions, user)) {
      if (item <= last || item >= items) {
        const right = `distinct items below ${items} in ascending order`;
        throw new ArgumentError("interactions", `row ${user} holds ${item} behind ${last}`, right);
      }
      last = item;
    }
  }
}
