/**
 * Logs in delimited text: CSV, TSV, `::`, RecBole's .inter. This module loads in a browser.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import {
  type ColumnNames,
  columnsByName,
  columnsByPosition,
  isColumnName,
  listed,
  type LogColumn,
  type LogColumns,
} from "./columns.ts";
import { type DelimitedForm, DelimitedRecords } from "./delimited.ts";
import type { IdTable } from "./id_table.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { numberAt, numberOf, secondsOf } from "./values.ts";

/** Whether a text is taken for a number: no name of a column is. */
function isNumber(text: string): boolean {
  return !Number.isNaN(numberOf(text));
}

/**
 * Whether the first record is a header: it names a column that is known or asked for, and otherwise if no field of it
 * is a number, unless all columns that are asked for are numbers of columns.
 */
function isHeader(record: readonly string[], names: ColumnNames): boolean {
  const given = Object.values(names).filter((name) => name !== undefined && name !== "none");
  if (record.some((name) => isColumnName(name) || given.includes(name))) return true;
  if (record.some(isNumber)) return false;
  return !(given.length >= 2 && given.every((name) => /^\d+$/.test(name!)));
}

/**
 * Reads a log in delimited text.
 *
 * @param bytes The bytes of the file, in pieces.
 * @param form How fields are told apart.
 * @param names Columns that were asked for.
 * @param header Whether the first record is a header; undefined: found out.
 * @param log Takes the rows.
 * @param onColumns Called when the columns are known, before the first row.
 * @param onNotice Told if the first record is taken for data and might be a header.
 * @throws {DataError} naming file, line and field.
 */
export async function readDelimited(
  bytes: AsyncIterable<Uint8Array>,
  form: DelimitedForm,
  names: ColumnNames,
  header: boolean | undefined,
  log: InteractionLog,
  onColumns: (columns: LogColumns) => void,
  onNotice: (line: string) => void = () => {},
): Promise<void> {
  const records = new DelimitedRecords(form, log.file);
  let rows: DelimitedRows | null = null;
  const take = () => {
    while (records.next()) {
      if (rows === null) {
        const record = Array.from({ length: records.count }, (_, field) => records.text(field).trim());
        const place = { file: log.file, line: records.line };
        const named = header ?? isHeader(record, names);
        const columns = named
          ? columnsByName(record, names, place, header === undefined)
          : columnsByPosition(record, names, place);
        log.start(columns, place);
        onColumns(columns);
        if (header === undefined && !named && !record.some(isNumber)) {
          onNotice(`the first line is taken for data (${listed(record)}); --header yes if it names columns`);
        }
        rows = new DelimitedRows(records, columns, log, records.count);
        if (named) continue;
      }
      rows.take();
    }
  };
  for await (const piece of bytes) {
    records.push(piece);
    take();
  }
  records.end();
  take();
  if (rows === null) throw new DataError({ file: log.file }, "the file is empty", "lines of interactions");
}

/** Takes records apart. */
class DelimitedRows {
  #datesAsText: boolean | null = null;

  constructor(
    readonly records: DelimitedRecords,
    readonly columns: LogColumns,
    readonly log: InteractionLog,
    readonly fields: number,
  ) {}

  take(): void {
    const { records, columns, log } = this;
    if (records.count !== this.fields) this.#failCount();
    const { rating, time } = columns;
    const admitted = log.admit(rating === null ? NaN : this.#rating(rating));
    if (!admitted) return;
    const user = this.#id(columns.user, log.users);
    const item = this.#id(columns.item, log.items);
    log.append(user, item, time === null ? NaN : this.#time(time));
  }

  #id(column: LogColumn, table: IdTable): number {
    const { bytes, starts, ends } = this.records;
    const start = starts[column.index]!;
    const end = ends[column.index]!;
    if (start === end) this.#fail(column, "the id is empty", "an id");
    const number = table.numberOf(bytes, start, end);
    if (number < 0) this.#fail(column, `the id ${this.#value(column)} is not UTF-8`, "UTF-8 text");
    return number;
  }

  #rating(column: LogColumn): number {
    const { bytes, starts, ends } = this.records;
    const value = numberAt(bytes, starts[column.index]!, ends[column.index]!);
    if (Number.isNaN(value)) {
      this.#fail(
        column,
        `the rating ${this.#value(column)} is not a number`,
        "a number such as 4 or 3.5, or --rating-column none",
      );
    }
    return value;
  }

  #time(column: LogColumn): number {
    const { bytes, starts, ends } = this.records;
    const start = starts[column.index]!;
    const end = ends[column.index]!;
    this.#datesAsText ??= Number.isNaN(numberAt(bytes, start, end));
    const value = this.#datesAsText
      ? secondsOf(this.records.text(column.index))
      : numberAt(bytes, start, end);
    if (Number.isNaN(value)) {
      const right = this.#datesAsText
        ? "a number, or a date such as 2026-05-01 or 2026-05-01T12:00:00Z, all in one form"
        : "a number, as in the lines before";
      this.#fail(
        column,
        `the time ${this.#value(column)} cannot be read`,
        `${right}, or --time-column none`,
      );
    }
    return value;
  }

  #value(column: LogColumn): string {
    return listed([this.records.text(column.index)]);
  }

  #fail(column: LogColumn, wrong: string, right: string): never {
    const { name, index } = column;
    const place = { file: this.log.file, line: this.records.line, field: index + 1 };
    throw new DataError(name === `column ${index + 1}` ? place : { ...place, column: name }, wrong, right);
  }

  #failCount(): never {
    const { count } = this.records;
    const texts = Array.from({ length: Math.min(count, 20) }, (_, field) => this.records.text(field));
    throw new DataError(
      { file: this.log.file, line: this.records.line },
      `the line has ${count} ${count === 1 ? "field" : "fields"} (${listed(texts)})`,
      `${this.fields}, as the first line has`,
    );
  }
}
