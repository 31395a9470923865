/**
 * The command `data split`: the parts of a split as tables, for models of other programs.
 *
 * @module
 */
import type { Command } from "commander";
import type { Split } from "../data/split.ts";
import { type TableValue, writeTable } from "../export/table_file.ts";
import { type Ragged, rowOf } from "../ragged.ts";
import { formatCount } from "../report/format.ts";
import { numberColumn, textTable } from "../report/table.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { loadSplit } from "./load_split.ts";
import { dataChoice, type DataFlags, pathName, splitOptions } from "./options.ts";
import { requireNoFolder } from "./run_folder.ts";

/** Pairs that are written at once, but for the rest of a user. */
const batchPairs = 1 << 15;

const fields = [{ name: "user", type: "text" }, { name: "item", type: "text" }] as const;

function* batchesOf(part: Ragged, split: Split, signal: AbortSignal): Generator<TableValue[][]> {
  let rows: TableValue[][] = [];
  for (let user = 0; user < split.users; user++) {
    for (const item of rowOf(part, user)) rows.push([split.userIds[user]!, split.itemIds[item]!]);
    if (rows.length < batchPairs) continue;
    signal.throwIfAborted();
    yield rows;
    rows = [];
  }
  yield rows;
}

/** Adds the command `split` to the command `data`. */
export function registerSplit(data: Command): void {
  splitOptions(
    data.command("split <source>").description(
      "Writes train.csv, valid.csv and test.csv, with the ids of the data, as the other commands split it by the same " +
        "options: for models of other programs (docs/foreign_teachers.md).",
    ),
  )
    .requiredOption("--out <folder>", "the folder to make", pathName)
    .addHelpText(
      "after",
      examples(
        "data split ratings.csv --minimum-rating 4 --core 5 --out split",
        "data split sample --split-seed 2 --out split",
      ),
    )
    .action(async (source: string, _options, self: Command) => {
      const flags = self.optsWithGlobals<Omit<DataFlags, "data"> & { out: string; quiet?: boolean }>();
      await writeSplit(flags.out, { ...flags, data: source });
    });
}

async function writeSplit(out: string, flags: DataFlags & { quiet?: boolean }): Promise<void> {
  await requireNoFolder(out);
  const split = await loadSplit(dataChoice(flags), flags.quiet ?? false);
  using interrupt = untilInterrupted("stopping; nothing is kept of this split");
  const parts = { train: split.train, valid: split.valid, test: split.test };
  try {
    for (const [name, part] of Object.entries(parts)) {
      await writeTable(`${out}/${name}.csv`, fields, batchesOf(part, split, interrupt.signal));
    }
  } catch (error) {
    await Deno.remove(out, { recursive: true }).catch(() => {});
    throw error;
  }
  console.log(textTable(
    ["file", numberColumn("users"), numberColumn("pairs")],
    Object.entries(parts).map(([name, part]) => {
      const users = split.userIds.filter((_, user) => rowOf(part, user).length > 0).length;
      return [`${out}/${name}.csv`, formatCount(users), formatCount(part.items.length)];
    }),
  ));
}
