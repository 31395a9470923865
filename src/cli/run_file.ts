/**
 * Ranked lists that any program wrote: a table with the columns user, item, and rank or score (comma- or tab-separated),
 * or TREC's form, `query Q0 document rank score tag`.
 *
 * @module
 */
import { readText } from "../data/files.ts";
import type { Split } from "../data/split.ts";
import { DataError } from "../errors.ts";
import { emptyPlace } from "../evaluate/metrics.ts";
import { loadPackage } from "../export/load_package.ts";
import { nearestIds } from "../nearest_ids.ts";
import { rowOf } from "../ragged.ts";

type CsvParse = typeof import("npm:csv-parse@7.0.3/sync");

/** Lists that were read from a file. */
export interface RunLists {
  /** [users x width] item numbers, the best first; 0xffffffff is an empty place. */
  readonly lists: Uint32Array<ArrayBuffer>;
  /** Length of the longest list. */
  readonly width: number;
  /** How many users have a list. */
  readonly users: number;
  /** How many places of the file held a training item of their user; they are left out. */
  readonly trainingItems: number;
}

interface Row {
  readonly line: number;
  readonly user: string;
  readonly item: string;
  /** What the lists are sorted by, ascending. */
  readonly key: number;
}

interface Parsed {
  readonly rows: Row[];
  /** Whether the keys are ranks, not scores. */
  readonly ranked: boolean;
}

const columnNames = {
  user: ["user", "user_id", "userid"],
  item: ["item", "item_id", "itemid"],
  rank: ["rank"],
  score: ["score"],
};
const expectedForm =
  "a header with the columns user, item, and rank or score, or lines `user Q0 item rank score tag`";

/**
 * Reads ranked lists. A column `rank` decides the order if there is one (equal ranks: the order of the file), else `score`
 * (the highest first), as in TREC's form; equal scores are ordered by the lower item number. Training items are left out.
 *
 * @param path Path of the file.
 * @param split The data, whose ids the file has to use.
 * @throws {DataError} naming file and line, if the form is another, a number is none, an id is unknown (with the nearest
 * known ones), or a user has an item twice.
 */
export async function readRun(path: string, split: Split): Promise<RunLists> {
  const { rows, ranked } = await parseRun(path, await readText(path));
  const numbers = (ids: readonly string[]) => new Map(ids.map((id, n) => [id, n]));
  const userNumbers = numbers(split.userIds);
  const itemNumbers = numbers(split.itemIds);
  const byUser = new Map<number, { list: { item: number; key: number }[]; train: Set<number> }>();
  let trainingItems = 0;
  for (const { line, user: userId, item: itemId, key } of rows) {
    const place = { file: path, line };
    const user = numberOf(place, "user", userId, userNumbers);
    const item = numberOf(place, "item", itemId, itemNumbers);
    const entry = byUser.get(user) ?? { list: [], train: new Set(rowOf(split.train, user)) };
    byUser.set(user, entry);
    if (entry.train.has(item)) trainingItems++;
    else entry.list.push({ item, key });
  }
  let width = 1;
  for (const { list } of byUser.values()) width = Math.max(width, list.length);
  const lists = new Uint32Array(split.users * width).fill(emptyPlace);
  for (const [user, { list }] of byUser) {
    const distinct = new Set(list.map(({ item }) => item));
    if (distinct.size < list.length) {
      const twice = list.find(({ item }) => !distinct.delete(item))!;
      const wrong = `user ${JSON.stringify(split.userIds[user])} has item ` +
        `${JSON.stringify(split.itemIds[twice.item])} twice`;
      throw new DataError({ file: path }, wrong, "each item of a user once");
    }
    list.sort((a, b) => a.key - b.key || (ranked ? 0 : a.item - b.item));
    lists.set(list.map(({ item }) => item), user * width);
  }
  return { lists, width, users: byUser.size, trainingItems };
}

function numberOf(
  place: { file: string; line: number },
  what: string,
  id: string,
  numbers: ReadonlyMap<string, number>,
): number {
  const number = numbers.get(id);
  if (number !== undefined) return number;
  const near = nearestIds(id, numbers.keys()).map((other) => JSON.stringify(other)).join(", ");
  const right = near === "" ? `an id of the data` : `an id of the data; the nearest: ${near}`;
  throw new DataError(place, `the data has no ${what} ${JSON.stringify(id)}`, right);
}

async function parseRun(path: string, text: string): Promise<Parsed> {
  const first = /[^\r\n]*/.exec(text)![0];
  const isTable = /[,\t]/.test(first) && /user/i.test(first) && /item/i.test(first);
  if (isTable) return await parseTable(path, text, first.includes("\t") ? "\t" : ",");
  if (first.trim().split(/\s+/).length === 6) return parseTrec(path, text);
  throw new DataError({ file: path, line: 1 }, `the first line is ${JSON.stringify(first)}`, expectedForm);
}

async function parseTable(
  path: string,
  text: string,
  delimiter: string,
): Promise<Parsed> {
  const { parse, CsvError } = await loadPackage<CsvParse>("csv-parse@7.0.3/sync");
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      relax_quotes: delimiter === "\t",
    }) as unknown as typeof records;
  } catch (error) {
    if (error instanceof CsvError) throw new DataError({ file: path }, error.message);
    throw error;
  }
  const header = records.shift()!.record.map((name) => name.trim().toLowerCase());
  const columnOf = (names: readonly string[]) => header.findIndex((name) => names.includes(name));
  const user = columnOf(columnNames.user);
  const item = columnOf(columnNames.item);
  const rank = columnOf(columnNames.rank);
  const key = rank >= 0 ? rank : columnOf(columnNames.score);
  if (user < 0 || item < 0 || key < 0) {
    throw new DataError({ file: path, line: 1 }, `the header is ${JSON.stringify(header)}`, expectedForm);
  }
  const rows = records.map(({ record, info: { lines: line } }) => {
    if (record.length < header.length) {
      throw new DataError(
        { file: path, line },
        `there are ${record.length} fields`,
        `${header.length}, as in the header`,
      );
    }
    const value = numeric({ file: path, line, field: key + 1 }, record[key]!);
    return { line, user: record[user]!, item: record[item]!, key: rank >= 0 ? value : -value };
  });
  return { rows, ranked: rank >= 0 };
}

function parseTrec(path: string, text: string): Parsed {
  const rows: Row[] = [];
  text.split(/\r?\n/).forEach((content, n) => {
    if (content.trim() === "") return;
    const place = { file: path, line: n + 1 };
    const fields = content.trim().split(/\s+/);
    if (fields.length !== 6) {
      throw new DataError(place, `there are ${fields.length} fields`, "6: user Q0 item rank score tag");
    }
    const score = numeric({ ...place, field: 5 }, fields[4]!);
    rows.push({ line: n + 1, user: fields[0]!, item: fields[2]!, key: -score });
  });
  return { rows, ranked: false };
}

function numeric(place: { file: string; line: number; field: number }, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new DataError(place, `${JSON.stringify(text)} is not a number`, "a finite number");
}
