/**
 * From the finished cells of a comparison to its summary and its files.
 *
 * @module
 */
import { writeAtomically } from "../data/files.ts";
import type { Split } from "../data/split.ts";
import { studentParameters } from "../distill/students.ts";
import type { AdapterDescription } from "../gpu/adapter.ts";
import { comparisonCsv, trialsCsv } from "../report/comparison_csv.ts";
import {
  comparedMetrics,
  type ComparisonSummary,
  divergences,
  type MethodSummary,
  type ReferenceSummary,
  shareKept,
  type TrialSummary,
} from "../report/comparison_summary.ts";
import { formatSpread } from "../report/comparison_tables.ts";
import { formatDuration, formatMetric, formatPercent } from "../report/format.ts";
import { renderComparison } from "../report/render_comparison.ts";
import { resultsPicture } from "../report/results_figure.ts";
import { textTable } from "../report/table.ts";
import { type Cell, cellFolder, readCell, readDivergence } from "./compare_cells.ts";
import { currentConfig } from "./compare_config.ts";
import { entriesOf, type Entry, mainMethod } from "./compare_entries.ts";
import { leadersOf, readMethodValues, testsAgainst } from "./compare_tests.ts";
import { readKept } from "./kept_file.ts";

/** The file that says how a method was tuned. */
export function tuningFile(folder: string, name: string): string {
  return `${folder}/tuning/${name}.json`;
}

/** How a method was tuned. */
export interface Tuning {
  /** The values that could be chosen. */
  readonly grid: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  /** Seed of the search and of every trial. */
  readonly seed: number;
  /** Place of the chosen trial. */
  readonly chosen: number;
  /** The trials. */
  readonly trials: readonly TrialSummary[];
  /** Folder of the comparison that tuned it, if it was another one. */
  readonly tunedIn?: string;
}

/** Reads how a method was tuned; null if it was not. */
export function readTuning(folder: string, name: string): Promise<Tuning | null> {
  return readKept(tuningFile(folder, name), "delete it: it is made again of the trials that are there");
}

/** Keeps how a method was tuned. */
export async function writeTuning(folder: string, name: string, tuning: Tuning): Promise<void> {
  await writeAtomically(tuningFile(folder, name), JSON.stringify(tuning, null, 2) + "\n");
}

/** What a summary needs beside the folder. */
export interface ResultFacts {
  /** The folder. */
  readonly folder: string;
  /** The split on which students are trained. */
  readonly split: Split;
  /** The adapter. */
  readonly adapter: AdapterDescription;
  /** Teachers, ensemble and yardsticks. */
  readonly references: readonly ReferenceSummary[];
}

/** Summarises the finished cells, and writes its files. */
export async function writeResults(facts: ResultFacts): Promise<ComparisonSummary> {
  const { folder, split, adapter } = facts;
  const config = await currentConfig(folder);
  const entries = entriesOf(config.methods, config.teachers.kinds, config.student);
  const methods: MethodSummary[] = [];
  let missing = 0;
  for (const entry of entries) {
    const cells: Cell[] = [];
    const diverged: { seed: number; epoch: number }[] = [];
    for (const seed of config.seeds) {
      const cell = await readCell(cellFolder(folder, entry.name, seed));
      const epoch = cell ? null : await readDivergence(cellFolder(folder, entry.name, seed));
      if (cell) cells.push(cell);
      else if (epoch !== null) diverged.push({ seed, epoch });
      else missing++;
    }
    const summary = await methodSummary(folder, entry, cells, split);
    methods.push(diverged.length === 0 ? summary : { ...summary, diverged });
  }
  const finished = methods.filter(({ cells }) => cells.length > 0);
  const values = await readMethodValues(folder, finished);
  const against = config.against ?? mainMethod;
  const main = finished.find(({ name }) => name === against);
  const summary: ComparisonSummary = {
    title: `Methods of distillation on ${split.name}`,
    dataset: {
      name: split.name,
      users: split.users,
      items: split.items,
      train: split.train.items.length,
      valid: split.valid.items.length,
      test: split.test.items.length,
      fingerprint: config.fingerprint,
    },
    setup: config.setup,
    commands: [...config.commands],
    commit: config.commit,
    started: config.started,
    adapter: { name: adapter.name, kind: adapter.kind },
    versions: { hetcomp: config.version, deno: Deno.version.deno, v8: Deno.version.v8 },
    shared: {
      student: config.student,
      dimension: config.dim,
      "most epochs": config.epochs,
      "epochs between evaluations": config.every,
      patience: config.patience,
      "trials of tuning": config.trials,
      "most epochs of a trial": config.trialEpochs,
      teachers: config.teachers.kinds.join(" "),
      seeds: config.seeds.join(" "),
    },
    missing,
    methods,
    references: [...facts.references],
    main: main?.name ?? "",
    tests: main === undefined ? [] : testsAgainst(main, values),
    leaders: leadersOf(values),
  };
  await writeAtomically(`${folder}/results.json`, JSON.stringify(summary, null, 2) + "\n");
  await writeAtomically(`${folder}/results.csv`, comparisonCsv(summary));
  await writeAtomically(`${folder}/trials.csv`, trialsCsv(summary));
  await writeAtomically(`${folder}/figure.svg`, resultsPicture(summary));
  await writeAtomically(`${folder}/report.html`, renderComparison(summary));
  return summary;
}

async function methodSummary(
  folder: string,
  entry: Entry,
  cells: Cell[],
  split: Split,
): Promise<MethodSummary> {
  const { seed: _, ...settings } = cells[0]?.settings ?? {};
  const { name, title, group } = entry;
  const tuning = await readTuning(folder, name);
  return {
    name,
    title,
    group,
    settings,
    parameters: studentParameters(String(settings.student), split, Number(settings.dim ?? 0)),
    trials: [...tuning?.trials ?? []],
    ...(tuning?.tunedIn === undefined ? {} : { tunedIn: tuning.tunedIn }),
    cells: cells.map(({ name: _name, settings: _settings, ...cell }) => cell),
  };
}

/** The table of what is finished of a comparison, for a terminal. */
export function comparisonLines(summary: ComparisonSummary): string {
  const metrics = Object.keys(comparedMetrics);
  const rows = [
    ...summary.references.map(({ name, metrics: values, seconds }) => [
      name,
      ...metrics.map((metric) => formatMetric(values[metric])),
      "",
      "",
      seconds === undefined ? "" : formatDuration(seconds),
    ]),
    ...summary.methods.filter(({ cells }) => cells.length > 0).map((method) => [
      method.title,
      ...metrics.map((metric) => formatSpread(method.cells.map((cell) => cell.metrics[metric]!))),
      formatPercent(shareKept(summary, method, "recall@50")),
      String(method.cells.length),
      formatDuration(method.cells.reduce((sum, { seconds }) => sum + seconds, 0) / method.cells.length),
    ]),
  ];
  const table = textTable(["test", ...Object.values(comparedMetrics), "kept", "seeds", "training"], rows);
  const notes = divergences(summary);
  if (summary.missing > 0) notes.push(`${summary.missing} trainings are still to be done`);
  return notes.length === 0 ? table : `${table}\n\n${notes.join("\n")}`;
}
