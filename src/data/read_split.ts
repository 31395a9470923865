/**
 * Published splits, read from files. This module loads in a browser; its functions need Deno or Node.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";
import { sharedPair } from "./csr.ts";
import { exists } from "./files.ts";
import { parseLightgcnText, type SplitPart } from "./lightgcn_text.ts";
import { wholeFile } from "./log/file_bytes.ts";
import type { LogOptions } from "./log/read_log.ts";
import { readSplitTables, splitTablesIn } from "./split_tables.ts";
import type { Split } from "./split_type.ts";

/** The files of a split: each line is `user item item ...`. */
export interface SplitFiles {
  /** Path of the training part. */
  readonly train: string;
  /** Path of the validation part; without it nobody has validation items. */
  readonly valid?: string | undefined;
  /** Path of the test part; without it nobody has test items. */
  readonly test?: string | undefined;
  /** The name of the split; by default that of the folder that holds the training part, or the one above if it is `split`. */
  readonly name?: string | undefined;
}

/**
 * Reads a split from text files as published with LightGCN: a line is `user item item ...`, ids are row numbers from 0, a
 * line may name no item. There are 1 + the largest user id and 1 + the largest item id over all files. An item that is
 * repeated within a user counts once.
 *
 * @example Read a tiny split
 * ```ts
 * import { readSplit } from "@hetcomp/hetcomp";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/train.txt`, "0 4 2\n1 0 1\n");
 * await Deno.writeTextFile(`${folder}/valid.txt`, "0 1\n");
 * const split = await readSplit({ train: `${folder}/train.txt`, valid: `${folder}/valid.txt` });
 * console.assert(split.users === 2 && split.items === 5);
 * console.assert(split.train.items.join() === "2,4,0,1" && split.test.items.length === 0);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @param files Paths of the parts.
 * @returns The split; user and item ids are the row numbers as text.
 * @throws {DataError} naming file, line and field, if a file is missing, empty or malformed, or if a user has the same
 * item in two parts; and if ids are so far apart that they cannot be row numbers.
 */
export async function readSplit(files: SplitFiles): Promise<Split> {
  const paths = [files.train, files.valid, files.test];
  const parts = await Promise.all(paths.map(async (path) => {
    return path === undefined ? null : parseLightgcnText(await wholeFile(path), path);
  }));
  let users = 0;
  let items = 0;
  for (const part of parts) {
    users = Math.max(users, part?.lines.length ?? 0);
    items = Math.max(items, part?.items ?? 0);
  }
  requireDense("user", users, files.train, (occurs) => {
    for (const part of parts) {
      part?.lines.forEach((line, user) => {
        if (line > 0) occurs[user] = 1;
      });
    }
  });
  requireDense("item", items, files.train, (occurs) => {
    for (const part of parts) part?.lists.items.forEach((item) => occurs[item] = 1);
  });
  const [train, valid, test] = parts.map((part) => widen(part, users)) as [Ragged, Ragged, Ragged];
  requireDisjoint(train, files.train, valid, files.valid, parts[1]);
  requireDisjoint(train, files.train, test, files.test, parts[2]);
  requireDisjoint(valid, files.valid, test, files.test, parts[2]);
  return {
    name: files.name ?? await folderName(files.train),
    users,
    items,
    train,
    valid,
    test,
    userIds: Array.from({ length: users }, (_, u) => String(u)),
    itemIds: Array.from({ length: items }, (_, i) => String(i)),
  };
}

/**
 * Reads a split from a folder that holds train.txt and at least one of valid.txt and test.txt, as {@linkcode readSplit}
 * does; or else logs of one form, one line for each interaction: train.csv with valid.csv or test.csv (also .tsv, .jsonl,
 * .parquet, .inter, each also gzipped, and RecBole's FOLDER.train.inter).
 *
 * @example A folder without a validation part
 * ```ts
 * import { readSplitFolder } from "@hetcomp/hetcomp";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/train.txt`, "0 4 2\n1 0 1\n");
 * await Deno.writeTextFile(`${folder}/test.txt`, "1 3\n");
 * const split = await readSplitFolder(folder);
 * console.assert(split.test.items.join() === "3" && split.valid.items.length === 0);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @example Ids of your own
 * ```ts
 * import { readSplitFolder } from "@hetcomp/hetcomp";
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/train.csv`, "user,item\nann,x\nann,y\nbob,y\n");
 * await Deno.writeTextFile(`${folder}/test.csv`, "user,item\nbob,x\n");
 * const split = await readSplitFolder(folder);
 * console.assert(split.userIds.join() === "ann,bob" && split.test.items.join() === "0");
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @param folder Path of the folder.
 * @param options How logs are read; text of row numbers has no use for it.
 * @returns The split; a part without a file has an empty row for every user.
 * @throws {DataError} as {@linkcode readSplit}, and if train.txt, or both valid.txt and test.txt, are missing.
 */
export async function readSplitFolder(folder: string, options: LogOptions = {}): Promise<Split> {
  const { join } = await import("node:path");
  if (!await exists(join(folder, "train.txt"))) {
    const tables = await splitTablesIn(folder);
    if (tables !== null) return await readSplitTables(tables, await folderName(tables.train), options);
  }
  const path = (part: string) => join(folder, `${part}.txt`);
  const valid = await exists(path("valid")) ? path("valid") : undefined;
  const test = await exists(path("test")) ? path("test") : undefined;
  if (valid === undefined && test === undefined && await exists(path("train"))) {
    throw new DataError(
      { file: folder },
      "the folder holds neither valid.txt nor test.txt",
      "at least one of them",
    );
  }
  return await readSplit({ train: path("train"), valid, test });
}

/** Row numbers up to here are taken however few of them occur: tables of that many rows are no burden. */
const fewRows = 1_000_000;

/** Refuses ids that another program gave out: every number up to the largest would be a row of every table. */
function requireDense(
  what: "user" | "item",
  rows: number,
  file: string,
  mark: (occurs: Uint8Array) => void,
): void {
  if (rows <= fewRows) return;
  const occurs = new Uint8Array(rows);
  mark(occurs);
  const count = occurs.reduce((sum, mark) => sum + mark, 0);
  if (10 * count >= rows) return;
  const wrong = `${what} ids go up to ${rows - 1}, and only ${count} of these occur`;
  throw new DataError({ file }, wrong, "row numbers from 0 on: renumber the ids, or give logs (train.csv)");
}

/** Adds empty rows up to `users`. */
function widen(part: SplitPart | null, users: number): Ragged {
  if (part === null) return { offsets: new Uint32Array(users + 1), items: new Uint32Array(0) };
  const offsets = new Uint32Array(users + 1).fill(part.lists.items.length);
  offsets.set(part.lists.offsets);
  return { offsets, items: part.lists.items };
}

function requireDisjoint(
  first: Ragged,
  firstFile: string | undefined,
  second: Ragged,
  secondFile: string | undefined,
  part: SplitPart | null | undefined,
): void {
  if (firstFile === undefined || secondFile === undefined || !part) return;
  const shared = sharedPair(first, second);
  if (shared === null) return;
  throw new DataError(
    { file: secondFile, line: part.lines[shared.row]! },
    `user ${shared.row} has item ${shared.item} here and in ${firstFile}`,
    "each item in one part only",
  );
}

/** The name that a split has by default, from the path of its training part. */
export async function folderName(path: string): Promise<string> {
  const { basename, dirname, resolve } = await import("node:path");
  const folder = dirname(resolve(path));
  return basename(basename(folder) === "split" ? dirname(folder) : folder) || "split";
}
