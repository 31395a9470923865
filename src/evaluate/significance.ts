/**
 * Whether two rankers differ by more than chance, from the metrics of the same users. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { normalTails, studentTails } from "./distributions.ts";
import { type MetricName, metricNames } from "./metrics.ts";
import { type PerUserMetrics, sameUsers } from "./per_user.ts";

/** The result of a two-sided test. */
export interface SignificanceTest {
  /** The test statistic: t, or the smaller one of the two sums of signed ranks. */
  readonly statistic: number;
  /** The probability of a statistic at least as extreme if there is no difference. */
  readonly p: number;
}

/** Two rankers compared on one metric. */
export interface MetricComparison {
  /** The metric and its cut-off, such as `recall@10`. */
  readonly metric: `${MetricName}@${number}`;
  /** The mean of the first ranker. */
  readonly mean: number;
  /** The mean of the other ranker. */
  readonly otherMean: number;
  /** The mean over the users of the first ranker's value less the other's. */
  readonly difference: number;
  /** Student's paired t test. */
  readonly tTest: SignificanceTest;
  /** Wilcoxon's signed-rank test. */
  readonly wilcoxon: SignificanceTest;
  /** The p of the t test, adjusted for the number of metrics (Holm). */
  readonly tTestHolm: number;
  /** The p of the signed-rank test, adjusted for the number of metrics (Holm). */
  readonly wilcoxonHolm: number;
}

/**
 * Student's paired t test, two-sided: t = mean(d) / (s(d) / sqrt(n)) for the differences d, with n - 1 degrees of freedom.
 * If all differences are 0, p is 1; if they are all the same other number, p is 0.
 *
 * @example Three pairs
 * ```ts
 * import { pairedTTest } from "@hetcomp/hetcomp";
 * const { statistic, p } = pairedTTest([1, 2, 4], [0, 0, 1]);
 * console.assert(Math.abs(statistic - Math.sqrt(12)) < 1e-12 && Math.abs(p - 0.0742) < 1e-4);
 * ```
 *
 * @param one A value per pair.
 * @param other As many.
 * @param precision Two values that differ by less than this share of the larger one count as equal: 2^-22 where they were
 * kept in single precision, so that means of the same values in another order do.
 * @throws {ArgumentError} if there are fewer than two pairs, the lengths differ, or a value is not finite.
 */
export function pairedTTest(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  precision = 0,
): SignificanceTest {
  const { n, mean, squares } = momentsOf(differencesOf(one, other, precision));
  if (mean === 0) return { statistic: 0, p: 1 };
  // What is left of equal differences is rounding: of the mean, and of the values.
  let largest = 0;
  for (let pair = 0; pair < n; pair++) largest = Math.max(largest, largerOf(one[pair]!, other[pair]!));
  if (squares <= n * Math.max(Math.abs(mean) * Number.EPSILON, largest * precision) ** 2) {
    return { statistic: mean > 0 ? Infinity : -Infinity, p: 0 };
  }
  const statistic = mean / Math.sqrt(squares / (n - 1) / n);
  return { statistic, p: studentTails(statistic, n - 1) };
}

/**
 * Half the width of the 95 % confidence interval of the mean difference: s(d) / sqrt(n) times the t that n - 1 degrees of
 * freedom exceed, to either side, with a probability of 5 %.
 *
 * @example Three pairs
 * ```ts
 * import { confidenceMargin } from "@hetcomp/hetcomp";
 * console.assert(Math.abs(confidenceMargin([1, 2, 4], [0, 0, 1]) - 4.3027 * Math.sqrt(1 / 3)) < 1e-4);
 * ```
 *
 * @param one A value per pair.
 * @param other As many.
 * @param precision Two values that differ by less than this share of the larger one count as equal: 2^-22 where they were
 * kept in single precision, so that means of the same values in another order do.
 * @throws {ArgumentError} if there are fewer than two pairs, the lengths differ, or a value is not finite.
 */
export function confidenceMargin(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  precision = 0,
): number {
  const { n, squares } = momentsOf(differencesOf(one, other, precision));
  let [low, high] = [0, 1e3];
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (studentTails(middle, n - 1) > 0.05) low = middle;
    else high = middle;
  }
  return high * Math.sqrt(squares / (n - 1) / n);
}

/** Metrics are kept in single precision. */
export const metricPrecision: number = 2 ** -22;

/** Up to so many differences the null distribution of the signed ranks is computed in full. */
const exactPairs = 50;

/**
 * Wilcoxon's signed-rank test (Biometrics Bulletin, 1945), two-sided. Differences of 0 are left out, equal magnitudes
 * share the mean of their ranks. Up to 50 differences the null distribution is exact, with shared ranks too; beyond, it
 * is the normal one with its variance corrected for ties and no correction for continuity. With no difference at all, p is 1.
 *
 * @example Six differences, five of them positive
 * ```ts
 * import { wilcoxonSignedRank } from "@hetcomp/hetcomp";
 * const { statistic, p } = wilcoxonSignedRank([1, 2, 3, -4, 5, 6.5], [0, 0, 0, 0, 0, 0]);
 * console.assert(statistic === 4 && p === 14 / 64);
 * ```
 *
 * @param one A value per pair.
 * @param other As many.
 * @param precision Two values that differ by less than this share of the larger one count as equal: 2^-22 where they were
 * kept in single precision, so that means of the same values in another order do.
 * @throws {ArgumentError} if there are fewer than two pairs, the lengths differ, or a value is not finite.
 */
export function wilcoxonSignedRank(
  one: ArrayLike<number>,
  other: ArrayLike<number>,
  precision = 0,
): SignificanceTest {
  const differences = differencesOf(one, other, precision);
  const order = Array.from(differences, (_, pair) => pair).filter((pair) => differences[pair] !== 0)
    .sort((a, b) => Math.abs(differences[a]!) - Math.abs(differences[b]!));
  const sizes = order.map((pair) => Math.abs(differences[pair]!));
  const precisions = order.map((pair) => Math.max(1e-12, precision * largerOf(one[pair]!, other[pair]!)));
  const n = order.length;
  if (n === 0) return { statistic: 0, p: 1 };
  /** Twice the rank of each difference: a whole number also where ranks are shared. */
  const doubledRanks = new Uint32Array(n);
  let ties = 0;
  for (let start = 0, end = 0; start < n; start = end) {
    while (end < n && sizes[end]! - sizes[start]! <= Math.max(precisions[start]!, precisions[end]!)) end++;
    doubledRanks.fill(start + end + 1, start, end);
    ties += (end - start) ** 3 - (end - start);
  }
  let positive = 0;
  order.forEach((pair, r) => positive += differences[pair]! > 0 ? doubledRanks[r]! : 0);
  const least = Math.min(positive, n * (n + 1) - positive);
  const statistic = least / 2;
  if (n <= exactPairs) return { statistic, p: Math.min(1, 2 * exactTail(doubledRanks, least)) };
  const variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
  const z = (n * (n + 1) / 4 - statistic) / Math.sqrt(variance);
  return { statistic, p: normalTails(z) };
}

/**
 * Holm's step-down adjustment (Scandinavian Journal of Statistics, 1979): the i-th smallest of m values (from 0) becomes
 * the largest of min(1, (m - j) p_j) over all j up to i. It bounds the chance of any false discovery among the m tests.
 *
 * @example Four tests
 * ```ts
 * import { holm } from "@hetcomp/hetcomp";
 * console.assert(holm([0.01, 0.04, 0.03, 0.2]).map((p) => p.toFixed(2)).join() === "0.04,0.09,0.09,0.20");
 * ```
 *
 * @param ps The probabilities, in any order.
 * @returns The adjusted ones, in the same order.
 */
export function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  ps.map((_, n) => n).sort((a, b) => ps[a]! - ps[b]!).forEach((n, place) => {
    largest = Math.max(largest, Math.min(1, (ps.length - place) * ps[n]!));
    adjusted[n] = largest;
  });
  return adjusted;
}

/**
 * Compares two rankers user by user, on every metric and cut-off that both have, with both paired tests. The p values are
 * adjusted over all these metrics and cut-offs.
 *
 * @example A ranker against itself
 * ```ts
 * import { comparePerUser, measureLists, ragged } from "@hetcomp/hetcomp";
 * const users = Uint32Array.of(0, 1);
 * const perUser = measureLists(Uint32Array.of(3, 8), 1, users, ragged([[3], [5]]), [1]);
 * console.assert(comparePerUser(perUser, perUser).every(({ difference, tTest }) => difference === 0 && tTest.p === 1));
 * ```
 *
 * @param one The first ranker's metrics.
 * @param other The other's, of the same users in the same order.
 * @throws {ArgumentError} if the users differ or there are fewer than two.
 */
export function comparePerUser(one: PerUserMetrics, other: PerUserMetrics): MetricComparison[] {
  if (!sameUsers(one.users, other.users)) {
    throw new ArgumentError("other", "its users are not those of the first ranker", "the same users");
  }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const rows = one.k.filter((k) => other.k.includes(k)).flatMap((k) =>
    metricNames.map((name) => {
      const values = one[name][one.k.indexOf(k)]!;
      const others = other[name][other.k.indexOf(k)]!;
      return {
        metric: `${name}@${k}` as const,
        mean: mean(values),
        otherMean: mean(others),
        difference: mean(values.map((value, n) => value - others[n]!)),
        tTest: pairedTTest(values, others, metricPrecision),
        wilcoxon: wilcoxonSignedRank(values, others, metricPrecision),
      };
    })
  );
  const tTests = holm(rows.map(({ tTest }) => tTest.p));
  const wilcoxons = holm(rows.map(({ wilcoxon }) => wilcoxon.p));
  return rows.map((row, n) => ({ ...row, tTestHolm: tTests[n]!, wilcoxonHolm: wilcoxons[n]! }));
}

/** Number, mean, and sum of the squared deviations from it. */
function momentsOf(values: readonly number[]): { n: number; mean: number; squares: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

function differencesOf(one: ArrayLike<number>, other: ArrayLike<number>, precision: number): number[] {
  if (one.length !== other.length) {
    throw new ArgumentError("other", `it has ${other.length} values`, `${one.length}, as the first`);
  }
  if (one.length < 2) throw new ArgumentError("one", `it has ${one.length} values`, "at least 2 pairs");
  return Array.from(one, (value, n) => {
    const difference = value - other[n]!;
    if (!Number.isFinite(difference)) {
      throw new ArgumentError("one", `pair ${n} is ${value} and ${other[n]}`, "finite numbers");
    }
    return Math.abs(difference) <= precision * largerOf(value, other[n]!) ? 0 : difference;
  });
}

function largerOf(one: number, other: number): number {
  return Math.max(Math.abs(one), Math.abs(other));
}

/** The probability that ranks with random signs give a sum of at most `least`; everything doubled. */
function exactTail(doubledRanks: Uint32Array, least: number): number {
  const chances = new Float64Array(least + 1);
  chances[0] = 1;
  for (const rank of doubledRanks) {
    for (let sum = least; sum >= 0; sum--) {
      chances[sum] = (chances[sum]! + (sum >= rank ? chances[sum - rank]! : 0)) / 2;
    }
  }
  return chances.reduce((sum, chance) => sum + chance, 0);
}
