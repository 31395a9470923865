/**
 * Everything a report of a comparison of methods is made from: plain JSON data. This module is browser compatible.
 *
 * @module
 */
import type { EpochRecord } from "../teachers/training.ts";
import type { DatasetSummary } from "./run_summary.ts";

/** The test metrics that a comparison shows, by key, with their titles. */
export const comparedMetrics: Readonly<Record<string, string>> = {
  "recall@10": "Recall@10",
  "ndcg@10": "NDCG@10",
  "recall@50": "Recall@50",
  "ndcg@50": "NDCG@50",
};

/** One training of one method. */
export interface CellSummary {
  /** Seed of the student. */
  seed: number;
  /** Epochs trained. */
  epochs: number;
  /** Epoch of the reported student, the best on validation. */
  bestEpoch: number;
  /** Training time in seconds, evaluations included. */
  seconds: number;
  /** Test metrics. */
  metrics: Record<string, number>;
  /** Validation metrics. */
  validMetrics: Record<string, number>;
  /** Test metrics of users who took no part, in the generalization setup. */
  outsideMetrics?: Record<string, number>;
  /** Size of the student's file in bytes. */
  bytes: number;
  /** Time for the best 50 items of one user, in seconds: plain TypeScript on the CPU. */
  inferenceSeconds: number;
  /** The adapter that trained it; absent if it was not noted. */
  adapter?: string;
  /** The evaluated epochs. */
  curve: Pick<EpochRecord, "epoch" | "valid" | "test">[];
}

/** A trial of tuning. */
export interface TrialSummary {
  /** The settings tried, where they differ from trial to trial. */
  settings: Record<string, number | string | boolean>;
  /** Best validation Recall@50. */
  value: number;
  /** Epochs trained. */
  epochs: number;
}

/** One method, over its seeds. */
export interface MethodSummary {
  /** Name in commands and files. */
  name: string;
  /** Name for people. */
  title: string;
  /** What it is compared as: published, a variant of HetComp, of this project's own, or HetComp from a single teacher. */
  group: "method" | "ablation" | "own" | "single";
  /** Every setting but the seed. */
  settings: Record<string, number | string | boolean>;
  /** Number of trained parameters. */
  parameters: number;
  /** Trials of tuning; empty if it was not tuned. */
  trials: TrialSummary[];
  /** Folder of the comparison whose trials they are, if it was another one. */
  tunedIn?: string;
  /** Its trainings. */
  cells: CellSummary[];
  /** The seeds with which it left the range of numbers, and at which epoch. */
  diverged?: { seed: number; epoch: number }[];
}

/** A model that is measured once, beside the methods. */
export interface ReferenceSummary {
  /** Its name. */
  name: string;
  /** What it is. */
  role: "teacher" | "ensemble" | "yardstick";
  /** Number of trained parameters, if known. */
  parameters?: number;
  /** Training time in seconds, if known. */
  seconds?: number;
  /** Test metrics. */
  metrics: Record<string, number>;
}

/** Tests of one metric's values of the same users under two methods. */
export interface TestSummary {
  /** Name of the method that is tested against another. */
  name: string;
  /** Key of the metric. */
  metric: string;
  /** Mean difference: the method that it is tested against - this one. */
  difference: number;
  /** Half of its 95 % confidence interval. */
  margin: number;
  /** Two-sided p-value of the paired t-test, corrected after Holm over the methods that are tested against the same one. */
  t: number;
  /** The same of Wilcoxon's signed-rank test. */
  wilcoxon: number;
}

/** The published method that is best in a metric, and how the next ones stand to it. */
export interface LeaderSummary {
  /** Key of the metric. */
  metric: string;
  /** Name of the method with the highest mean. */
  best: string;
  /** The best of the other published ones, tested against it; absent if there is none. */
  second?: TestSummary;
  /** The best of this project's own, tested against it; absent if there is none. */
  own?: TestSummary;
}

/** A comparison of methods. */
export interface ComparisonSummary {
  /** Heading of the report. */
  title: string;
  /** The data on which students were trained. */
  dataset: DatasetSummary;
  /** How users took part: all, or a share of them. */
  setup: "benchmark" | "generalization";
  /** The command lines that made it, the latest last. */
  commands: string[];
  /** Commit of the program; empty if unknown. */
  commit: string;
  /** When it was begun, ISO 8601. */
  started: string;
  /** The WebGPU adapter. */
  adapter: { name: string; kind: string };
  /** Versions of the programs involved, by name. */
  versions: Record<string, string>;
  /** Settings that all methods share. */
  shared: Record<string, number | string>;
  /** Cells that are not finished yet. */
  missing: number;
  /** The methods, in order. */
  methods: MethodSummary[];
  /** Teachers, ensemble and yardsticks. */
  references: ReferenceSummary[];
  /** Name of the method against which the others are tested; empty if it was not run. */
  main: string;
  /** The tests. */
  tests: TestSummary[];
  /** The best published method in each metric. */
  leaders: LeaderSummary[];
}

/** Mean and sample standard deviation; the latter is undefined for fewer than two values. */
export function spreadOf(values: readonly number[]): { mean: number; deviation: number | undefined } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Mean over the seeds of a test metric of a method, NaN without cells. */
export function meanOf(method: MethodSummary | undefined, metric: string): number {
  return spreadOf(method?.cells.map(({ metrics }) => metrics[metric] ?? NaN) ?? []).mean;
}

/**
 * Share of the ensemble's gain over w/o KD (BPR) that a method keeps; undefined where that gain is not measured or not above
 * 0.
 */
export function shareKept(
  summary: ComparisonSummary,
  method: MethodSummary,
  metric: string,
): number | undefined {
  const plain = meanOf(summary.methods.find(({ name }) => name === "bpr"), metric);
  const full = summary.references.find(({ role }) => role === "ensemble")?.metrics[metric] ?? NaN;
  return full > plain ? (meanOf(method, metric) - plain) / (full - plain) : undefined;
}

/** One sentence for each training that diverged. */
export function divergences(summary: Pick<ComparisonSummary, "methods">): string[] {
  return summary.methods.flatMap(({ title, diverged = [] }) =>
    diverged.map(({ seed, epoch }) => `${title} with seed ${seed} diverged at epoch ${epoch}.`)
  );
}
