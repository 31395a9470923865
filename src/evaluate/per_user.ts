/**
 * Ranking metrics of many users, kept per user: means and significance tests are derived from these.
 * This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { emptyPlace, type Ragged, rowCount } from "../ragged.ts";
import { checkCutoff, type MetricName, metricNames, metricsOfHits } from "./metrics.ts";

/**
 * The metrics of every evaluated user at every cut-off: `perUser.recall[c][n]` is the recall at `k[c]` of the user
 * `users[n]`. The definitions are those of `rankingMetrics`.
 */
export interface PerUserMetrics extends Record<MetricName, Float64Array<ArrayBuffer>[]> {
  /** The evaluated users' numbers. */
  users: Uint32Array<ArrayBuffer>;
  /** The cut-offs. */
  k: number[];
}

/** Means over users by metric and cut-off, such as `means["recall@10"]`. */
export type MeanMetrics = Record<`${MetricName}@${number}`, number>;

/**
 * The users that can be evaluated: those to whom something is relevant, ascending.
 *
 * @param relevant One row of relevant items per user.
 */
export function usersWithRelevant(relevant: Ragged): Uint32Array<ArrayBuffer> {
  const users = new Uint32Array(rowCount(relevant));
  let count = 0;
  for (let u = 0; u < users.length; u++) {
    if (relevant.offsets[u + 1]! > relevant.offsets[u]!) users[count++] = u;
  }
  return users.slice(0, count);
}

/**
 * Measures the recommended lists of many users. Time O(users (width + relevant)); memory: the result, and one number
 * per item.
 *
 * @example Measure two of three users
 * ```ts
 * import { meanMetrics, measureLists, ragged } from "@hetcomp/hetcomp";
 * const relevant = ragged([[4], [], [1, 2]]);
 * const perUser = measureLists(Uint32Array.of(4, 0, 1, 9), 2, Uint32Array.of(0, 2), relevant, [1, 2]);
 * console.assert(perUser.recall[1]!.join() === "1,0.5" && meanMetrics(perUser)["recall@2"] === 0.75);
 * ```
 *
 * @param recommended [users.length x width] item numbers row by row, the best first; 0xffffffff is an empty place.
 * @param width The length of a row. Places beyond it, up to a larger cut-off, count as empty.
 * @param users The user number of each row of `recommended`; something must be relevant to each
 * (see {@linkcode usersWithRelevant}).
 * @param relevant One row of relevant items for every user of the data set; row numbers are user numbers.
 * @param ks The cut-offs.
 * @throws {ArgumentError} if a cut-off is not a positive integer, the sizes disagree, or nothing
 * is relevant to a user.
 */
export function measureLists(
  recommended: Uint32Array,
  width: number,
  users: Uint32Array,
  relevant: Ragged,
  ks: readonly number[],
): PerUserMetrics {
  ks.forEach(checkCutoff);
  if (!(Number.isInteger(width) && width >= 0)) {
    throw new ArgumentError("width", `it is ${width}`, "an integer from 0 up");
  }
  const longest = Math.min(width, Math.max(0, ...ks));
  if (recommended.length !== users.length * width) {
    throw new ArgumentError(
      "recommended",
      `it holds ${recommended.length} numbers`,
      `${users.length} x ${width}`,
    );
  }
  let items = 0;
  for (const item of relevant.items) if (item >= items && item !== emptyPlace) items = item + 1;
  const perUser = emptyTable(users, ks);
  // waiting[i] is n + 1 while item i is relevant to user n and has not been found in the list yet.
  const waiting = new Uint32Array(items);
  const ranks = new Uint32Array(longest);
  for (let n = 0; n < users.length; n++) {
    const user = users[n]!;
    if (user >= rowCount(relevant)) {
      throw new ArgumentError("users", `it holds user ${user}`, `users below ${rowCount(relevant)}`);
    }
    let total = 0;
    for (let e = relevant.offsets[user]!; e < relevant.offsets[user + 1]!; e++) {
      const item = relevant.items[e]!;
      if (item < items && waiting[item] !== n + 1) {
        waiting[item] = n + 1;
        total++;
      }
    }
    if (total === 0) {
      throw new ArgumentError("users", `nothing is relevant to user ${user}`, "users with relevant items");
    }
    let hits = 0;
    for (let rank = 0; rank < longest; rank++) {
      const item = recommended[n * width + rank]!;
      if (item < items && waiting[item] === n + 1) {
        waiting[item] = 0;
        ranks[hits++] = rank;
      }
    }
    for (let c = 0; c < ks.length; c++) {
      const metrics = metricsOfHits(ranks, hits, total, ks[c]!);
      for (const name of metricNames) perUser[name][c]![n] = metrics[name];
    }
  }
  return perUser;
}

/**
 * The mean of every metric over the evaluated users, summed in their order (so the same input gives the same bits).
 * Without any user the means are NaN.
 *
 * @example The mean over two users
 * ```ts
 * import { meanMetrics, measureLists, ragged } from "@hetcomp/hetcomp";
 * const perUser = measureLists(Uint32Array.of(3, 8), 1, Uint32Array.of(0, 1), ragged([[3], [5]]), [1]);
 * console.assert(meanMetrics(perUser)["hit@1"] === 0.5);
 * ```
 */
export function meanMetrics(perUser: PerUserMetrics): MeanMetrics {
  const means: MeanMetrics = {};
  perUser.k.forEach((k, c) => {
    for (const name of metricNames) {
      let sum = 0;
      for (const value of perUser[name][c]!) sum += value;
      means[`${name}@${k}`] = sum / perUser.users.length;
    }
  });
  return means;
}

/**
 * Every user's metrics averaged over several measurements, as of students trained with different seeds: tests over users
 * then compare methods, not single trainings.
 *
 * @example Two seeds
 * ```ts
 * import { averagePerUser, measureLists, ragged } from "@hetcomp/hetcomp";
 * const measured = [[3], [4]].map((list) =>
 *   measureLists(Uint32Array.from(list), 1, Uint32Array.of(0), ragged([[3]]), [1])
 * );
 * console.assert(averagePerUser(measured).recall[0]!.join() === "0.5");
 * ```
 *
 * @param measured At least one measurement; all of the same users in the same order, with the same cut-offs.
 * @throws {ArgumentError} if there is none, or they differ in users or cut-offs.
 */
export function averagePerUser(measured: readonly PerUserMetrics[]): PerUserMetrics {
  const [first] = measured;
  if (first === undefined) throw new ArgumentError("measured", "it holds none", "at least one measurement");
  const mean = emptyTable(first.users, first.k);
  measured.forEach(({ users, k, ...metrics }, m) => {
    if (k.join() !== first.k.join()) {
      throw new ArgumentError("measured", `number ${m} has the cut-offs ${k.join()}`, first.k.join());
    }
    if (!sameUsers(users, first.users)) {
      throw new ArgumentError("measured", `the users of number ${m} are others`, "those of the first");
    }
    for (const name of metricNames) {
      metrics[name].forEach((values, c) => values.forEach((value, n) => mean[name][c]![n]! += value));
    }
  });
  for (const name of metricNames) {
    for (const values of mean[name]) values.forEach((sum, n) => values[n] = sum / measured.length);
  }
  return mean;
}

/** Whether two measurements are of the same users in the same order. */
export function sameUsers(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((user, n) => user === other[n]);
}

function emptyTable(users: Uint32Array, ks: readonly number[]): PerUserMetrics {
  const columns = () => ks.map(() => new Float64Array(users.length));
  return {
    users: Uint32Array.from(users),
    k: [...ks],
    recall: columns(),
    ndcg: columns(),
    precision: columns(),
    hit: columns(),
    averagePrecision: columns(),
    reciprocalRank: columns(),
  };
}
