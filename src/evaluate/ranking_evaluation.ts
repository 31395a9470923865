/**
 * Full-ranking evaluation: every item is ranked for every user. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type DeviceExclusions, uploadExclusions } from "../kernels/top_k.ts";
import type { Ranker } from "../models/ranker.ts";
import { longestRow, type Ragged } from "../ragged.ts";
import { emptyPlace } from "./metrics.ts";
import {
  type MeanMetrics,
  meanMetrics,
  measureLists,
  type PerUserMetrics,
  usersWithRelevant,
} from "./per_user.ts";

/** Metrics on one part of a split. */
export interface PartMetrics {
  /** Means over the evaluated users. */
  readonly means: MeanMetrics;
  /** The same, user by user. */
  readonly perUser: PerUserMetrics;
}

/** Metrics on validation and test. */
export interface SplitMetrics {
  /** Validation; training and test items are left out of the ranking. */
  readonly valid: PartMetrics;
  /** Test; training and validation items are left out of the ranking. */
  readonly test: PartMetrics;
}

/** Options of an evaluation. */
export interface EvaluationOptions {
  /** Cut-offs. Default [10, 50]. */
  readonly k?: readonly number[];
  /** Least length of the lists, for callers that use them further. Default 100. */
  readonly listLength?: number;
}

/** Length that lists without training items need: leaving out the other part's items still leaves the largest cut-off. */
export function measuredLength(split: Split, k: readonly number[]): number {
  return Math.max(0, ...k) + Math.max(longestRow(split.valid), longestRow(split.test));
}

/**
 * Evaluates rankers on one split. One ranking without the training items serves both parts: it is long enough that
 * leaving out the other part's items still leaves the largest cut-off, so nothing is approximated.
 *
 * Memory on the device: users x width numbers, beside what the ranking itself takes.
 */
export class RankingEvaluation implements Disposable {
  /** Length of the lists that {@linkcode RankingEvaluation.rank} gives. */
  readonly width: number;
  /** The cut-offs. */
  readonly k: readonly number[];
  /** Training items, on the device. */
  readonly train: DeviceExclusions;
  readonly #gpu: Gpu;
  readonly #split: Split;

  /** Uploads the training items of `split`. */
  constructor(gpu: Gpu, split: Split, { k = [10, 50], listLength = 100 }: EvaluationOptions = {}) {
    this.#gpu = gpu;
    this.#split = split;
    this.k = k;
    const longest = measuredLength(split, k);
    this.width = Math.max(1, Math.min(split.items, Math.max(listLength, longest)));
    this.train = uploadExclusions(gpu, split.train);
  }

  /** [users x width] the ranker's best items, training items left out; 0xffffffff is an empty place. */
  async rank(ranker: Ranker): Promise<Uint32Array<ArrayBuffer>> {
    using best = ranker.topK(this.width, this.train);
    return await this.#gpu.readIntegers(best);
  }

  /**
   * Measures lists without training items on both parts.
   *
   * @param lists [users x width] item numbers, best first.
   * @param width Length of a row; at least {@linkcode RankingEvaluation.width} for exact results.
   */
  measure(lists: Uint32Array, width: number = this.width): SplitMetrics {
    return measureSplit(this.#split, lists, width, this.k);
  }

  /** Releases the device memory. */
  [Symbol.dispose](): void {
    this.train.dispose();
  }
}

/**
 * Measures anybody's ranked lists on both parts of a split, without a device: validation leaves test items out of the
 * lists, test leaves validation items out; users without relevant items are not evaluated.
 *
 * @example Lists of one user
 * ```ts
 * import { measureSplit, ragged } from "@hetcomp/hetcomp";
 * const [train, valid, test] = [ragged([[0]]), ragged([[1]]), ragged([[2]])];
 * const split = { name: "mine", users: 1, items: 4, train, valid, test, userIds: ["ann"], itemIds: ["a", "b", "c", "d"] };
 * const { means } = measureSplit(split, Uint32Array.of(1, 2, 3), 3, [1]).test;
 * console.assert(means["recall@1"] === 1);
 * ```
 *
 * @param split The data.
 * @param lists [users x width] item numbers, the best first, without training items; 0xffffffff is an empty place, and so
 * is all that follows it.
 * @param width Length of a row. Leaving out shortens a list: a cut-off is exact if the other part's items fit beside it.
 * @param ks The cut-offs.
 * @throws {ArgumentError} if a cut-off is not a positive integer or the sizes disagree.
 */
export function measureSplit(
  split: Split,
  lists: Uint32Array,
  width: number,
  ks: readonly number[],
): SplitMetrics {
  if (lists.length !== split.users * width) {
    throw new ArgumentError("lists", `they hold ${lists.length} numbers`, `${split.users} x ${width}`);
  }
  return {
    valid: measurePart(split, lists, width, ks, split.valid, split.test),
    test: measurePart(split, lists, width, ks, split.test, split.valid),
  };
}

function measurePart(
  split: Split,
  lists: Uint32Array,
  width: number,
  ks: readonly number[],
  relevant: Ragged,
  leftOut: Ragged,
): PartMetrics {
  const users = usersWithRelevant(relevant);
  const length = Math.min(width, Math.max(1, ...ks));
  const recommended = new Uint32Array(users.length * length).fill(emptyPlace);
  // An item is left out for user u while leftOutFor holds u + 1 for it.
  const leftOutFor = new Uint32Array(split.items);
  users.forEach((user, n) => {
    for (let e = leftOut.offsets[user]!; e < leftOut.offsets[user + 1]!; e++) {
      leftOutFor[leftOut.items[e]!] = user + 1;
    }
    let filled = 0;
    for (let place = 0; place < width && filled < length; place++) {
      const item = lists[user * width + place]!;
      if (item === emptyPlace) break;
      if (leftOutFor[item] !== user + 1) recommended[n * length + filled++] = item;
    }
  });
  const perUser = measureLists(recommended, length, users, relevant, [...ks]);
  return { means: meanMetrics(perUser), perUser };
}
