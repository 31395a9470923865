import configuration from "../../deno.json" with { type: "json" };
import type { Split } from "../data/split.ts";
import type { Distillation } from "../distill/distill.ts";
import { finalStates, fuseTeachers } from "../distill/ensemble.ts";
import type { Baseline } from "../distill/without_distillation.ts";
import type { PerUserMetrics } from "../evaluate/per_user.ts";
import type { RankingEvaluation, SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { AdapterDescription } from "../gpu/adapter.ts";
import { sortedRows } from "../report/result_table.ts";
import { formatBytes, formatDuration } from "../report/format.ts";
import type { ModelRow, RunSummary } from "../report/run_summary.ts";
import { textTable } from "../report/table.ts";
import type { Trajectory } from "../teachers/trajectory.ts";

/** Metrics of the teachers' final states and of their ensemble. */
export interface TeacherMetrics {
  /** By kind; the ensemble under "ensemble". */
  readonly metrics: Readonly<Record<string, SplitMetrics>>;
  /** Test metrics user by user. */
  readonly perUser: Readonly<Record<string, PerUserMetrics>>;
}

/** Evaluates the final state of every teacher, and their fusion. */
export function measureTeachers(
  evaluation: RankingEvaluation,
  trajectories: readonly Trajectory[],
): TeacherMetrics {
  const metrics: Record<string, SplitMetrics> = {};
  for (const { kind, states, length } of trajectories) {
    metrics[kind] = evaluation.measure(states.at(-1)!.items, length);
  }
  const fused = fuseTeachers(trajectories, finalStates(trajectories), evaluation.width);
  metrics.ensemble = evaluation.measure(fused.items, fused.k);
  const perUser = Object.fromEntries(Object.entries(metrics).map(([name, { test }]) => [name, test.perUser]));
  return { metrics, perUser };
}

/** What a summary is made from. */
export interface RunFacts {
  /** The data. */
  readonly split: Split;
  /** Its fingerprint. */
  readonly fingerprint: string;
  /** The command line. */
  readonly command: string;
  /** When it started, ISO 8601. */
  readonly started: string;
  /** Random seed. */
  readonly seed: number;
  /** The adapter. */
  readonly adapter: AdapterDescription;
  /** The teachers. */
  readonly trajectories: readonly Trajectory[];
  /** Their metrics. */
  readonly teachers: TeacherMetrics;
  /** The model without distillation. */
  readonly baseline: Baseline;
  /** The student. */
  readonly result: Distillation;
  /** Bytes of the student file. */
  readonly bytes: number;
}

const secondsOf = (history: readonly { seconds: number }[]) =>
  history.reduce((sum, { seconds }) => sum + seconds, 0);

/** Everything that the report shows. */
export function summarize(facts: RunFacts): RunSummary {
  const { split, trajectories, teachers, baseline, result, adapter } = facts;
  const { dim } = result.student;
  const shape = (dim: number) => {
    const parameters = dim * (split.users + split.items);
    return { dim, parameters, bytes: 4 * parameters };
  };
  const measured = ({ valid, test }: SplitMetrics) => ({ metrics: test.means, validMetrics: valid.means });
  const rows: ModelRow[] = trajectories.map(({ kind, hyperparameters, seconds }) => ({
    name: kind,
    role: "teacher",
    ...(typeof hyperparameters.dim === "number" ? shape(hyperparameters.dim) : {}),
    trainingSeconds: seconds,
    ...measured(teachers.metrics[kind]!),
  }));
  rows.push({ name: "ensemble", role: "ensemble", ...measured(teachers.metrics.ensemble!) });
  rows.push({
    name: "w/o KD",
    role: "baseline",
    ...shape(dim),
    trainingSeconds: secondsOf(baseline.history),
    ...measured(baseline.metrics),
  });
  rows.push({
    name: "student",
    role: "student",
    ...shape(dim),
    trainingSeconds: secondsOf(result.history),
    ...measured(result.metrics),
  });
  return {
    title: `HetComp on ${split.name}`,
    dataset: {
      name: split.name,
      users: split.users,
      items: split.items,
      train: split.train.items.length,
      valid: split.valid.items.length,
      test: split.test.items.length,
      fingerprint: facts.fingerprint,
    },
    command: facts.command,
    adapter: { name: adapter.name, kind: adapter.kind },
    versions: { hetcomp: configuration.version, deno: Deno.version.deno, v8: Deno.version.v8 },
    seed: facts.seed,
    started: facts.started,
    seconds: {
      ...Object.fromEntries(trajectories.map(({ kind, seconds }) => [`teacher ${kind}`, seconds])),
      "w/o KD": secondsOf(baseline.history),
      distillation: secondsOf(result.history),
    },
    student: { dim, parameters: dim * (split.users + split.items), bytes: facts.bytes },
    rows,
    history: result.history,
    baseline: baseline.history,
    phaseSwitch: result.phaseSwitch,
    bestEpoch: result.bestEpoch,
    stateMetrics: trajectories.map(({ kind, states }) => ({
      teacher: kind,
      states: states.map(({ epoch, metrics }) => ({ epoch, metrics })),
    })),
    stateMetricsOn: "valid",
  };
}

/** The result table of a run, for a terminal. */
export function resultLines(summary: RunSummary): string {
  const names = ["recall@10", "ndcg@10", "recall@50", "ndcg@50"];
  const rows = sortedRows(summary.rows).map((row) => [
    row.name,
    ...names.map((name) => row.metrics[name]?.toFixed(4) ?? ""),
    row.bytes === undefined ? "" : formatBytes(row.bytes),
    row.trainingSeconds === undefined ? "" : formatDuration(row.trainingSeconds),
  ]);
  return textTable(["test", "Recall@10", "NDCG@10", "Recall@50", "NDCG@50", "size", "training"], rows);
}
