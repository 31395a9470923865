import configuration from "../../deno.json" with { type: "json" };
import type { Split } from "../data/split.ts";
import type { Distillation } from "../distill/distill.ts";
import { finalStates, fuseTeachers } from "../distill/ensemble.ts";
import type { DistillSettings } from "../distill/options.ts";
import { studentParameters } from "../distill/students.ts";
import type { Baseline } from "../distill/without_distillation.ts";
import { listOverlap } from "../evaluate/list_overlap.ts";
import { type PerUserMetrics, usersWithRelevant } from "../evaluate/per_user.ts";
import type { RankingEvaluation, SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { AdapterDescription } from "../gpu/adapter.ts";
import { parameterCount } from "../models/parameter_count.ts";
import { ensembleGainLine } from "../report/ensemble_statement.ts";
import { sortedRows } from "../report/result_table.ts";
import { formatCount, formatDuration, formatMetric } from "../report/format.ts";
import type { ModelRow, OverlapSummary, RunSummary, TeachersSummary } from "../report/run_summary.ts";
import { type TableCell, textTable } from "../report/table.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import type { YardstickMetrics } from "./measure_yardsticks.ts";
import { shortListNote, wholeRankingMeans } from "./short_lists.ts";

/** Metrics of the teachers' final states and of their ensemble. */
export interface TeacherMetrics {
  /** By kind; the ensemble under "ensemble". */
  readonly metrics: Readonly<Record<string, SplitMetrics>>;
  /** What their lists have in common. */
  readonly overlap: OverlapSummary;
  /** What is to be known of the metrics. */
  readonly notes: readonly string[];
}

/** Leading places of the lists whose overlap is shown. */
const overlapPlaces = 50;

/** Evaluates the final state of every teacher, and their fusion, and compares their lists. */
export function measureTeachers(
  evaluation: RankingEvaluation,
  split: Split,
  trajectories: readonly Trajectory[],
): TeacherMetrics {
  const lists = trajectories.map(({ kind, states, length }) => ({
    name: kind,
    items: states.at(-1)!.items,
    length,
  }));
  const fused = fuseTeachers(trajectories, finalStates(trajectories), evaluation.width);
  lists.push({ name: "ensemble", items: fused.items, length: fused.k });
  const metrics: Record<string, SplitMetrics> = Object.fromEntries(
    lists.map(({ name, items, length }) => [name, evaluation.measure(items, length)]),
  );
  for (const { kind, states } of trajectories) {
    const { valid, test } = metrics[kind]!;
    const final = states.at(-1)!;
    metrics[kind] = {
      valid: { ...valid, means: wholeRankingMeans(valid.means, final, "") },
      test: { ...test, means: wholeRankingMeans(test.means, final, "test.") },
    };
  }
  const note = shortListNote(
    split,
    [{ lists: fused.items, width: fused.k, teachers: trajectories }],
    "the ensemble",
  );
  const overlap = {
    k: overlapPlaces,
    names: lists.map(({ name }) => name),
    means: listOverlap(lists, overlapPlaces, usersWithRelevant(split.test)),
  };
  return { metrics, overlap, notes: note === null ? [] : [note] };
}

/** What the summary of some teachers is made from. */
export interface TeacherFacts {
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
  /** The yardsticks' metrics. */
  readonly yardsticks: YardstickMetrics;
}

/** What the summary of a run is made from. */
export interface RunFacts extends TeacherFacts {
  /** The settings of the distillation. */
  readonly settings: Pick<DistillSettings, "student" | "dim">;
  /** The model without distillation. */
  readonly baseline: Baseline;
  /** The student. */
  readonly result: Distillation;
  /** Bytes of the student file. */
  readonly bytes: number;
}

const secondsOf = (history: readonly { seconds: number }[]) =>
  history.reduce((sum, { seconds }) => sum + seconds, 0);

const measured = ({ valid, test }: SplitMetrics) => ({ metrics: test.means, validMetrics: valid.means });

function sizeOf(parameters: number | undefined): Pick<ModelRow, "parameters" | "bytes"> {
  return parameters === undefined ? {} : { parameters, bytes: 4 * parameters };
}

/** Everything that a report shows of the teachers, their ensemble and the yardsticks. */
export function summarizeTeachers(facts: TeacherFacts): TeachersSummary {
  const { split, trajectories, teachers, yardsticks, adapter } = facts;
  const rows: ModelRow[] = Object.entries(yardsticks.metrics).map(([name, metrics]) => ({
    name,
    role: "yardstick",
    ...measured(metrics),
  }));
  for (const { kind, hyperparameters, seconds } of trajectories) {
    const { dim } = hyperparameters;
    rows.push({
      name: kind,
      role: "teacher",
      ...(typeof dim === "number" ? { dim } : {}),
      ...sizeOf(parameterCount(kind, split, hyperparameters)),
      // An imported teacher does not say how long it was trained.
      ...(seconds > 0 ? { trainingSeconds: seconds } : {}),
      ...measured(teachers.metrics[kind]!),
    });
  }
  rows.push({ name: "ensemble", role: "ensemble", ...measured(teachers.metrics.ensemble!) });
  return {
    title: `Teachers on ${split.name}`,
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
      yardsticks: yardsticks.seconds,
      ...Object.fromEntries(
        trajectories.filter(({ seconds }) => seconds > 0)
          .map(({ kind, seconds }) => [`teacher ${kind}`, seconds]),
      ),
    },
    rows,
    notes: [...yardsticks.notes, ...teachers.notes],
    overlap: teachers.overlap,
    stateMetrics: trajectories.map(({ kind, states }) => ({
      teacher: kind,
      states: states.map(({ epoch, metrics }) => ({ epoch, metrics })),
    })),
    stateMetricsOn: "valid",
  };
}

/** Everything that the report of a run shows. */
export function summarize(facts: RunFacts): RunSummary {
  const { split, baseline, result } = facts;
  const teachers = summarizeTeachers(facts);
  const { student, dim } = facts.settings;
  const parameters = studentParameters(student, split, dim);
  return {
    ...teachers,
    title: `HetComp on ${split.name}`,
    seconds: {
      ...teachers.seconds,
      "w/o KD": secondsOf(baseline.history),
      distillation: secondsOf(result.history),
    },
    student: { dim, parameters, bytes: facts.bytes },
    rows: [
      ...teachers.rows,
      {
        name: "w/o KD",
        role: "baseline",
        dim,
        ...sizeOf(parameters),
        trainingSeconds: secondsOf(baseline.history),
        ...measured(baseline.metrics),
      },
      {
        name: "student",
        role: "student",
        dim,
        ...sizeOf(parameters),
        trainingSeconds: secondsOf(result.history),
        ...measured(result.metrics),
      },
    ],
    history: result.history,
    baseline: baseline.history,
    phaseSwitch: result.phaseSwitch,
    bestEpoch: result.bestEpoch,
  };
}

/** Test metrics user by user, of each model under its name in tables. */
export function perUserMetrics(
  ...models: readonly Readonly<Record<string, SplitMetrics>>[]
): Record<string, PerUserMetrics> {
  return Object.fromEntries(
    models.flatMap((metrics) => Object.entries(metrics).map(([name, { test }]) => [name, test.perUser])),
  );
}

/** The result table, notes, and what the ensemble gains, for a terminal; with the columns of costs that are named. */
export function resultLines(
  summary: TeachersSummary,
  costs: Readonly<Record<string, (row: ModelRow) => TableCell>>,
): string {
  const names = ["recall@10", "ndcg@10", "recall@50", "ndcg@50"];
  const rows = sortedRows(summary.rows).map((row) => [
    row.name,
    ...names.map((name) => formatMetric(row.metrics[name])),
    ...Object.values(costs).map((cost) => cost(row)),
  ]);
  const table = textTable(
    ["test", "Recall@10", "NDCG@10", "Recall@50", "NDCG@50", ...Object.keys(costs)],
    rows,
  );
  const lines = [...summary.notes ?? [], ensembleGainLine(summary.rows)].filter((line) => line !== "");
  return lines.length === 0 ? table : `${table}\n\n${lines.join("\n")}`;
}

/** Number of a model's parameters, for {@linkcode resultLines}. */
export function parametersCell({ parameters }: ModelRow): TableCell {
  return parameters === undefined ? "" : formatCount(parameters);
}

/** Time of a model's training, for {@linkcode resultLines}. */
export function trainingCell({ trainingSeconds }: ModelRow): TableCell {
  return trainingSeconds === undefined ? "" : formatDuration(trainingSeconds);
}
