/**
 * Whether the methods of a comparison differ by more than chance, from what every user was recommended.
 *
 * @module
 */
import {
  confidenceMargin,
  holm,
  metricPrecision,
  pairedTTest,
  wilcoxonSignedRank,
} from "../evaluate/significance.ts";
import {
  comparedMetrics,
  type LeaderSummary,
  meanOf,
  type MethodSummary,
  type TestSummary,
} from "../report/comparison_summary.ts";
import { cellFolder, readPerUser } from "./compare_cells.ts";

type UserValues = Record<string, Float64Array>;

/** A method and every user's values, by metric. */
export interface MethodValues {
  /** The method. */
  readonly method: MethodSummary;
  /** Averaged over its seeds. */
  readonly values: UserValues;
}

/** Every user's values of a method, averaged over its seeds. */
async function userValues(folder: string, { name, cells }: MethodSummary): Promise<UserValues> {
  const sums: UserValues = {};
  for (const { seed } of cells) {
    for (const [metric, values] of Object.entries(await readPerUser(cellFolder(folder, name, seed)))) {
      const sum = sums[metric] ??= new Float64Array(values.length);
      for (let n = 0; n < values.length; n++) sum[n]! += values[n]! / cells.length;
    }
  }
  return sums;
}

const meanOfValues = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

function testMetric(
  metric: string,
  own: UserValues,
  others: readonly MethodValues[],
): TestSummary[] {
  // One user proves nothing.
  if (own[metric]!.length < 2) return [];
  const t = others.map(({ values }) => pairedTTest(own[metric]!, values[metric]!, metricPrecision));
  const w = others.map(({ values }) => wilcoxonSignedRank(own[metric]!, values[metric]!, metricPrecision));
  const [adjustedT, adjustedW] = [holm(t.map(({ p }) => p)), holm(w.map(({ p }) => p))];
  return others.map(({ method, values }, n) => ({
    name: method.name,
    metric,
    difference: meanOfValues(own[metric]!) - meanOfValues(values[metric]!),
    margin: confidenceMargin(own[metric]!, values[metric]!, metricPrecision),
    t: adjustedT[n]!,
    wilcoxon: adjustedW[n]!,
  }));
}

/** Reads what every user was recommended by the methods that have finished cells. */
export async function readMethodValues(
  folder: string,
  finished: readonly MethodSummary[],
): Promise<MethodValues[]> {
  const values: MethodValues[] = [];
  for (const method of finished) values.push({ method, values: await userValues(folder, method) });
  return values;
}

/** Tests every method against one of them, metric by metric. */
export function testsAgainst(main: MethodSummary, methods: readonly MethodValues[]): TestSummary[] {
  const own = methods.find(({ method }) => method === main)!.values;
  const others = methods.filter(({ method }) => method !== main);
  return Object.keys(comparedMetrics).flatMap((metric) => testMetric(metric, own, others));
}

/**
 * The best published method in each metric, with the next best and the best of this project's own tested against it.
 * Variants of a method are no rivals of it. All are tested and corrected for, though only two are shown: which these
 * are is known only afterwards.
 */
export function leadersOf(methods: readonly MethodValues[]): LeaderSummary[] {
  const ofGroup = (wanted: string) => methods.filter(({ method }) => method.group === wanted);
  const [published, own] = [ofGroup("method"), ofGroup("own")];
  if (published.length === 0) return [];
  const values = [...published, ...own];
  return Object.keys(comparedMetrics).map((metric) => {
    const descending = (some: readonly MethodValues[]) =>
      some.map(({ method }) => method)
        .toSorted((left, right) => meanOf(right, metric) - meanOf(left, metric)).map(({ name }) => name);
    const [best, second] = descending(published);
    const [rival] = descending(own);
    const tests = testMetric(
      metric,
      values.find(({ method }) => method.name === best)!.values,
      values.filter(({ method }) => method.name !== best),
    );
    const testOf = (name: string | undefined) => tests.find((test) => test.name === name);
    const [secondTest, ownTest] = [testOf(second), testOf(rival)];
    return {
      metric,
      best: best!,
      ...(secondTest ? { second: secondTest } : {}),
      ...(ownTest ? { own: ownTest } : {}),
    };
  });
}
