/**
 * Rows of ranked lists that any program wrote: a table with the columns user, item, and rank or score (comma- or
 * tab-separated, JSON lines, or Parquet), or TREC's form, `query Q0 document rank score tag`. This module loads in a browser; reading
 * needs Deno or Node.
 *
 * @module
 */
import { idMember, type JsonObject } from "./log/json_line.ts";
import { DataError, type FilePlace } from "../errors.ts";
import { DelimitedRecords } from "./log/delimited.ts";
import { fileBytes, firstBytes, type ReadHooks } from "./log/file_bytes.ts";
import { parquetGroups } from "./log/read_parquet.ts";
import { numberOf } from "./log/values.ts";

/** One item in a ranked list. */
export interface RankedRow {
  /** The user's id. */
  readonly user: string;
  /** The item's id. */
  readonly item: string;
  /** Its place in the list, the smallest first; only the order counts. It decides where a score is given too. */
  readonly rank?: number | undefined;
  /** Its score, the highest first. */
  readonly score?: number | undefined;
  /** The number of the teacher's state that the list belongs to; states are ordered by it. */
  readonly state?: number | undefined;
  /** The number of the checkpoint, such as the epoch, that ranked the list; checkpoints are ordered by it. */
  readonly checkpoint?: number | undefined;
  /** Where it was read, for messages. */
  readonly place?: FilePlace | undefined;
}

const columnNames = {
  user: ["user", "user_id", "userid"],
  item: ["item", "item_id", "itemid"],
  rank: ["rank"],
  score: ["score"],
  state: ["state"],
  checkpoint: ["checkpoint"],
} as const;
const roles = ["user", "item", "rank", "score", "state", "checkpoint"] as const;

/** The place of each column in a record; -1: there is none. */
type Places = Readonly<Record<typeof roles[number], number>>;

const expectedForm =
  "a header with the columns user, item, and rank or score, or lines `user Q0 item rank score tag`";

/**
 * Reads the rows of ranked lists, in the order of the file, which may be gzipped. Columns are found by name, in any order;
 * `state` and `checkpoint` need not be there, others are ignored. In TREC's form the score decides, not the rank.
 *
 * @example Two columns in another order
 * ```ts
 * import { readRankedRows } from "@hetcomp/hetcomp";
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "item,user,rank\nb,ann,0\na,ann,1\n");
 * const rows = await Array.fromAsync(readRankedRows(path));
 * console.assert(rows.map(({ item }) => item).join() === "b,a" && rows[1]!.place!.line === 3);
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file.
 * @param hooks Progress and stop.
 * @throws {DataError} naming file, line and field, if the form is another or a number is none.
 */
export async function* readRankedRows(path: string, hooks: ReadHooks = {}): AsyncGenerator<RankedRow> {
  const start = new TextDecoder().decode(await firstBytes(path, 1 << 16)).replace(/^\ufeff/, "");
  if (start.startsWith("PAR1")) return yield* parquetRows(path, hooks);
  const first = /[^\r\n]*/.exec(start)![0];
  if (first.trimStart().startsWith("{")) return yield* jsonRows(path, hooks);
  if (isHeader(first)) return yield* tableRows(path, first, hooks);
  if (first.trim().split(/\s+/).length === 6) return yield* trecRows(path, hooks);
  throw new DataError(
    { file: path, line: 1 },
    `the first line is ${JSON.stringify(first.slice(0, 200))}`,
    expectedForm,
  );
}

/** Whether a line names columns: a TREC run may well have an id "user-0", and one "item-1". */
function isHeader(line: string): boolean {
  const { user, item } = findPlaces(line.split(/[,\t]/).map((name) => name.replaceAll('"', "")));
  return user >= 0 && item >= 0;
}

/** The records of a file of text, each once it is complete. */
async function* recordsOf(
  path: string,
  delimiter: string,
  quoted: boolean,
  hooks: ReadHooks,
): AsyncGenerator<DelimitedRecords> {
  const records = new DelimitedRecords({ delimiter, quoted }, path);
  for await (const piece of fileBytes(path, hooks)) {
    records.push(piece);
    while (records.next()) yield records;
  }
  records.end();
  while (records.next()) yield records;
}

async function* tableRows(path: string, first: string, hooks: ReadHooks): AsyncGenerator<RankedRow> {
  const delimiter = first.includes("\t") ? "\t" : ",";
  let places: Places | undefined;
  let width = 0;
  for await (const records of recordsOf(path, delimiter, delimiter === "," || first.startsWith('"'), hooks)) {
    const place = { file: path, line: records.line };
    if (places === undefined) {
      const header = Array.from({ length: width = records.count }, (_, field) => records.text(field).trim());
      places = placesOf(header, place);
      continue;
    }
    if (records.count !== width) {
      throw new DataError(place, `there are ${records.count} fields`, `${width}, as in the header`);
    }
    yield rowOf((field) => records.text(field), places, place);
  }
}

async function* jsonRows(path: string, hooks: ReadHooks): AsyncGenerator<RankedRow> {
  let complete = false;
  // A line of JSON holds no line end: with that as the delimiter, a line is one field.
  for await (const records of recordsOf(path, "\n", false, hooks)) {
    const place = { file: path, line: records.line };
    const text = records.text(0);
    if (text.trim() === "") continue;
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch {
      object = null;
    }
    if (typeof object !== "object" || object === null) {
      throw new DataError(
        place,
        `the line is ${JSON.stringify(text.slice(0, 200))}`,
        "one JSON object a line",
      );
    }
    // Members that have no value may be left out, in any line but for what the first has to tell.
    const names = Object.keys(object);
    const places = complete ? findPlaces(names) : placesOf(names, place);
    complete = true;
    const member = (field: number) => {
      const name = names[field];
      if (name === undefined) return undefined;
      const isId = field === places.user || field === places.item;
      return isId ? idMember(text, object as JsonObject, name) : (object as JsonObject)[name];
    };
    yield rowOf(member, places, place);
  }
}

async function* trecRows(path: string, hooks: ReadHooks): AsyncGenerator<RankedRow> {
  // Blanks of any kind and number stand between the fields: a record is a line, which is taken apart here.
  for await (const records of recordsOf(path, "\0", false, hooks)) {
    const place = { file: path, line: records.line };
    const content = records.text(0).trim();
    if (content === "") continue;
    const fields = content.split(/\s+/);
    if (fields.length !== 6) {
      throw new DataError(place, `there are ${fields.length} fields`, "6: user Q0 item rank score tag");
    }
    yield {
      user: fields[0]!,
      item: fields[2]!,
      score: numeric({ ...place, field: 5 }, fields[4]),
      place,
    };
  }
}

async function* parquetRows(path: string, hooks: ReadHooks): AsyncGenerator<RankedRow> {
  let places: Places | undefined;
  const choose = (names: readonly string[]) => {
    places = placesOf(names, { file: path });
    return roles.map((role) => places![role] < 0 ? null : names[places![role]]!);
  };
  for await (const { start, end, values } of parquetGroups(path, choose, hooks)) {
    const byRole = Object.fromEntries(
      roles.map((role, n) => [role, places![role] < 0 ? -1 : n]),
    ) as unknown as Places;
    for (let row = start; row < end; row++) {
      yield rowOf((n) => values[n]!(row), byRole, { file: path, row: row + 1 });
    }
  }
}

function findPlaces(header: readonly string[]): Places {
  const plain = header.map((name) => name.trim().toLowerCase());
  const placeOf = (names: readonly string[]) => plain.findIndex((name) => names.includes(name));
  return Object.fromEntries(roles.map((role) => [role, placeOf(columnNames[role])])) as unknown as Places;
}

function placesOf(header: readonly string[], place: FilePlace): Places {
  const places = findPlaces(header);
  if (places.user < 0 || places.item < 0 || (places.rank < 0 && places.score < 0)) {
    throw new DataError(place, `the header is ${JSON.stringify(header).slice(0, 200)}`, expectedForm);
  }
  return places;
}

function rowOf(value: (field: number) => unknown, places: Places, place: FilePlace): RankedRow {
  const id = (role: "user" | "item"): string => {
    const found = value(places[role]);
    const isNumber = typeof found === "bigint" || Number.isSafeInteger(found);
    const text = typeof found === "string" ? found : isNumber ? String(found) : "";
    if (text === "") {
      throw new DataError(
        { ...place, column: role },
        `the id of the ${role} is missing`,
        "a text or a whole number",
      );
    }
    return text;
  };
  const number = (role: "rank" | "score"): number | undefined =>
    places[role] < 0 ? undefined : numeric({ ...place, field: places[role] + 1 }, value(places[role]));
  const optional = (role: "state" | "checkpoint"): number | undefined => {
    if (places[role] < 0) return undefined;
    const found = value(places[role]);
    const isEmpty = found === null || found === undefined || Number.isNaN(found) ||
      (typeof found === "string" && found.trim() === "");
    return isEmpty ? undefined : numeric({ ...place, field: places[role] + 1, column: role }, found);
  };
  return {
    user: id("user"),
    item: id("item"),
    rank: number("rank"),
    score: places.rank < 0 ? number("score") : undefined,
    state: optional("state"),
    checkpoint: optional("checkpoint"),
    place,
  };
}

function numeric(place: FilePlace, value: unknown): number {
  const number = typeof value === "string"
    ? numberOf(value)
    : typeof value === "bigint"
    ? Number(value)
    : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new DataError(place, `${text} is not a number`, "a finite number");
}
