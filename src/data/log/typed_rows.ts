/**
 * Rows whose values have types already: texts and numbers. This module is browser compatible.
 *
 * @module
 */
import { DataError, type FilePlace } from "../../errors.ts";
import type { LogColumn, LogColumns } from "./columns.ts";
import type { IdTable } from "./id_table.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { numberOf, secondsOf } from "./values.ts";

/** Hands rows of typed values to a log. */
export class TypedRows {
  #timeForm: "number" | "date" | null = null;

  constructor(readonly log: InteractionLog, readonly columns: LogColumns) {}

  /**
   * Takes one row. Ids may be texts or whole numbers; ratings numbers or texts of numbers; times numbers or
   * texts of numbers, or texts of dates, but all of one form.
   *
   * @throws {DataError} naming the place, the column and the value.
   */
  take(user: unknown, item: unknown, rating: unknown, time: unknown, place: FilePlace): void {
    const { columns, log } = this;
    if (!log.admit(columns.rating === null ? NaN : this.#rating(rating, columns.rating, place))) return;
    const userNumber = this.#id(user, columns.user, log.users, place);
    const itemNumber = this.#id(item, columns.item, log.items, place);
    log.append(userNumber, itemNumber, columns.time === null ? NaN : this.#time(time, columns.time, place));
  }

  #id(value: unknown, column: LogColumn, table: IdTable, place: FilePlace): number {
    const whole = typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value));
    const text = typeof value === "string" ? value : whole ? String(value) : "";
    if (text === "") fail(place, column, "id", value, "a text or a whole number");
    const number = table.numberOfText(text);
    if (number < 0) fail(place, column, "id", value, "text without halves of surrogate pairs");
    return number;
  }

  #rating(value: unknown, column: LogColumn, place: FilePlace): number {
    const number = plainNumber(value);
    if (Number.isNaN(number)) {
      fail(place, column, "rating", value, "a number such as 4 or 3.5, or --rating-column none");
    }
    return number;
  }

  #time(value: unknown, column: LogColumn, place: FilePlace): number {
    const number = plainNumber(value);
    const form = Number.isNaN(number) ? "date" : "number";
    this.#timeForm ??= form;
    const time = form === "number" ? number : typeof value === "string" ? secondsOf(value) : NaN;
    if (Number.isNaN(time) || form !== this.#timeForm) {
      const right = this.#timeForm === "number" && form === "date" && !Number.isNaN(time)
        ? "a number, as in the rows before"
        : "a number, or a date such as 2026-05-01 or 2026-05-01T12:00:00Z, all in one form";
      fail(place, column, "time", value, `${right}, or --time-column none`);
    }
    return time;
  }
}

function plainNumber(value: unknown): number {
  if (typeof value === "string") return numberOf(value);
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : NaN;
}

function fail(place: FilePlace, column: LogColumn, what: string, value: unknown, right: string): never {
  const text = typeof value === "bigint" || typeof value === "number"
    ? String(value)
    : JSON.stringify(value)?.slice(0, 60);
  const wrong = value === undefined || value === null
    ? `the ${what} is missing`
    : value === ""
    ? `the ${what} is empty`
    : `the ${what} ${text} cannot be read`;
  throw new DataError({ ...place, column: column.name }, wrong, right);
}
