/**
 * A log of interactions while it is read: rows of numbers in typed arrays. This module is browser compatible.
 *
 * @module
 */
import { DataError, type FilePlace } from "../../errors.ts";
import type { LogColumns } from "./columns.ts";
import { IdTable } from "./id_table.ts";

/** Rows of one piece; a log grows by pieces, so that nothing is ever copied to a larger place. */
const pieceRows = 1 << 19;

/** Some rows of a log, in the order of the file. */
export interface LogPiece {
  /** Number of the user of each row. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** Number of the item of each row. */
  readonly items: Uint32Array<ArrayBuffer>;
  /** The time of each row; null if the log has none. */
  readonly times: Float64Array<ArrayBuffer> | null;
}

/** The smallest and the largest of some values; NaN while there is none. */
export interface ValueRange {
  /** The smallest. */
  readonly least: number;
  /** The largest. */
  readonly most: number;
}

/** Numbers of users and items, in the order in which they first appear in a kept row. */
export interface LogIds {
  /** Those of the users. */
  readonly users: IdTable;
  /** Those of the items. */
  readonly items: IdTable;
}

/** What a reader hands every row of a log to. */
export class InteractionLog implements LogIds {
  readonly users: IdTable;
  readonly items: IdTable;
  /** The kept rows. */
  readonly pieces: LogPiece[] = [];
  /** How many rows the file has. */
  rows = 0;
  /** How many of them were left out for their rating. */
  belowRating = 0;
  /** The columns; readers set them before the first row. */
  columns: LogColumns | null = null;
  #used = pieceRows;
  #ratings = { least: NaN, most: NaN };
  #times = { least: NaN, most: NaN };

  /**
   * @param file The file's path, for messages.
   * @param minimumRating Rows with a smaller rating are left out; undefined keeps all.
   * @param ids Numbers that other logs have given already.
   */
  constructor(
    readonly file: string,
    readonly minimumRating: number | undefined,
    ids: LogIds = { users: new IdTable(), items: new IdTable() },
  ) {
    this.users = ids.users;
    this.items = ids.items;
  }

  /** Number of kept rows. */
  get kept(): number {
    return this.rows - this.belowRating;
  }

  /** The range of all ratings, also of rows that were left out. */
  get ratings(): ValueRange {
    return this.#ratings;
  }

  /** The range of the times of kept rows. */
  get times(): ValueRange {
    return this.#times;
  }

  /**
   * Sets the columns.
   *
   * @throws {DataError} if ratings are needed and there are none.
   */
  start(columns: LogColumns, place: FilePlace): void {
    if (columns.rating === null && this.minimumRating !== undefined) {
      throw new DataError(
        place,
        "there is no column of ratings for the minimum rating",
        "--rating-column with its name, or no --minimum-rating",
      );
    }
    this.columns = columns;
  }

  /** Counts a row, and says whether its rating lets it in. */
  admit(rating: number): boolean {
    this.rows++;
    widen(this.#ratings, rating);
    if (this.minimumRating === undefined || rating >= this.minimumRating) return true;
    this.belowRating++;
    return false;
  }

  /** Keeps a row that was admitted; without a column of times, `time` is not looked at. */
  append(user: number, item: number, time: number): void {
    if (this.#used === pieceRows) {
      this.pieces.push({
        users: new Uint32Array(pieceRows),
        items: new Uint32Array(pieceRows),
        times: this.columns!.time === null ? null : new Float64Array(pieceRows),
      });
      this.#used = 0;
    }
    const piece = this.pieces[this.pieces.length - 1]!;
    piece.users[this.#used] = user;
    piece.items[this.#used] = item;
    if (piece.times !== null) {
      piece.times[this.#used] = time;
      widen(this.#times, time);
    }
    this.#used++;
  }

  /** Cuts the last piece to what it holds. */
  finish(): void {
    const last = this.pieces.pop();
    if (last === undefined) return;
    this.pieces.push({
      users: last.users.slice(0, this.#used),
      items: last.items.slice(0, this.#used),
      times: last.times?.slice(0, this.#used) ?? null,
    });
    this.#used = pieceRows;
  }
}

function widen(range: { least: number; most: number }, value: number): void {
  if (!(value >= range.least)) range.least = Number.isNaN(value) ? range.least : value;
  if (!(value <= range.most)) range.most = Number.isNaN(value) ? range.most : value;
}
