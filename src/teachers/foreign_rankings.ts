/**
 * From rows of ranked lists, with ids and in any order, to the rankings of a teacher's checkpoints. This module is browser
 * compatible.
 *
 * @module
 */
import type { RankedRow } from "../data/ranked_rows.ts";
import type { Split } from "../data/split.ts";
import { DataError, type FilePlace } from "../errors.ts";
import { nearestIds } from "../nearest_ids.ts";
import { type Ragged, rowOf } from "../ragged.ts";
import type { CheckpointRanking } from "./ranked_states.ts";

/** What rows of ranked lists held. */
export interface ForeignRankings {
  /** The rankings, the earliest first. */
  readonly rankings: readonly CheckpointRanking[];
  /** Places in `rankings` of the states, the earliest first; null: the rows name no states. */
  readonly states: readonly number[] | null;
  /** Whether the rows have checkpoints. */
  readonly checkpointed: boolean;
  /** Rows that hold a training item of their user. */
  readonly trainingItems: number;
  /** Rows left out because the data does not have their user or item. */
  readonly unknown: number;
}

/** The rows of one ranking, as numbers; one entry of each array is a row. */
interface Rows {
  readonly users: number[];
  readonly items: number[];
  /** What the lists are sorted by, ascending. */
  readonly keys: number[];
  /** The line of each row, or its row number; 0 if it is not known. */
  readonly lines: number[];
  /** The place in the list of files. */
  readonly files: number[];
}

/**
 * Sorts rows into rankings. Equal ranks are kept in the order of the rows, equal scores are ordered by the lower item
 * number.
 *
 * @param split The data, whose ids the rows have to use.
 * @param rows The rows, in any order.
 * @param skipUnknown Whether rows of unknown users and items are counted and left out instead of refused.
 * @param source Where rows should have come from, for the message that there is none.
 * @throws {DataError} naming the place, if there is no row, an id is unknown (with the nearest known ones), a user has an
 * item twice in a ranking, rows differ in the columns that they have, or states are not in the order of their checkpoints.
 */
export async function foreignRankings(
  split: Split,
  rows: Iterable<RankedRow> | AsyncIterable<RankedRow>,
  skipUnknown = false,
  source = "ranked lists",
): Promise<ForeignRankings> {
  const numbers = (ids: readonly string[]) => new Map(ids.map((id, n) => [id, n]));
  const known = { user: numbers(split.userIds), item: numbers(split.itemIds) };
  const byNumber = new Map<number, Rows>();
  const lastOfState = new Map<number, number>();
  const files: FilePlace[] = [];
  let first: RankedRow | undefined;
  let unknown = 0;
  for await (const given of rows) {
    const row = withoutNulls(given);
    first ??= row;
    checkColumns(row, first);
    const user = known.user.get(row.user);
    const item = known.item.get(row.item);
    const { state, checkpoint } = row;
    // Also where all rows of a ranking are skipped, it counts as one.
    const number = checkpoint ?? state ?? 0;
    if (!(number >= 0 && number < Infinity)) {
      fail(
        row,
        `the ${checkpoint === undefined ? "state" : "checkpoint"} is ${number}`,
        "a number from 0 up",
      );
    }
    if (state !== undefined && !Number.isFinite(state)) {
      fail(row, `the state is ${state}`, "a number from 0 up");
    }
    const key = row.rank ?? -row.score!;
    if (!Number.isFinite(key)) {
      fail(
        row,
        `the ${row.rank === undefined ? "score" : "rank"} is ${row.rank ?? row.score}`,
        "a finite number",
      );
    }
    if (state !== undefined) lastOfState.set(state, Math.max(number, lastOfState.get(state) ?? 0));
    let into = byNumber.get(number);
    if (into === undefined) {
      byNumber.set(number, into = { users: [], items: [], keys: [], lines: [], files: [] });
    }
    if (user === undefined || item === undefined) {
      if (!skipUnknown) failUnknown(row, user === undefined ? "user" : "item", known);
      unknown++;
      continue;
    }
    if (row.place !== undefined && files.at(-1)?.file !== row.place.file) files.push(row.place);
    into.users.push(user);
    into.items.push(item);
    into.keys.push(key);
    into.lines.push(row.place?.line ?? row.place?.row ?? 0);
    into.files.push(files.length - 1);
  }
  if (first === undefined) throw new DataError({ file: source }, "there is no row", "at least one");
  const order = [...byNumber.keys()].sort((a, b) => a - b);
  let trainingItems = 0;
  const rankings = order.map((number) => {
    const ranking = rankingOf(number, byNumber.get(number)!, split, first!.rank !== undefined, files);
    byNumber.delete(number);
    trainingItems += ranking.observed.items.length;
    return ranking;
  });
  return {
    rankings,
    states: lastOfState.size === 0 ? null : statesOf(lastOfState, order, first),
    checkpointed: first.checkpoint !== undefined,
    trainingItems,
    unknown,
  };
}

/** In programs without types, null says that there is nothing. */
function withoutNulls(row: RankedRow): RankedRow {
  return Object.values(row).includes(null)
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as RankedRow
    : row;
}

function fail(row: RankedRow, wrong: string, right: string): never {
  throw new DataError(row.place ?? { file: `the row of ${row.user} and ${row.item}` }, wrong, right);
}

function checkColumns(row: RankedRow, first: RankedRow): void {
  const has = (of: RankedRow, name: "rank" | "checkpoint" | "state") => of[name] !== undefined;
  if (row.rank === undefined && row.score === undefined) {
    fail(row, "there is neither a rank nor a score", "one of them");
  }
  for (const name of ["rank", "checkpoint"] as const) {
    if (has(row, name) === has(first, name)) continue;
    fail(
      row,
      `there is ${has(row, name) ? "a" : "no"} ${name} here`,
      `the same in all rows, as in the first`,
    );
  }
  // Beside a checkpoint, the state may be left out: such rows serve the consistency of ranks only.
  if (!has(row, "checkpoint") && has(row, "state") !== has(first, "state")) {
    fail(
      row,
      `there is ${has(row, "state") ? "a" : "no"} state here`,
      "the same in all rows, as in the first",
    );
  }
}

function failUnknown(
  row: RankedRow,
  what: "user" | "item",
  known: Readonly<Record<"user" | "item", ReadonlyMap<string, number>>>,
): never {
  const near = nearestIds(row[what], known[what].keys()).map((id) => JSON.stringify(id)).join(", ");
  const right = near === "" ? "an id of the data" : `an id of the data; the nearest: ${near}`;
  fail(row, `the data has no ${what} ${JSON.stringify(row[what])}`, right);
}

function rankingOf(
  number: number,
  rows: Rows,
  split: Split,
  ranked: boolean,
  files: readonly FilePlace[],
): CheckpointRanking {
  const { users, items, keys } = rows;
  const starts = new Uint32Array(split.users + 1);
  for (const user of users) starts[user + 1]!++;
  for (let user = 0; user < split.users; user++) starts[user + 1]! += starts[user]!;
  const order = new Uint32Array(users.length);
  const next = starts.slice();
  users.forEach((user, n) => order[next[user]!++] = n);
  const unobserved = new RowsOfItems(split.users);
  const observed = new RowsOfItems(split.users);
  // An item is marked 2 u + 1 if it is a training item of user u, 2 u + 2 once it came in the list.
  const marks = new Float64Array(split.items);
  for (let user = 0; user < split.users; user++) {
    for (const item of rowOf(split.train, user)) marks[item] = 2 * user + 1;
    const list = order.subarray(starts[user]!, starts[user + 1]!);
    list.sort((a, b) => keys[a]! - keys[b]! || (ranked ? a - b : items[a]! - items[b]!));
    for (const n of list) {
      const item = items[n]!;
      if (marks[item]! > 2 * user + 1) failTwice(n, rows, split, files);
      const isTraining = marks[item] === 2 * user + 1;
      (isTraining ? observed : unobserved).push(item);
      marks[item] = 2 * user + 2;
    }
    unobserved.endRow(user);
    observed.endRow(user);
  }
  return { number, unobserved: unobserved.done(), observed: observed.done() };
}

function failTwice(row: number, rows: Rows, split: Split, files: readonly FilePlace[]): never {
  const [user, item] = [rows.users[row]!, rows.items[row]!];
  // The later of the two lines is the one to name.
  let later = row;
  rows.users.forEach((other, n) => {
    if (other === user && rows.items[n] === item) later = Math.max(later, n);
  });
  const from = files[rows.files[later]!];
  const line = rows.lines[later]!;
  const place: FilePlace = from === undefined
    ? { file: "ranked lists" }
    : { file: from.file, ...(line === 0 ? {} : from.row === undefined ? { line } : { row: line }) };
  const wrong = `user ${JSON.stringify(split.userIds[user])} has item ${
    JSON.stringify(split.itemIds[item])
  } twice`;
  throw new DataError(place, wrong, "each item of a user once in a ranking");
}

/** Rows of items that are filled one after the other. */
class RowsOfItems {
  readonly #items: number[] = [];
  readonly #offsets: Uint32Array<ArrayBuffer>;

  constructor(rows: number) {
    this.#offsets = new Uint32Array(rows + 1);
  }

  push(item: number): void {
    this.#items.push(item);
  }

  endRow(row: number): void {
    this.#offsets[row + 1] = this.#items.length;
  }

  done(): Ragged {
    return { offsets: this.#offsets, items: Uint32Array.from(this.#items) };
  }
}

/** A state is the last checkpoint of those that bear its number. */
function statesOf(
  lastOfState: ReadonlyMap<number, number>,
  order: readonly number[],
  first: RankedRow,
): number[] {
  const states = [...lastOfState.keys()].sort((a, b) => a - b);
  const last = states.map((state) => lastOfState.get(state)!);
  for (let n = 1; n < states.length; n++) {
    if (last[n]! > last[n - 1]!) continue;
    throw new DataError(
      { file: first.place?.file ?? "ranked lists" },
      `state ${states[n - 1]} ends with checkpoint ${last[n - 1]}, state ${states[n]} with ${last[n]}`,
      "states whose checkpoints rise with them",
    );
  }
  return last.map((number) => order.indexOf(number));
}
