/**
 * The command `data`: lists the registry of public datasets, downloads one of them, or describes a file.
 *
 * @module
 */
import type { Command } from "commander";
import { downloadDataset } from "../data/download.ts";
import { exists } from "../data/files.ts";
import { type DatasetEntry, datasetRegistry, registryEntry } from "../data/registry.ts";
import { ArgumentError } from "../errors.ts";
import { formatBytes, formatCount } from "../report/format.ts";
import { numberColumn, textTable } from "../report/table.ts";
import { registerSplit } from "./data_split.ts";
import { registerDescribe } from "./describe.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { invocation } from "./invocation.ts";
import { createProgress, type Progress } from "./progress.ts";

const defaultFolder = "data/downloads";

function totalBytes(entry: DatasetEntry): number {
  return entry.files.reduce((sum, file) => sum + file.bytes, 0);
}

async function isPresent(entry: DatasetEntry, folder: string): Promise<boolean> {
  const present = await Promise.all(
    entry.files.map((file) => exists(`${folder}/${entry.name}/${file.name}`)),
  );
  return present.every((value) => value);
}

async function list(folder: string, json: boolean): Promise<void> {
  const entries = await Promise.all(
    datasetRegistry.map(async (entry) => ({ ...entry, present: await isPresent(entry, folder) })),
  );
  if (json) return console.log(JSON.stringify(entries, null, 2));
  console.log(textTable(
    [
      "name",
      numberColumn("users"),
      numberColumn("items"),
      numberColumn("pairs"),
      numberColumn("size"),
      "present",
      "terms",
      "source",
    ],
    entries.map((entry) => [
      entry.name,
      formatCount(entry.users),
      formatCount(entry.items),
      formatCount(entry.pairs),
      formatBytes(totalBytes(entry)),
      entry.present ? "yes" : entry.files.some((file) => file.url === null) ? "by hand" : "no",
      entry.terms,
      entry.source,
    ]),
  ));
  console.log(
    "\nThe built-in dataset 'sample' needs no download. To fetch one: " +
      `${invocation("data NAME")}\nTo use your own log: --data FILE; docs/data.md describes the forms, ` +
      `${invocation("data describe FILE")} what is in it.`,
  );
}

async function download(name: string, folder: string, quiet: boolean): Promise<void> {
  const entry = registryEntry(name);
  using interrupt = untilInterrupted("stopping; nothing is kept of this download");
  let progress: Progress | undefined;
  try {
    const place = await downloadDataset(name, {
      folder,
      signal: interrupt.signal,
      onProgress: (done) => {
        progress ??= createProgress({ label: name, total: totalBytes(entry), unit: "bytes", quiet });
        progress.update(done);
      },
    });
    console.log(`${name}: ${progress ? "downloaded" : "already there"}, checksums right: ${place}`);
  } finally {
    progress?.stop();
  }
}

/** Adds the command `data` to the program. */
export function registerData(program: Command): void {
  const command = program.command("data")
    .description("Lists the public datasets, downloads one and checks it, or describes or splits a file.")
    .helpCommand(false)
    .argument("[name]", "dataset to download; without it, the list is shown")
    .option("--folder <path>", "folder of downloads", defaultFolder)
    .option("--json", "the list as JSON", false)
    .addHelpText(
      "after",
      examples(
        "data",
        "data citeulike",
        "data gowalla --folder /data/sets",
        "data describe ratings.csv",
        "data split ratings.csv --out split",
      ),
    )
    .action(
      async (name: string | undefined, options: { folder: string; json: boolean }, command: Command) => {
        if (name !== undefined && options.json) {
          throw new ArgumentError("--json", `the dataset ${name} is to be downloaded`, "no name beside it");
        }
        if (name === undefined) await list(options.folder, options.json);
        else await download(name, options.folder, command.optsWithGlobals().quiet === true);
      },
    );
  registerDescribe(command);
  registerSplit(command);
}
