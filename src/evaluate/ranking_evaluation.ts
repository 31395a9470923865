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
import { ranges } from "../kernels/dispatch_limits.ts";
import type { Ranker, UserRange } from "../models/ranker.ts";
import { emptyPlace, longestRow, type Ragged, rowLength } from "../ragged.ts";
import { checkCutoff } from "./metrics.ts";
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

/** Users in a row, and how long their lists are. */
interface RankedRange extends UserRange {
  readonly width: number;
}

/** Between users whose lists have to be longer, so many others are ranked again rather than begin another ranking. */
const rankedBetween = 8;

/**
 * Evaluates rankers on one split. One ranking without the training items serves both parts: it is twice as long as the
 * largest cut-off, and where leaving out the other part's items leaves less than that of a user's list, the user is ranked
 * once more at a length that cannot, so nothing is approximated.
 *
 * Memory on the device, beside what the ranking itself takes: 8 bytes for each place of the lists of a block of users, 128
 * MiB at most by default.
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
   * @throws {ArgumentError} if the split is not as {@linkcode Split} says, or a cut-off is not a positive integer.
   */
  constructor(
    gpu: Gpu,
    split: Split,
    { k = [10, 50], listLength = 100, placesAtOnce = 2 ** 24 }: EvaluationOptions = {},
  ) {
    requireSplit(split);
    k.forEach(checkCutoff);
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
    const { users, items } = this.#split;
    const lists = new Uint32Array(users * listLength).fill(emptyPlace);
    const { valid, test } = partsOf(this.#split, this.k);
    const width = Math.max(listLength, Math.min(items, 2 * Math.max(0, ...this.k)));
    const together = Math.max(1, Math.floor(this.placesAtOnce / width));
    const blocks = [...ranges(users, together)].map(([first, end]) => ({ first, count: end - first, width }));
    const incomplete: number[] = [];
    await this.#rankRanges(ranker, blocks, (user, list) => {
      lists.set(list.subarray(0, listLength), user * listLength);
      const complete = [valid.take(user, list), test.take(user, list)];
      if (complete.includes(false)) incomplete.push(user);
    });
    await this.#rankRanges(ranker, this.#longer(incomplete), (user, list) => {
      for (const part of [valid, test]) part.take(user, list);
    });
    return { lists, valid: valid.metrics(), test: test.metrics() };
  }

  /** The users, and few others between them, with lists that are long enough whatever is left out. */
  *#longer(users: readonly number[]): Generator<RankedRange> {
    const { items, valid, test } = this.#split;
    const longest = Math.max(0, ...this.k);
    let range: RankedRange | null = null;
    for (const user of users) {
      const width = Math.min(items, longest + Math.max(rowLength(valid, user), rowLength(test, user)));
      if (range !== null) {
        const { first, count } = range;
        const joined: RankedRange = { first, count: user + 1 - first, width: Math.max(width, range.width) };
        const between = user - first - count;
        if (between <= rankedBetween && joined.count * joined.width <= this.placesAtOnce) {
          range = joined;
          continue;
        }
        yield range;
      }
      range = { first: user, count: 1, width };
    }
    if (range !== null) yield range;
  }

  /** Ranks, as many ranges at a time as fit together, and hands over every user's list. */
  async #rankRanges(
    ranker: Ranker,
    all: Iterable<RankedRange>,
    take: (user: number, list: Uint32Array) => void,
  ): Promise<void> {
    for (const batch of batchesWithin(all, ({ count, width }) => count * width, this.placesAtOnce)) {
      // All at once: each read-back waits 10 ms or more.
      const blocks = await Promise.all(batch.map(async ({ first, count, width }) => {
        using best = ranker.topK(width, this.train, { first, count });
        return await this.#gpu.readIntegers(best);
      }));
      batch.forEach(({ first, count, width }, n) => {
        for (let row = 0; row < count; row++) {
          take(first + row, blocks[n]!.subarray(row * width, (row + 1) * width));
        }
      });
    }
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
  for (let user = 0; user < split.users; user++) {
    const list = lists.subarray(user * width, (user + 1) * width);
    for (const part of [valid, test]) part.take(user, list);
  }
  return { valid: valid.metrics(), test: test.metrics() };
}

function partsOf(split: Split, ks: readonly number[]): Record<"valid" | "test", MeasuredPart> {
  return {
    valid: new MeasuredPart(split, split.valid, split.test, ks),
    test: new MeasuredPart(split, split.test, split.valid, ks),
  };
}

/** In order, as many at a time as weigh no more than `most` together, and at least one. */
function* batchesWithin<T>(all: Iterable<T>, weigh: (one: T) => number, most: number): Generator<T[]> {
  let [batch, weight]: [T[], number] = [[], 0];
  for (const one of all) {
    if (batch.length > 0 && weight + weigh(one) > most) {
      yield batch;
      [batch, weight] = [[], 0];
    }
    batch.push(one);
    weight += weigh(one);
  }
  if (batch.length > 0) yield batch;
}

/** Collects the users' lists for one part of a split, without the items of the other part. */
class MeasuredPart {
  readonly #items: number;
  readonly #users: Uint32Array;
  /** The place of each user among those who are measured; -1: not among them. */
  readonly #places: Int32Array;
  readonly #length: number;
  readonly #recommended: Uint32Array;
  readonly #relevant: Ragged;
  readonly #leftOut: Ragged;
  readonly #ks: readonly number[];
  /** An item is left out for user u while it holds u + 1. */
  readonly #leftOutFor: Uint32Array;

  constructor({ users, items }: Split, relevant: Ragged, leftOut: Ragged, ks: readonly number[]) {
    this.#items = items;
    this.#relevant = relevant;
    this.#leftOut = leftOut;
    this.#ks = ks;
    this.#users = usersWithRelevant(relevant);
    this.#places = new Int32Array(users).fill(-1);
    this.#users.forEach((user, place) => this.#places[user] = place);
    this.#length = Math.max(1, Math.min(items, Math.max(0, ...ks)));
    this.#recommended = new Uint32Array(this.#users.length * this.#length).fill(emptyPlace);
    this.#leftOutFor = new Uint32Array(items);
  }

  /** Takes a user's list, and says whether it is long enough: no longer one could hold more that counts. */
  take(user: number, list: Uint32Array): boolean {
    const place = this.#places[user]!;
    if (place < 0) return true;
    const leftOutFor = this.#leftOutFor;
    for (let e = this.#leftOut.offsets[user]!; e < this.#leftOut.offsets[user + 1]!; e++) {
      leftOutFor[this.#leftOut.items[e]!] = user + 1;
    }
    const start = place * this.#length;
    let filled = 0;
    for (const item of list) {
      if (filled === this.#length || item === emptyPlace) return true;
      if (leftOutFor[item] !== user + 1) this.#recommended[start + filled++] = item;
    }
    return filled === this.#length || list.length >= this.#items;
  }

  metrics(): PartMetrics {
    const perUser = measureLists(this.#recommended, this.#length, this.#users, this.#relevant, this.#ks);
    return { means: meanMetrics(perUser), perUser };
  }
}
