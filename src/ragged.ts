/**
 * Ragged lists: many short lists of non-negative integers in two flat arrays. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";

/** Lists of unequal length, stored flat: the values of row `r` are `items[offsets[r] .. offsets[r + 1])`. */
export interface Ragged {
  /** One more entry than there are rows; starts at 0, never decreases, ends at `items.length`. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** The values of all rows, one row after the other. */
  readonly items: Uint32Array<ArrayBuffer>;
}

/**
 * Packs ordinary arrays into one {@linkcode Ragged}. The order within a row is kept.
 *
 * @example Pack three rows
 * ```ts
 * import { ragged } from "@hetcomp/hetcomp";
 * const lists = ragged([[3, 1], [], [7]]);
 * console.assert(lists.offsets.join() === "0,2,2,3" && lists.items.join() === "3,1,7");
 * ```
 *
 * @param rows One array of integers in [0, 2^32) per row.
 * @returns The same rows, stored flat.
 * @throws {ArgumentError} if a value is not an integer in [0, 2^32).
 */
export function ragged(rows: ArrayLike<number>[]): Ragged {
  const offsets = new Uint32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r++) offsets[r + 1] = offsets[r]! + rows[r]!.length;
  const items = new Uint32Array(offsets[rows.length]!);
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    for (let n = 0; n < row.length; n++) {
      const value = row[n]!;
      if (!(Number.isInteger(value) && value >= 0 && value <= 0xffffffff)) {
        throw new ArgumentError(
          "rows",
          `row ${r} holds ${value} at position ${n}`,
          "an integer from 0 to 4294967295",
        );
      }
      items[offsets[r]! + n] = value;
    }
  }
  return { offsets, items };
}

/** Stands in a row of items for a place that holds none (a list shorter than its row). */
export const emptyPlace = 0xffffffff;

/**
 * Rows of equal length: the first `width` entries of each, then empty places.
 *
 * @returns [rows x width] entries.
 */
export function paddedRows(lists: Ragged, width: number): Uint32Array<ArrayBuffer> {
  const padded = new Uint32Array(rowCount(lists) * width).fill(emptyPlace);
  for (let r = 0; r < rowCount(lists); r++) padded.set(rowOf(lists, r).subarray(0, width), r * width);
  return padded;
}

/** How many places of a row are not empty: those before the first that is. */
export function filledPlaces(items: Uint32Array, start: number, length: number): number {
  let filled = 0;
  while (filled < length && items[start + filled] !== emptyPlace) filled++;
  return filled;
}

/** Entries of the longest row; 0 if there is none. */
export function longestRow(lists: Ragged): number {
  let longest = 0;
  for (let r = 0; r < rowCount(lists); r++) longest = Math.max(longest, rowLength(lists, r));
  return longest;
}

/**
 * Checks that no row is too long.
 *
 * @throws {ArgumentError} about the argument `name`.
 */
export function checkRowLengths(name: string, lists: Ragged, most: number): void {
  for (let r = 0; r < rowCount(lists); r++) {
    const length = rowLength(lists, r);
    if (length > most) throw new ArgumentError(name, `list ${r} has ${length} entries`, `at most ${most}`);
  }
}

/**
 * Checks that offsets begin at 0, never fall, and end where the values do.
 *
 * @throws {ArgumentError} about the argument `name`.
 */
export function checkRagged(name: string, { offsets, items: { length } }: Ragged): void {
  if (
    offsets[0] === 0 && offsets.at(-1) === length &&
    offsets.every((end, r) => r === 0 || end >= offsets[r - 1]!)
  ) return;
  throw new ArgumentError(
    name,
    "its offsets are out of order",
    `a rise from 0 to ${length}, the number of items`,
  );
}

/** Number of rows of a {@linkcode Ragged}. */
export function rowCount(lists: Ragged): number {
  return lists.offsets.length - 1;
}

/** Number of entries of row `r` of a {@linkcode Ragged}. */
export function rowLength({ offsets }: Ragged, r: number): number {
  return offsets[r + 1]! - offsets[r]!;
}

/** A view (not a copy) of row `r` of a {@linkcode Ragged}. */
export function rowOf(lists: Ragged, r: number): Uint32Array<ArrayBuffer> {
  return lists.items.subarray(lists.offsets[r]!, lists.offsets[r + 1]!);
}

/**
 * Sorts every row ascending and keeps one of each value.
 *
 * @param lists Ragged lists; they are not changed.
 * @returns New lists with the same number of rows.
 */
export function distinctRows(lists: Ragged): Ragged {
  const rows = rowCount(lists);
  const offsets = new Uint32Array(rows + 1);
  const items = lists.items.slice();
  let count = 0;
  for (let r = 0; r < rows; r++) {
    const row = items.subarray(lists.offsets[r]!, lists.offsets[r + 1]!).sort();
    // The write position never passes the read position, so the compaction is done in place.
    for (let n = 0; n < row.length; n++) {
      if (n === 0 || row[n] !== items[count - 1]) items[count++] = row[n]!;
    }
    offsets[r + 1] = count;
  }
  return { offsets, items: items.slice(0, count) };
}

/** Whether every row is strictly ascending, that is sorted and without repetition. */
export function isAscending(lists: Ragged): boolean {
  for (let r = 0; r < rowCount(lists); r++) {
    for (let n = lists.offsets[r]! + 1; n < lists.offsets[r + 1]!; n++) {
      if (lists.items[n - 1]! >= lists.items[n]!) return false;
    }
  }
  return true;
}

/** Whether an ascending array holds `value` (binary search). */
export function sortedIncludes(row: ArrayLike<number>, value: number): boolean {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (row[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < row.length && row[low] === value;
}
