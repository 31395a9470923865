/**
 * Loading interaction data. This module loads in a browser; {@linkcode loadDataset} needs Deno or Node for anything but
 * the built-in sample.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";
import type { Dataset } from "./dataset_type.ts";
import { pathKind, readBytes, sha256 } from "./files.ts";
import { filterInteractions } from "./filter.ts";
import { readSplit } from "./read_split.ts";
import { type DatasetEntry, datasetRegistry } from "./registry.ts";
import { generateSample } from "./sample.ts";
import { parseUsersDat } from "./users_dat.ts";

export type { Dataset };

/** Settings of {@linkcode loadDataset}. */
export interface LoadOptions {
  /**
   * Users with fewer distinct items are left out, in one pass. 1 and 0 filter nothing and keep users without items. The
   * default is 1 for paths, and what the registry states for registry names (5 for citeulike, foursquare, amazon-music).
   */
  readonly minimumInteractions?: number | undefined;
  /** The folder that holds one folder per downloaded registry dataset (default `data/downloads`). */
  readonly downloads?: string | undefined;
  /** Seed of the generated `sample` (default 1); other data does not depend on it. */
  readonly seed?: number | undefined;
}

/**
 * Loads interaction data and numbers users and items from 0 in the order in which they first appear.
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
 * @param nameOrPath `"sample"`; the name of a registry dataset that was downloaded; the path of a file in users.dat form;
 * or the path of a folder that holds users.dat, or train.txt with valid.txt or test.txt, which are joined. A folder with
 * the name of a registry dataset is written `./name`.
 * @param options Filter, folder of downloads, seed.
 * @returns The dataset.
 * @throws {DataError} if the data is missing (the message says how to get it), damaged or malformed, or if no interaction
 * is left after the filter.
 * @throws {ArgumentError} if an option is out of range.
 */
export async function loadDataset(nameOrPath: string, options: LoadOptions = {}): Promise<Dataset> {
  const minimum = options.minimumInteractions;
  if (nameOrPath === "sample") {
    const sample = generateSample({ seed: options.seed });
    return minimum === undefined
      ? sample
      : filtered(sample.name, sample, sample.interactions, minimum, nameOrPath);
  }
  const entry = datasetRegistry.find((candidate) => candidate.name === nameOrPath);
  if (entry) return await loadEntry(entry, options.downloads ?? "data/downloads", minimum);
  const { basename, dirname, join, resolve } = await import("node:path");
  const kind = await pathKind(nameOrPath);
  if (kind === "nothing") {
    const names = ["sample", ...datasetRegistry.map((candidate) => candidate.name)].join(", ");
    throw new DataError(
      { file: nameOrPath },
      "there is no such dataset, file or folder",
      `one of ${names}, or a path`,
    );
  }
  if (kind === "file") {
    const base = basename(nameOrPath);
    const name = base === "users.dat" ? basename(dirname(resolve(nameOrPath))) : base.replace(/\.[^.]+$/, "");
    return await loadUsersDat(name, nameOrPath, minimum ?? 1);
  }
  const name = basename(resolve(nameOrPath));
  if (await pathKind(join(nameOrPath, "users.dat")) === "file") {
    return await loadUsersDat(name, join(nameOrPath, "users.dat"), minimum ?? 1);
  }
  if (await pathKind(join(nameOrPath, "train.txt")) === "file") {
    return await loadJoined(name, nameOrPath, minimum ?? 1);
  }
  const right = "a file users.dat, or train.txt with valid.txt or test.txt";
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
  const lists = parseUsersDat(await readBytes(path), path);
  return filtered(name, null, lists, minimum, path);
}

/** The union of the parts of a split, numbered like any other source. */
async function loadJoined(name: string, folder: string, minimum: number): Promise<Dataset> {
  const { join } = await import("node:path");
  const path = async (part: string) => {
    const candidate = join(folder, `${part}.txt`);
    return await pathKind(candidate) === "file" ? candidate : undefined;
  };
  const train = join(folder, "train.txt");
  const split = await readSplit({ train, valid: await path("valid"), test: await path("test") });
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
