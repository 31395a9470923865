/**
 * Full-ranking evaluation: every item is ranked for every user. This module is browser compatible.
 *
 * @module
 */
import { requireSplit } from "../data/check_split.ts";
import type { Split } from "../data/split.ts";
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type DeviceExclusions, uploadExclusions } from "../kernels/top_k.ts";
import type { Ranker, UserRange } from "../models/ranker.ts";
import { emptyPlace, longestRow, type Ragged, rowLength } from "../ragged.ts";
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
  /** Length of the lists that are kept beside the metrics. Default 100. */
  readonly listLength?: number;
  /** Places of lists that are on the device at a time, unless a single user takes more. Default 2^24: 64 MiB of items. */
  readonly placesAtOnce?: number;
}

/** Length that lists without training items need: leaving out the other part's items still leaves the largest cut-off. */
export function measuredLength(split: Split, k: readonly number[]): number {
  return Math.max(0, ...k) + Math.max(longestRow(split.valid), longestRow(split.test));
}

/** What a ranker's lists came to. */
export interface RankedEvaluation extends SplitMetrics {
  /**
   * [users x {@linkcode RankingEvaluation.listLength}] the ranker's best items, training items left out; 0xffffffff is an
   * empty place.
   */
  readonly lists: Uint32Array<ArrayBuffer>;
}

/**
 * Evaluates rankers on one split. One ranking without the training items serves both parts: it is long enough that
 * leaving out the other part's items still leaves the largest cut-off, so nothing is approximated.
 *
 * Memory on the device, beside what the ranking itself takes: 8 bytes for each place of the lists of a block of users, 128
 * MiB at most by default; a block's lists are as long as the user in it with the most held-out items needs.
 */
export class RankingEvaluation implements Disposable {
  /** Length that lists from elsewhere need, for exact results of {@linkcode RankingEvaluation.measure}. */
  readonly width: number;
  /** Length of the lists that {@linkcode RankingEvaluation.rank} gives. */
  readonly listLength: number;
  /** Places of lists that are on the device at a time, unless a single user takes more. */
  readonly placesAtOnce: number;
  /** The cut-offs. */
  readonly k: readonly number[];
  /** Training items, on the device. */
  readonly train: DeviceExclusions;
  readonly #gpu: Gpu;
  readonly #split: Split;

  /**
   * Uploads the training items of `split`.
   *
   * @throws {ArgumentError} if the split is not as {@linkcode Split} says.
   */
  constructor(
    gpu: Gpu,
    split: Split,
    { k = [10, 50], listLength = 100, placesAtOnce = 2 ** 24 }: EvaluationOptions = {},
  ) {
    requireSplit(split);
    this.#gpu = gpu;
    this.#split = split;
    this.k = k;
    this.placesAtOnce = placesAtOnce;
    this.listLength = Math.max(1, Math.min(split.items, listLength));
    this.width = Math.max(this.listLength, Math.min(split.items, measuredLength(split, k)));
    this.train = uploadExclusions(gpu, split.train);
  }

  /** Ranks all items for all users and measures both parts. Records the first ranking before it waits for anything. */
  async rank(ranker: Ranker): Promise<RankedEvaluation> {
    const { listLength } = this;
    const lists = new Uint32Array(this.#split.users * listLength).fill(emptyPlace);
    const parts = partsOf(this.#split, this.k);
    for (const { first, count, width } of this.#blocks()) {
      using best = ranker.topK(width, this.train, { first, count });
      const block = await this.#gpu.readIntegers(best);
      for (let n = 0; n < count; n++) {
        lists.set(block.subarray(n * width, n * width + listLength), (first + n) * listLength);
      }
      for (const part of Object.values(parts)) part.add(first, block, width);
    }
    return { lists, valid: parts.valid.metrics(), test: parts.test.metrics() };
  }

  /** Users in a row whose lists fit together, and how long these have to be. */
  *#blocks(): Generator<UserRange & { width: number }> {
    const { users, items, valid, test } = this.#split;
    const longest = Math.max(0, ...this.k);
    let [first, width] = [0, this.listLength];
    for (let user = 0; user < users; user++) {
      const heldOut = Math.max(rowLength(valid, user), rowLength(test, user));
      const wider = Math.max(width, Math.min(items, longest + heldOut));
      if (user > first && (user + 1 - first) * wider > this.placesAtOnce) {
        yield { first, count: user - first, width };
        [first, width] = [user, Math.max(this.listLength, Math.min(items, longest + heldOut))];
      } else width = wider;
    }
    if (first < users) yield { first, count: users - first, width };
  }

  /**
   * Measures lists without training items on both parts.
   *
   * @param lists [users x width] item numbers, best first.
   * @param width Length of a row; at least {@linkcode RankingEvaluation.width} for exact results.
   */
  measure(lists: Uint32Array, width: number = this.width): SplitMetrics {
    return measured(this.#split, lists, width, this.k);
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
 * @throws {ArgumentError} if a cut-off is not a positive integer, the sizes disagree, or the split is not as
 * {@linkcode Split} says.
 */
export function measureSplit(
  split: Split,
  lists: Uint32Array,
  width: number,
  ks: readonly number[],
): SplitMetrics {
  requireSplit(split);
  return measured(split, lists, width, ks);
}

function measured(split: Split, lists: Uint32Array, width: number, ks: readonly number[]): SplitMetrics {
  if (lists.length !== split.users * width) {
    throw new ArgumentError("lists", `they hold ${lists.length} numbers`, `${split.users} x ${width}`);
  }
  const { valid, test } = partsOf(split, ks);
  for (const part of [valid, test]) part.add(0, lists, width);
  return { valid: valid.metrics(), test: test.metrics() };
}

function partsOf(split: Split, ks: readonly number[]): Record<"valid" | "test", MeasuredPart> {
  return {
    valid: new MeasuredPart(split.items, split.valid, split.test, ks),
    test: new MeasuredPart(split.items, split.test, split.valid, ks),
  };
}

/** Collects the users' lists for one part of a split, without the items of the other part. */
class MeasuredPart {
  readonly #users: Uint32Array;
  readonly #length: number;
  readonly #recommended: Uint32Array;
  readonly #relevant: Ragged;
  readonly #leftOut: Ragged;
  readonly #ks: readonly number[];
  /** An item is left out for user u while it holds u + 1. */
  readonly #leftOutFor: Uint32Array;
  #measured = 0;

  constructor(items: number, relevant: Ragged, leftOut: Ragged, ks: readonly number[]) {
    this.#relevant = relevant;
    this.#leftOut = leftOut;
    this.#ks = ks;
    this.#users = usersWithRelevant(relevant);
    this.#length = Math.max(1, Math.min(items, Math.max(0, ...ks)));
    this.#recommended = new Uint32Array(this.#users.length * this.#length).fill(emptyPlace);
    this.#leftOutFor = new Uint32Array(items);
  }

  /** Takes the lists, `width` places each, of the users from `first` on; calls go through the users in order. */
  add(first: number, lists: Uint32Array, width: number): void {
    const end = first + lists.length / width;
    const length = this.#length;
    const leftOutFor = this.#leftOutFor;
    for (; this.#measured < this.#users.length && this.#users[this.#measured]! < end; this.#measured++) {
      const user = this.#users[this.#measured]!;
      for (let e = this.#leftOut.offsets[user]!; e < this.#leftOut.offsets[user + 1]!; e++) {
        leftOutFor[this.#leftOut.items[e]!] = user + 1;
      }
      let filled = 0;
      for (let place = 0; place < width && filled < length; place++) {
        const item = lists[(user - first) * width + place]!;
        if (item === emptyPlace) break;
        if (leftOutFor[item] !== user + 1) this.#recommended[this.#measured * length + filled++] = item;
      }
    }
  }

  metrics(): PartMetrics {
    const perUser = measureLists(this.#recommended, this.#length, this.#users, this.#relevant, this.#ks);
    return { means: meanMetrics(perUser), perUser };
  }
}
