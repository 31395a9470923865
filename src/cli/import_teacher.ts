import type { Command } from "commander";
import { exists } from "../data/files.ts";
import { type RankedRow, readRankedRows } from "../data/ranked_rows.ts";
import { RunError } from "../errors.ts";
import { formatCount, formatMetric } from "../report/format.ts";
import { numberColumn, textTable } from "../report/table.ts";
import {
  checkTeacherName,
  type ImportedTrajectory,
  importTrajectory,
} from "../teachers/import_trajectory.ts";
import { saveTrajectory } from "../teachers/trajectory_file.ts";
import { applyConfig } from "./config_file.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { largeFile, loadSplit } from "./load_split.ts";
import { logNotice } from "./log.ts";
import { dataChoice, type DataFlags, dataOptions, pathName } from "./options.ts";
import { createProgress } from "./progress.ts";

/** Adds `import` to the command `teachers`. */
export function registerImport(teachers: Command): void {
  dataOptions(
    teachers.command("import <files...>").description(
      "Makes a teacher of ranked lists that any program wrote: tables (CSV, TSV, JSON lines, Parquet) with the columns user, item, rank " +
        "or score, and perhaps state and checkpoint, or TREC's form. Then name it in --teachers.",
    ),
  )
    .requiredOption("--name <name>", "the teacher's name: letters, digits, - and _")
    .option("--teachers-folder <folder>", "where trajectories are kept", pathName, "Teachers")
    .option("--skip-unknown", "leave out rows of users and items that the data does not have", false)
    .option("--replace", "replace the teacher of that name", false)
    .option("--config <file>", "data and folder from a file, as distill takes them", pathName)
    .addHelpText(
      "after",
      examples(
        "teachers import lists.csv --name mine --data citeulike",
        "teachers import part-*.parquet --name als --data ratings.csv --core 5 --skip-unknown",
        "distill --data citeulike --teachers MF,ML,mine",
      ),
    )
    .action(async (files: string[], _options, self: Command) => {
      // `teachers` has taken the options that both have, wherever they stand; what it alone has is of no use here.
      const idle = teachers.options.find((option) =>
        teachers.getOptionValueSource(option.attributeName()) === "cli" &&
        !self.options.some((own) => own.long === option.long)
      );
      if (idle !== undefined) self.error(`error: 'teachers import' has no option ${idle.long}`);
      await applyConfig(teachers);
      await runImport(files, self.optsWithGlobals());
    });
}

interface ImportFlags extends DataFlags {
  name: string;
  teachersFolder: string;
  skipUnknown: boolean;
  replace: boolean;
  quiet?: boolean;
}

async function runImport(files: readonly string[], flags: ImportFlags): Promise<void> {
  const { name, quiet = false } = flags;
  checkTeacherName(name);
  const split = await loadSplit(dataChoice(flags), quiet);
  const folder = `${flags.teachersFolder}/${split.name}/${name}`;
  if (!flags.replace && await exists(`${folder}/manifest.json`)) {
    throw new RunError(
      `there is a teacher in ${folder} already; replace it with --replace, or choose another --name`,
    );
  }
  using interrupt = untilInterrupted("stopping; nothing is kept of this import");
  const rows = rowsOf(files, interrupt.signal, quiet);
  const imported = await importTrajectory(split, rows, { name, skipUnknown: flags.skipUnknown });
  interrupt.signal.throwIfAborted();
  await saveTrajectory(folder, imported.trajectory);
  if (!quiet) { for (const note of notes(imported)) logNotice("lists", `${name}: ${note}`, { name }); }
  console.log(stateLines(imported));
  console.log(`\nteacher: ${folder}`);
}

async function* rowsOf(
  files: readonly string[],
  signal: AbortSignal,
  quiet: boolean,
): AsyncGenerator<RankedRow> {
  for (const file of files) {
    let progress: ReturnType<typeof createProgress> | undefined;
    try {
      yield* readRankedRows(file, {
        signal,
        onProgress: (read, total) => {
          if (total < largeFile) return;
          progress ??= createProgress({ label: `reading ${file}`, total, unit: "bytes", quiet });
          progress.update(read);
        },
      });
    } finally {
      progress?.stop();
    }
  }
}

/** What was found, in words. */
function notes(imported: ImportedTrajectory): string[] {
  const { trajectory, checkpoints, consistency, trainingItems, unknown, usersWithoutList } = imported;
  const said: string[] = [];
  const counted = (count: number, one: string, more: string) =>
    `${formatCount(count)} ${count === 1 ? one : more}`;
  if (unknown > 0) said.push(`${counted(unknown, "row", "rows")} of unknown users or items left out`);
  said.push(
    trainingItems > 0
      ? `${
        counted(trainingItems, "row holds a training item, which is", "rows hold training items, which are")
      } ` +
        "left out of the lists and order the observed items"
      : "no row holds a training item: all observed items of a user are equally important",
  );
  if (usersWithoutList > 0) {
    said.push(
      `${
        counted(
          usersWithoutList,
          "user has no list in the last state, and learns",
          "users have no list in the last state, and learn",
        )
      } nothing from it`,
    );
  }
  said.push(
    consistency
      ? `importance from ranks, and from their spread over up to five of ${checkpoints.all.length} checkpoints`
      : "importance from ranks alone: there are no earlier checkpoints to see their spread over",
  );
  if (trajectory.states.length === 1) said.push("a single state: the student is taught from it all the time");
  return said;
}

function stateLines({ trajectory, checkpoints }: ImportedTrajectory): string {
  const rows = trajectory.states.map(({ metrics }, state) => [
    String(state),
    String(checkpoints.states[state]),
    formatMetric(metrics["recall@50"]),
    formatMetric(metrics["test.recall@50"]),
  ]);
  return textTable(
    ["state", "checkpoint", "validation Recall@50", "test Recall@50"].map(numberColumn),
    rows,
  );
}
