/**
 * Loading interaction data. This module loads in a browser; {@linkcode loadDataset} needs Deno or Node for anything but
 * the built-in sample.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import { meantName } from "../nearest_ids.ts";
import type { Ragged } from "../ragged.ts";
import { coreOf, keepOnly, requireThreshold } from "./core.ts";
import type { Dataset } from "./dataset_type.ts";
import { pathKind, readBytes, sha256 } from "./files.ts";
import { filterInteractions } from "./filter.ts";
import { wholeFile } from "./log/file_bytes.ts";
import { datasetOfLog } from "./log/log_dataset.ts";
import { plainFileName } from "./log/log_form.ts";
import { formOfFile, hasLogOptions, type LogOptions, readLog } from "./log/read_log.ts";
import { readSplit, readSplitFolder } from "./read_split.ts";
import { type DatasetEntry, datasetRegistry } from "./registry.ts";
import { generateSample } from "./sample.ts";
import { splitTablesIn } from "./split_tables.ts";
import { parseUsersDat } from "./users_dat.ts";

export type { ColumnNames } from "./log/columns.ts";
export type { ReadHooks } from "./log/file_bytes.ts";
export type { LogOptions } from "./log/read_log.ts";
export type { Dataset };

/** Settings of {@linkcode loadDataset}. Those that concern columns and ratings are for logs only. */
export interface LoadOptions extends LogOptions {
  /**
   * Users with fewer distinct items are left out, in one pass. 1 and 0 filter nothing and keep users without items. The
   * default is 1 for paths, and what the registry states for registry names (5 for citeulike, foursquare, amazon-music).
   */
  readonly minimumInteractions?: number | undefined;
  /**
   * After that, users and items with fewer interactions than this are left out again and again, until every user and
   * every item has as many (the k-core). 1 and 0, the default, filter nothing.
   */
  readonly core?: number | undefined;
  /** The folder that holds one folder per downloaded registry dataset (default `data/downloads`). */
  readonly downloads?: string | undefined;
  /** Seed of the generated `sample` (default 1); other data does not depend on it. */
  readonly seed?: number | undefined;
}

/** The files that a folder may hold its interactions in, the preferred first. */
const folderFiles = ["users.dat", "ratings.csv", "ratings.dat", "u.data", "interactions.csv"];

/**
 * Loads interaction data and numbers users and items from 0 in the order in which they first appear. A log (CSV, TSV,
 * `::`, RecBole's .inter, JSON lines, Parquet; all but the last read as a stream, each gzipped or not) has one line for
 * each interaction; docs/data.md describes what is recognised. A pair of user and item counts once, at its latest time.
 *
 * @example The built-in sample needs no download
 * ```ts
 * import { loadDataset } from "@hetcomp/hetcomp";
 * const dataset = await loadDataset("sample");
 * console.assert(dataset.users === 1500 && dataset.interactions.offsets.length === 1501);
 * ```
 *
 * @example A file of your own: one line per user, `count item item ...`
 * ```ts
 * import { loadDataset } from "@hetcomp/hetcomp";
 * const file = await Deno.makeTempFile({ suffix: ".dat" });
 * await Deno.writeTextFile(file, "2 70 31\n1 31\n");
 * const dataset = await loadDataset(file);
 * console.assert(dataset.itemIds.join() === "70,31" && dataset.interactions.items.join() === "0,1,1");
 * await Deno.remove(file);
 * ```
 *
 * @example A log, of which only good ratings count
 * ```ts
 * import { loadDataset } from "@hetcomp/hetcomp";
 * const file = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(file, "userId,movieId,rating,timestamp\nann,007,5,20\nbob,007,4,30\nbob,7,1,40\n");
 * const said: string[] = [];
 * const dataset = await loadDataset(file, { minimumRating: 4, onNotice: (line) => said.push(line) });
 * console.assert(dataset.userIds.join() === "ann,bob" && dataset.itemIds.join() === "007");
 * console.assert(said[0] === "columns: user = userId, item = movieId, rating = rating, time = timestamp");
 * await Deno.remove(file);
 * ```
 *
 * @param nameOrPath `"sample"`; the name of a registry dataset that was downloaded; the path of a log, or of a file in
 * users.dat form; or the path of a folder that holds users.dat, ratings.csv, ratings.dat, u.data or interactions.csv, or
 * train.txt (or train.csv, ...) with valid.txt or test.txt, which are joined. A folder with the name of a registry dataset is written
 * `./name`.
 * @param options Filters, columns, folder of downloads, seed, notices and progress.
 * @returns The dataset.
 * @throws {DataError} if the data is missing (the message says how to get it), damaged or malformed, or if no interaction
 * is left after the filter.
 * @throws {ArgumentError} if an option is out of range.
 */
export async function loadDataset(nameOrPath: string, options: LoadOptions = {}): Promise<Dataset> {
  for (const name of ["minimumInteractions", "core"] as const) requireThreshold(name, options[name] ?? 1);
  const log = await logFile(nameOrPath);
  if (log !== null) {
    const form = await formOfFile(log.path, options.delimiter);
    if (form.kind !== "users.dat") {
      return datasetOfLog(log.name, await readLog(log.path, form, options), options);
    }
  }
  if (hasLogOptions(options) && (log !== null || isNamed(nameOrPath) || !await holdsTables(nameOrPath))) {
    throw new DataError(
      { file: nameOrPath },
      "the data has no columns to be named and no ratings",
      "a log (CSV, TSV, JSON lines, Parquet), or a split of logs, or no option for columns, delimiter, header and minimum rating",
    );
  }
  return inCore(await loadLists(nameOrPath, log, options), options.core ?? 1, nameOrPath);
}

function isNamed(nameOrPath: string): boolean {
  return nameOrPath === "sample" || datasetRegistry.some(({ name }) => name === nameOrPath);
}

/** Whether a folder holds the parts of a split as logs. */
async function holdsTables(folder: string): Promise<boolean> {
  const { join } = await import("node:path");
  return await pathKind(join(folder, "train.txt")) !== "file" && await splitTablesIn(folder) !== null;
}

/** A file of interactions, and what to call it. */
interface InteractionFile {
  readonly path: string;
  readonly name: string;
}

/** The one file that a path stands for; null if it is not the path of such a file or folder. */
export async function logFile(nameOrPath: string): Promise<InteractionFile | null> {
  if (isNamed(nameOrPath)) return null;
  const { basename, dirname, join, resolve } = await import("node:path");
  const kind = await pathKind(nameOrPath);
  if (kind === "nothing") {
    const names = ["sample", ...datasetRegistry.map((candidate) => candidate.name)];
    const meant = meantName(nameOrPath, names) ?? await meantPath(nameOrPath);
    throw new DataError(
      { file: nameOrPath },
      "there is no such dataset, file or folder",
      meant ?? `one of ${names.join(", ")}, or a path`,
    );
  }
  if (kind === "file") {
    const base = basename(nameOrPath);
    const named = folderFiles.includes(base.replace(/\.gz$/, ""));
    const folder = named ? basename(dirname(resolve(nameOrPath))) : "";
    return { path: nameOrPath, name: folder || plainFileName(base) };
  }
  const name = basename(resolve(nameOrPath));
  const isSplit = await pathKind(join(nameOrPath, "train.txt")) === "file";
  for (const file of isSplit ? ["users.dat"] : [...folderFiles, `${name}.inter`]) {
    for (const path of [join(nameOrPath, file), join(nameOrPath, `${file}.gz`)]) {
      if (await pathKind(path) === "file") return { path, name };
    }
  }
  return null;
}

/** The path that another may be a slip of: beside it lies something of nearly that name. */
async function meantPath(path: string): Promise<string | undefined> {
  const { basename, dirname, join } = await import("node:path");
  const { readdir } = await import("node:fs/promises");
  const folder = dirname(path);
  const meant = meantName(basename(path), await readdir(folder).catch(() => []));
  return meant === undefined ? undefined : join(folder, meant);
}

/** Loads data that comes as lists by user. */
async function loadLists(
  nameOrPath: string,
  file: InteractionFile | null,
  options: LoadOptions,
): Promise<Dataset> {
  const minimum = options.minimumInteractions;
  if (nameOrPath === "sample") {
    const sample = generateSample({ seed: options.seed });
    return minimum === undefined
      ? sample
      : filtered(sample.name, sample, sample.interactions, minimum, nameOrPath);
  }
  const entry = datasetRegistry.find((candidate) => candidate.name === nameOrPath);
  if (entry) return await loadEntry(entry, options.downloads ?? "data/downloads", minimum);
  if (file !== null) return await loadUsersDat(file.name, file.path, minimum ?? 1);
  const { basename, join, resolve } = await import("node:path");
  const name = basename(resolve(nameOrPath));
  if (await pathKind(join(nameOrPath, "train.txt")) === "file" || await holdsTables(nameOrPath)) {
    return await loadJoined(name, nameOrPath, minimum ?? 1, options);
  }
  const right =
    "a file users.dat, or train.txt (or train.csv, ...) with valid.txt or test.txt, or a log called " +
    `${folderFiles.slice(1).join(", ")}; or pass the path of the log itself`;
  throw new DataError({ file: nameOrPath }, "the folder holds no interactions", right);
}

async function loadEntry(
  entry: DatasetEntry,
  downloads: string,
  minimum: number | undefined,
): Promise<Dataset> {
  const { join } = await import("node:path");
  const folder = join(downloads, entry.name);
  for (const file of entry.files) {
    const path = join(folder, file.name);
    if (await pathKind(path) === "nothing") {
      const right = file.url === null
        ? `the file described under '${entry.name}' in data/README.md, put there by hand: it has no direct download`
        : `the downloaded file: run 'deno task data ${entry.name}', or pass the path of a folder that holds it`;
      throw new DataError({ file: path }, `the dataset '${entry.name}' is not there`, right);
    }
    const sum = await sha256(await readBytes(path));
    if (sum !== file.sha256) {
      const right = `${file.sha256}; to load other data, pass its path in place of the name '${entry.name}'`;
      throw new DataError({ file: path }, `the SHA-256 of the file is ${sum}`, right);
    }
  }
  const least = minimum ?? entry.minimumInteractions;
  return entry.form === "users.dat"
    ? await loadUsersDat(entry.name, join(folder, "users.dat"), least)
    : await loadJoined(entry.name, folder, least);
}

async function loadUsersDat(name: string, path: string, minimum: number): Promise<Dataset> {
  const lists = parseUsersDat(await wholeFile(path), path);
  return filtered(name, null, lists, minimum, path);
}

/** The union of the parts of a split, numbered like any other source. */
async function loadJoined(
  name: string,
  folder: string,
  minimum: number,
  options: LogOptions = {},
): Promise<Dataset> {
  const { join } = await import("node:path");
  const path = async (part: string) => {
    const candidate = join(folder, `${part}.txt`);
    return await pathKind(candidate) === "file" ? candidate : undefined;
  };
  const train = join(folder, "train.txt");
  const split = await pathKind(train) === "file"
    ? await readSplit({ train, valid: await path("valid"), test: await path("test") })
    : await readSplitFolder(folder, options);
  const parts = [split.train, split.valid, split.test];
  const offsets = new Uint32Array(split.users + 1);
  const items = new Uint32Array(parts.reduce((sum, part) => sum + part.items.length, 0));
  let count = 0;
  for (let u = 0; u < split.users; u++) {
    for (const part of parts) {
      const row = part.items.subarray(part.offsets[u]!, part.offsets[u + 1]!);
      items.set(row, count);
      count += row.length;
    }
    offsets[u + 1] = count;
  }
  return filtered(name, split, { offsets, items }, minimum, folder);
}

function filtered(
  name: string,
  ids: { userIds: readonly string[]; itemIds: readonly string[] } | null,
  lists: Ragged,
  minimum: number,
  file: string,
): Dataset {
  const kept = filterInteractions(lists, minimum);
  if (kept.interactions.items.length === 0) {
    const wrong = minimum > 1 ? `no user has ${minimum} interactions` : "there is no interaction";
    throw new DataError({ file }, wrong, minimum > 1 ? "a lower minimumInteractions" : "at least one");
  }
  return {
    name,
    users: kept.users.length,
    items: kept.items.length,
    interactions: kept.interactions,
    userIds: Array.from(kept.users, (u) => ids === null ? String(u) : ids.userIds[u]!),
    itemIds: Array.from(kept.items, (i) => ids === null ? String(i) : ids.itemIds[i]!),
  };
}

function inCore(dataset: Dataset, core: number, file: string): Dataset {
  if (core <= 1) return dataset;
  const kept = coreOf(dataset.interactions, dataset.items, core);
  const { interactions, users, items } = keepOnly({ interactions: dataset.interactions, times: null }, kept);
  if (interactions.items.length === 0) {
    throw new DataError({ file }, `the ${core}-core is empty`, "a smaller core");
  }
  return {
    name: dataset.name,
    users: users.length,
    items: items.length,
    interactions,
    userIds: Array.from(users, (u) => dataset.userIds[u]!),
    itemIds: Array.from(items, (i) => dataset.itemIds[i]!),
  };
}
