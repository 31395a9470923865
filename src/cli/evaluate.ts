import type { Command } from "commander";
import { exists, writeAtomically } from "../data/files.ts";
import { firstBytes } from "../data/log/file_bytes.ts";
import { isSafetensors } from "../data/safetensors.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { ModelError, RunError } from "../errors.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import { emptyPlace } from "../ragged.ts";
import { averagePerUser } from "../evaluate/per_user.ts";
import {
  measuredLength,
  measureSplit,
  type PartMetrics,
  type SplitMetrics,
} from "../evaluate/ranking_evaluation.ts";
import { comparePerUser, type MetricComparison } from "../evaluate/significance.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { type Gpu, openGpu } from "../gpu/gpu.ts";
import type { Student } from "../models/student.ts";
import { loadStudent } from "../models/student_file.ts";
import { formatSpread } from "../report/comparison_tables.ts";
import { formatMetric, formatNumber } from "../report/format.ts";
import { textTable } from "../report/table.ts";
import { applyConfig, type ConfigForm, configOptions, configText } from "./config_file.ts";
import { withDriver } from "./embedded_driver.ts";
import { examples } from "./examples.ts";
import { loadSplit } from "./load_split.ts";
import { logNotice } from "./log.ts";
import {
  adapterOption,
  dataChoice,
  type DataFlags,
  dataOptions,
  numberList,
  pathName,
  textEntry,
} from "./options.ts";
import { readRun } from "./run_file.ts";
import { perUserTable } from "./run_folder.ts";

/** Adds the command `evaluate`. */
export function registerEvaluate(program: Command): void {
  const command = dataOptions(
    program.command("evaluate [files...]").description(
      "Measures a student file, which ranks all items for all users, or anybody's ranked lists, on validation and test: " +
        "a table (CSV, TSV, JSON lines, Parquet) with the columns user, item, and rank or score, or TREC's form. Several " +
        "files, as of several seeds, are averaged user by user.",
    ),
  )
    .option("--run <file>", "ranked lists, in place of the argument", pathName)
    .option("--against <files...>", "compare with these students or ranked lists, by paired tests", textEntry)
    .option("--k <numbers>", "cut-offs", numberList, [10, 50])
    .option("--per-user <file>", "also write every user's test metrics, as tab-separated text", pathName)
    .addOption(adapterOption());
  configOptions(command)
    .addHelpText(
      "after",
      examples(
        "evaluate runs/mine/student.safetensors",
        "evaluate runs/mine/student.safetensors --data citeulike --k 5,10,20 --per-user users.tsv",
        "evaluate run.tsv --data ../my-split",
        "evaluate run.tsv --against other.tsv --data ../my-split",
        "evaluate runs/a/cells/hetcomp-*/student.safetensors --against runs/b/cells/hetcomp-*/student.safetensors    seeds",
      ),
    )
    .action(async (files: string[], _options, self: Command) => {
      await applyConfig(self);
      const { printConfig } = self.opts<{ printConfig?: ConfigForm }>();
      if (printConfig === undefined) await runEvaluate(files, self.optsWithGlobals());
      else console.log(await configText(self, printConfig));
    });
}

interface EvaluateFlags extends DataFlags {
  run?: string;
  against?: string[];
  k: number[];
  perUser?: string;
  adapter: AdapterChoice;
  quiet?: boolean;
}

/** On another split, the student's training items would be among those it is tested on. */
async function requireSameSplit(path: string, student: Student, split: Split, source: string): Promise<void> {
  const { dataset, fingerprint } = student.metadata;
  if (fingerprint === undefined || fingerprint === await splitFingerprint(split)) return;
  const sameIds = (one: readonly string[], other: readonly string[]) =>
    one.length === other.length && new Set(one).isSupersetOf(new Set(other));
  const same = sameIds(student.userIds, split.userIds) && sameIds(student.itemIds, split.itemIds);
  throw new ModelError(
    `${path} was distilled on another split (${dataset}, ${student.users} users, ${student.items} items) than ` +
      `${source} gives (${split.name}, ${split.users} users, ${split.items} items); expected the same data and ` +
      "filters as in its training: --data, --minimum-rating, --minimum-interactions, --core, --split, --split-seed" +
      (same ? " (a folder that data split wrote has its users and items in another order)" : ""),
  );
}

async function measureStudent(
  gpu: Gpu,
  path: string,
  split: Split,
  flags: EvaluateFlags,
): Promise<SplitMetrics> {
  const student = await loadStudent(path);
  await requireSameSplit(path, student, split, flags.data);
  return await evaluate(gpu, student, split, { k: flags.k });
}

async function measureRun(path: string, split: Split, flags: EvaluateFlags): Promise<SplitMetrics> {
  const { lists, width, users, trainingItems, rankings } = await readRun(
    path,
    split,
    measuredLength(split, flags.k),
  );
  const metrics = measureSplit(split, lists, width, flags.k);
  const notes: string[] = [];
  if (rankings > 1) notes.push(`it holds ${rankings} rankings, of which the last is measured`);
  if (trainingItems > 0) notes.push(`${trainingItems} places held training items and were left out`);
  const missing = (part: PartMetrics) => {
    return part.perUser.users.reduce((sum, user) => sum + (lists[user * width] === emptyPlace ? 1 : 0), 0);
  };
  const without = Math.max(missing(metrics.valid), missing(metrics.test));
  if (without > 0) notes.push(`${without} users to be evaluated have no list and count as 0`);
  const longest = Math.max(...flags.k);
  if (width < longest) {
    notes.push(`no list has more than ${width} items: metrics beyond ${width} miss the rest`);
  }
  if (!flags.quiet) {
    for (const note of notes) {
      logNotice("lists", `${path} (lists of ${users} users): ${note}`, { path, users });
    }
  }
  return metrics;
}

/** Whether a file holds a student, and not ranked lists. */
async function isStudentFile(path: string): Promise<boolean> {
  return path.toLowerCase().endsWith(".safetensors") || isSafetensors(await firstBytes(path, 9));
}

/** Measures files one after the other, each a student or ranked lists; a device is opened for the first student. */
async function measureFiles(
  paths: readonly string[],
  split: Split,
  flags: EvaluateFlags,
): Promise<SplitMetrics[]> {
  const measured: SplitMetrics[] = [];
  let gpu: Gpu | undefined;
  try {
    for (const path of paths) {
      if (await isStudentFile(path)) {
        if (gpu === undefined) {
          await withDriver({ adapter: flags.adapter, quiet: flags.quiet ?? false });
          gpu = await openGpu({ adapter: flags.adapter });
        }
        measured.push(await measureStudent(gpu, path, split, flags));
      } else measured.push(await measureRun(path, split, flags));
    }
    return measured;
  } finally {
    gpu?.close();
  }
}

function metricsTable(measured: readonly SplitMetrics[]): string {
  const [first] = measured as [SplitMetrics];
  const names = Object.keys(first.test.means) as (keyof typeof first.test.means)[];
  const spread = (part: "valid" | "test", name: typeof names[number]) =>
    formatSpread(measured.map((metrics) => metrics[part].means[name]!));
  const rows = names.map((name) => [name, spread("valid", name), spread("test", name)]);
  return textTable(["metric", "validation", "test"], rows) +
    (measured.length > 1 ? `\nmean ± standard deviation of ${measured.length} files` : "") +
    `\nusers evaluated: ${first.valid.perUser.users.length} on validation, ${first.test.perUser.users.length} on test`;
}

function comparisonTable(comparisons: readonly MetricComparison[]): string {
  return textTable(
    ["metric", "mean", "other", "difference", "t", "p", "p (Holm)", "signed-rank p", "p (Holm)"],
    comparisons.map((row) => [
      row.metric,
      formatMetric(row.mean),
      formatMetric(row.otherMean),
      formatMetric(row.difference),
      formatNumber(row.tTest.statistic),
      formatNumber(row.tTest.p),
      formatNumber(row.tTestHolm),
      formatNumber(row.wilcoxon.p),
      formatNumber(row.wilcoxonHolm),
    ]),
  );
}

async function runEvaluate(paths: readonly string[], flags: EvaluateFlags): Promise<void> {
  const { run, against = [] } = flags;
  if ((paths.length > 0) === (run !== undefined)) {
    const wrong = run === undefined ? "there is nothing to measure" : "a file and --run are both given";
    const order = against.length > 0 ? " (files stand before --against)" : "";
    throw new RunError(`${wrong}; expected evaluate STUDENT_FILE, or evaluate LISTS${order}`);
  }
  if (flags.perUser !== undefined && await exists(flags.perUser)) {
    throw new RunError(`the file ${flags.perUser} exists already; name another with --per-user`);
  }
  if (run !== undefined && await isStudentFile(run)) {
    throw new RunError(
      `${run} is a student file; expected ranked lists, such as recommend --all-users writes`,
    );
  }
  const files = run === undefined ? paths : [run];
  // A file that is not there is found before anything is loaded or measured.
  for (const file of against) await firstBytes(file, 1);
  const isOneStudent = files.length === 1 && await isStudentFile(files[0]!);
  const split = await loadSplit(dataChoice(flags), flags.quiet ?? false);
  const all = await measureFiles([...files, ...against], split, flags);
  const [measured, others] = [all.slice(0, files.length), all.slice(files.length)];
  console.log(metricsTable(measured));
  if (others.length > 0) {
    const part = measured[0]!.test.perUser.users.length > 0 ? "test" : "valid";
    const { length } = measured[0]![part].perUser.users;
    console.log(
      `\nagainst ${against.length === 1 ? against[0] : `the mean of ${against.length} files`}, ${
        part === "test" ? part : "validation"
      }, ${length < 2 ? "no tests: they need two users" : "two-sided tests over users:"}`,
    );
    const averaged = (side: SplitMetrics[]) => averagePerUser(side.map((metrics) => metrics[part].perUser));
    if (length > 1) console.log(comparisonTable(comparePerUser(averaged(measured), averaged(others))));
  }
  if (flags.perUser !== undefined) {
    const names = [...(isOneStudent ? ["student"] : files), ...against];
    const tables = all.map(({ test }, n) => [names[n]!, test.perUser]);
    await writeAtomically(flags.perUser, perUserTable(Object.fromEntries(tables), split.userIds));
    console.log(`per-user metrics: ${flags.perUser}`);
  }
}
