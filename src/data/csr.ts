/**
 * Reorderings of ragged lists seen as a sparse 0/1 matrix in compressed rows. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount } from "../ragged.ts";

/**
 * Turns the lists of columns by row into the lists of rows by column, by a counting sort: time and memory are
 * proportional to rows + columns + stored values. Applied twice it sorts every row.
 *
 * @param lists One row of column numbers per row.
 * @param columns The number of columns: every stored value must be smaller.
 * @returns `columns` rows, each ascending.
 * @throws {ArgumentError} if a stored value is not below `columns`.
 */
export function transpose(lists: Ragged, columns: number): Ragged {
  const offsets = columnOffsets(lists, columns);
  const next = offsets.slice(0, columns);
  const items = new Uint32Array(lists.items.length);
  for (let r = 0; r < rowCount(lists); r++) {
    for (let n = lists.offsets[r]!; n < lists.offsets[r + 1]!; n++) {
      items[next[lists.items[n]!]!++] = r;
    }
  }
  return { offsets, items };
}

/**
 * How often each column is stored: the number of users per item for interactions by user.
 *
 * @param lists One row of column numbers per row.
 * @param columns The number of columns.
 * @returns `columns` counts.
 * @throws {ArgumentError} if a stored value is not below `columns`.
 */
export function columnCounts(lists: Ragged, columns: number): Uint32Array<ArrayBuffer> {
  const offsets = columnOffsets(lists, columns);
  const counts = new Uint32Array(columns);
  for (let c = 0; c < columns; c++) counts[c] = offsets[c + 1]! - offsets[c]!;
  return counts;
}

function columnOffsets(lists: Ragged, columns: number): Uint32Array<ArrayBuffer> {
  if (!(Number.isInteger(columns) && columns >= 0)) {
    throw new ArgumentError("columns", `it is ${columns}`, "a non-negative integer");
  }
  const offsets = new Uint32Array(columns + 1);
  for (const value of lists.items) {
    if (value >= columns) {
      throw new ArgumentError(
        "lists",
        `they hold the value ${value}`,
        `values below ${columns}, the number of columns`,
      );
    }
    offsets[value + 1]!++;
  }
  for (let c = 0; c < columns; c++) offsets[c + 1]! += offsets[c]!;
  return offsets;
}

/**
 * The row number of every stored value: with `lists.items` it forms the flat list of (row, column) pairs, the way
 * trainers draw positive interactions.
 *
 * @param lists Ragged lists.
 * @returns As many entries as `lists.items`.
 */
export function rowIndexes(lists: Ragged): Uint32Array<ArrayBuffer> {
  const indexes = new Uint32Array(lists.items.length);
  for (let r = 0; r < rowCount(lists); r++) indexes.fill(r, lists.offsets[r], lists.offsets[r + 1]);
  return indexes;
}

/** The first row, and in it the smallest item, that two lists of ascending rows have in common; null if there is none. */
export function sharedPair(one: Ragged, two: Ragged): { row: number; item: number } | null {
  const rows = Math.min(one.offsets.length, two.offsets.length) - 1;
  for (let row = 0; row < rows; row++) {
    const [endOne, endTwo] = [one.offsets[row + 1]!, two.offsets[row + 1]!];
    for (let a = one.offsets[row]!, b = two.offsets[row]!; a < endOne && b < endTwo;) {
      const [itemOne, itemTwo] = [one.items[a]!, two.items[b]!];
      if (itemOne === itemTwo) return { row, item: itemOne };
      if (itemOne < itemTwo) a++;
      else b++;
    }
  }
  return null;
}
