/**
 * Splits whose parts are logs: one line for each interaction, ids as text. Needs Deno or Node.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";
import { sharedPair } from "./csr.ts";
import { exists } from "./files.ts";
import { IdTable } from "./log/id_table.ts";
import { indexLog } from "./log/log_index.ts";
import { formOfFile, type LogOptions, readLog } from "./log/read_log.ts";
import type { Split } from "./split_type.ts";

/** The files of the parts. */
interface TableFiles {
  readonly train: string;
  readonly valid: string | undefined;
  readonly test: string | undefined;
}

const plainEndings = ["csv", "tsv", "inter", "jsonl", "parquet"];
const endings = [...plainEndings, ...plainEndings.map((ending) => `${ending}.gz`)];

/**
 * The parts that a folder holds as logs: `train.csv` and one or both of `valid.csv` and `test.csv`, or as RecBole names them
 * `FOLDER.train.inter`; null if it holds none. A part that is not there in the form of the training part may have another.
 */
export async function splitTablesIn(folder: string): Promise<TableFiles | null> {
  const { basename, join, resolve } = await import("node:path");
  for (const prefix of ["", `${basename(resolve(folder))}.`]) {
    for (const ending of endings) {
      const pathOf = async (part: string) => {
        for (const one of part === "train" ? [ending] : [ending, ...endings]) {
          const path = join(folder, `${prefix}${part}.${one}`);
          if (await exists(path)) return path;
        }
        return undefined;
      };
      const train = await pathOf("train");
      if (train === undefined) continue;
      const [valid, test] = [await pathOf("valid"), await pathOf("test")];
      if (valid !== undefined || test !== undefined) return { train, valid, test };
    }
  }
  return null;
}

/**
 * Reads the parts of a split. Users and items have numbers in the order in which they first appear, the training part
 * first; a pair counts once in its part.
 *
 * @param files Their paths.
 * @param name The name of the split.
 * @param options How the files are read, all of them alike.
 * @throws {DataError} as {@linkcode readLog}, and if a user has the same item in two parts.
 */
export async function readSplitTables(files: TableFiles, name: string, options: LogOptions): Promise<Split> {
  const ids = { users: new IdTable(), items: new IdTable() };
  const read = async (path: string | undefined) => {
    if (path === undefined) return null;
    const form = await formOfFile(path, options.delimiter);
    if (form.kind === "users.dat") {
      throw new DataError({ file: path }, "the file has no columns", "a table with users and items");
    }
    // What the columns are is said once.
    const { onNotice: _, ...rest } = options;
    const isTrain = path === files.train;
    return await readLog(path, form, isTrain ? options : rest, ids, !isTrain);
  };
  const logs = [await read(files.train), await read(files.valid), await read(files.test)];
  const lists = logs.map((log): Ragged =>
    log === null
      ? { offsets: new Uint32Array(ids.users.size + 1), items: new Uint32Array(0) }
      : indexLog(log).interactions
  );
  const [train, valid, test] = lists as [Ragged, Ragged, Ragged];
  const requireDisjoint = (first: number, second: number) => {
    const shared = sharedPair(lists[first]!, lists[second]!);
    if (shared === null) return;
    const [user, item] = [ids.users.idOf(shared.row), ids.items.idOf(shared.item)].map((id) =>
      JSON.stringify(id)
    );
    throw new DataError(
      { file: logs[second]!.file },
      `user ${user} has item ${item} here and in ${logs[first]!.file}`,
      "each item in one part only",
    );
  };
  requireDisjoint(0, 1);
  requireDisjoint(0, 2);
  requireDisjoint(1, 2);
  return {
    name,
    users: ids.users.size,
    items: ids.items.size,
    train,
    valid,
    test,
    userIds: Array.from({ length: ids.users.size }, (_, user) => ids.users.idOf(user)),
    itemIds: Array.from({ length: ids.items.size }, (_, item) => ids.items.idOf(item)),
  };
}
