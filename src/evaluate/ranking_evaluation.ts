/**
 * Full-ranking evaluation: every item is ranked for every user. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type DeviceExclusions, uploadExclusions } from "../kernels/top_k.ts";
import type { Ranker } from "../models/ranker.ts";
import { type Ragged, rowCount } from "../ragged.ts";
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

function longestRow(lists: Ragged): number {
  let longest = 0;
  for (let r = 0; r < rowCount(lists); r++) {
    longest = Math.max(longest, lists.offsets[r + 1]! - lists.offsets[r]!);
  }
  return longest;
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
  readonly #validUsers: Uint32Array<ArrayBuffer>;
  readonly #testUsers: Uint32Array<ArrayBuffer>;

  /** Uploads the training items of `split`. */
  constructor(gpu: Gpu, split: Split, { k = [10, 50], listLength = 100 }: EvaluationOptions = {}) {
    this.#gpu = gpu;
    this.#split = split;
    this.k = k;
    const longest = Math.max(0, ...k) + Math.max(longestRow(split.valid), longestRow(split.test));
    this.width = Math.max(1, Math.min(split.items, Math.max(listLength, longest)));
    this.train = uploadExclusions(gpu, split.train);
    this.#validUsers = usersWithRelevant(split.valid);
    this.#testUsers = usersWithRelevant(split.test);
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
    return {
      valid: this.#measurePart(lists, width, this.#validUsers, this.#split.valid, this.#split.test),
      test: this.#measurePart(lists, width, this.#testUsers, this.#split.test, this.#split.valid),
    };
  }

  #measurePart(
    lists: Uint32Array,
    width: number,
    users: Uint32Array<ArrayBuffer>,
    relevant: Ragged,
    leftOut: Ragged,
  ): PartMetrics {
    const length = Math.min(width, Math.max(1, ...this.k));
    const recommended = new Uint32Array(users.length * length).fill(emptyPlace);
    // An item is left out for user u while leftOutFor holds u + 1 for it.
    const leftOutFor = new Uint32Array(this.#split.items);
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
    const perUser = measureLists(recommended, length, users, relevant, [...this.k]);
    return { means: meanMetrics(perUser), perUser };
  }

  /** Releases the device memory. */
  [Symbol.dispose](): void {
    this.train.dispose();
  }
}
