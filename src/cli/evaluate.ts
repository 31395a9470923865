import type { Command } from "commander";
import { exists, writeAtomically } from "../data/files.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { ModelError, RunError } from "../errors.ts";
import { evaluate } from "../evaluate/evaluate.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import type { Student } from "../models/student.ts";
import { loadStudent } from "../models/student_file.ts";
import { formatMetric } from "../report/format.ts";
import { textTable } from "../report/table.ts";
import { withDriver } from "./embedded_driver.ts";
import { examples } from "./examples.ts";
import { loadSplit } from "./load_split.ts";
import { adapterOption, dataOptions, positiveInteger } from "./options.ts";
import { perUserTable } from "./run_folder.ts";

/** Adds the command `evaluate`. */
export function registerEvaluate(program: Command): void {
  dataOptions(
    program.command("evaluate <student>").description(
      "Ranks all items for all users with a student file and prints the metrics on validation and test.",
    ),
  )
    .option("--k <numbers>", "cut-offs", (text: string) => text.split(",").map(positiveInteger), [10, 50])
    .option("--per-user <file>", "also write every user's metrics, as tab-separated text")
    .addOption(adapterOption())
    .addHelpText(
      "after",
      examples(
        "evaluate runs/mine/student.safetensors",
        "evaluate runs/mine/student.safetensors --data citeulike --k 5,10,20 --per-user users.tsv",
      ),
    )
    .action(async (student: string, _options, self: Command) =>
      await runEvaluate(student, self.optsWithGlobals())
    );
}

interface EvaluateFlags {
  data: string;
  minimumInteractions?: number;
  splitSeed: number;
  k: number[];
  perUser?: string;
  adapter: AdapterChoice;
  quiet?: boolean;
}

/** On another split, the student's training items would be among those it is tested on. */
async function requireSameSplit(path: string, student: Student, split: Split, source: string): Promise<void> {
  const { dataset, fingerprint } = student.metadata;
  if (fingerprint === undefined || fingerprint === await splitFingerprint(split)) return;
  throw new ModelError(
    `${path} was distilled on another split (${dataset}, ${student.users} users, ${student.items} items) than ` +
      `${source} gives (${split.name}, ${split.users} users, ${split.items} items); expected the same --data, ` +
      "--split-seed and --minimum-interactions as in its training",
  );
}

async function runEvaluate(path: string, flags: EvaluateFlags): Promise<void> {
  if (flags.perUser !== undefined && await exists(flags.perUser)) {
    throw new RunError(`the file ${flags.perUser} exists already; name another with --per-user`);
  }
  await withDriver({ adapter: flags.adapter, quiet: flags.quiet ?? false });
  const student = await loadStudent(path);
  const split = await loadSplit({
    source: flags.data,
    minimumInteractions: flags.minimumInteractions ?? null,
    splitSeed: flags.splitSeed,
  });
  await requireSameSplit(path, student, split, flags.data);
  using gpu = await openGpu({ adapter: flags.adapter });
  const { valid, test } = await evaluate(gpu, student, split, { k: flags.k });
  const names = Object.keys(test.means) as (keyof typeof test.means)[];
  const rows = names.map((name) => [name, formatMetric(valid.means[name]), formatMetric(test.means[name])]);
  console.log(textTable(["metric", "validation", "test"], rows));
  console.log(
    `users evaluated: ${valid.perUser.users.length} on validation, ${test.perUser.users.length} on test`,
  );
  if (flags.perUser !== undefined) {
    await writeAtomically(flags.perUser, perUserTable({ student: test.perUser }, split.userIds));
    console.log(`per-user metrics: ${flags.perUser}`);
  }
}
