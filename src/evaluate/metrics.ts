/**
 * Top-K ranking metrics of one user. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { emptyPlace } from "../ragged.ts";

/** The metrics of one recommended list at one cut-off; all lie in [0, 1]. */
export interface RankingMetrics {
  /** Relevant items among the first k, divided by the number of relevant items (not by min(k, that number)). */
  recall: number;
  /**
   * Discounted cumulative gain with gain 1 for a relevant item and discount 1 / log2(rank + 2) for the 0-based rank,
   * divided by that of the ideal list, which holds min(k, relevant) relevant items (Järvelin and Kekäläinen, 2002).
   */
  ndcg: number;
  /** Relevant items among the first k, divided by k, also when the list is shorter than k. */
  precision: number;
  /** 1 if any of the first k items is relevant, else 0. */
  hit: number;
  /** The sum of precision@r over the ranks r <= k that hold a relevant item, divided by min(k, relevant). */
  averagePrecision: number;
  /** 1 / r for the first rank r <= k (from 1) that holds a relevant item; 0 if there is none. */
  reciprocalRank: number;
}

/** The names of the metrics, in the order in which tables show them. */
export const metricNames = [
  "recall",
  "ndcg",
  "precision",
  "hit",
  "averagePrecision",
  "reciprocalRank",
] as const;

/** The name of one of the {@linkcode RankingMetrics}. */
export type MetricName = typeof metricNames[number];

/**
 * Checks a cut-off.
 *
 * @param k The number of leading items that count.
 * @throws {ArgumentError} if it is not a positive integer.
 */
export function checkCutoff(k: number): void {
  if (!(Number.isInteger(k) && k > 0)) throw new ArgumentError("k", `it is ${k}`, "a positive integer");
}

/**
 * The metrics of a list, given where its hits stand. The shared core of {@linkcode rankingMetrics} and of the
 * measurement of many users; it does not check its arguments.
 *
 * @param ranks 0-based ranks of the relevant items in the list, ascending; entries from `count` on are not read.
 * @param count How many there are.
 * @param relevant The number of relevant items; 0 gives 0 for every metric.
 * @param k The cut-off.
 */
export function metricsOfHits(
  ranks: ArrayLike<number>,
  count: number,
  relevant: number,
  k: number,
): RankingMetrics {
  let hits = 0;
  let gain = 0;
  let precisions = 0;
  while (hits < count && ranks[hits]! < k) {
    const rank = ranks[hits]!;
    hits++;
    gain += 1 / Math.log2(rank + 2);
    precisions += hits / (rank + 1);
  }
  if (hits === 0) return { recall: 0, ndcg: 0, precision: 0, hit: 0, averagePrecision: 0, reciprocalRank: 0 };
  const attainable = Math.min(k, relevant);
  let ideal = 0;
  for (let rank = 0; rank < attainable; rank++) ideal += 1 / Math.log2(rank + 2);
  return {
    recall: hits / relevant,
    ndcg: gain / ideal,
    precision: hits / k,
    hit: 1,
    averagePrecision: precisions / attainable,
    reciprocalRank: 1 / (ranks[0]! + 1),
  };
}

/**
 * Measures one user's recommended list against the items relevant to that user. Relevance is binary. The denominators
 * are those stated at {@linkcode RankingMetrics}: toolkits differ in them, so compare definitions before figures.
 *
 * An item that is recommended twice counts at its first place only; the later place is a miss. With nothing relevant
 * every metric is 0; the mean over users must leave such users out.
 *
 * @example Two of three relevant items in the first four places
 * ```ts
 * import { rankingMetrics } from "@hetcomp/hetcomp";
 * const metrics = rankingMetrics([7, 1, 5, 2], [7, 5, 9], 4);
 * console.assert(metrics.recall === 2 / 3 && metrics.precision === 0.5 && metrics.reciprocalRank === 1);
 * ```
 *
 * @param recommended Item numbers, the best first; 0xffffffff is an empty place. It may be shorter than `k`.
 * @param relevant The relevant item numbers in any order; repetitions count once.
 * @param k How many leading places count.
 * @throws {ArgumentError} if `k` is not a positive integer.
 */
export function rankingMetrics(
  recommended: ArrayLike<number>,
  relevant: Iterable<number>,
  k: number,
): RankingMetrics {
  checkCutoff(k);
  const wanted = new Set(relevant);
  wanted.delete(emptyPlace);
  const total = wanted.size;
  const ranks: number[] = [];
  for (let rank = 0; rank < Math.min(k, recommended.length); rank++) {
    if (wanted.delete(recommended[rank]!)) ranks.push(rank);
  }
  return metricsOfHits(ranks, ranks.length, total, k);
}
