/**
 * The text form of the LightGCN repository for one part of a split: a line is `user item item ...`.
 * This module is browser compatible.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import { distinctRows, type Ragged, rowCount, rowOf } from "../ragged.ts";
import { parseIntegerLines } from "./integer_lines.ts";

/** Ids in this form are row numbers of embedding tables; beyond this one the file surely holds something else. */
const largestRow = 99_999_999;

/** One part of a split, as read from a file. */
export interface SplitPart {
  /** One row of item ids per user from 0 to the largest user named, ascending and distinct. */
  readonly lists: Ragged;
  /** 1 + the largest item id, or 0 if the file names none. */
  readonly items: number;
  /** The line (from 1) on which each user is first named, 0 for a user who is not. */
  readonly lines: Uint32Array<ArrayBuffer>;
}

/**
 * Reads one part of a split. A line may name a user without items, users may come in any order and on several lines,
 * and an item that is repeated for a user counts once.
 *
 * @param bytes The whole file.
 * @param file The file's path, for messages.
 * @returns The lists by user.
 * @throws {DataError} naming file, line and field, if the file is empty, a line is empty, or a token is not an integer
 * from 0 to 99999999.
 */
export function parseLightgcnText(bytes: Uint8Array, file: string): SplitPart {
  const lines = parseIntegerLines(bytes, file);
  const lineCount = rowCount(lines);
  let users = 0;
  let items = 0;
  for (let line = 0; line < lineCount; line++) {
    const row = rowOf(lines, line);
    if (row.length === 0) {
      throw new DataError({ file, line: line + 1 }, "the line is empty", "a user id followed by item ids");
    }
    for (let n = 0; n < row.length; n++) {
      const id = row[n]!;
      if (id > largestRow) {
        const wrong = `the ${n === 0 ? "user" : "item"} id ${id} is too large`;
        const right = `consecutive row numbers up to ${largestRow}: renumber the ids`;
        throw new DataError({ file, line: line + 1, field: n + 1 }, wrong, right);
      }
      if (n > 0 && id >= items) items = id + 1;
    }
    if (row[0]! >= users) users = row[0]! + 1;
  }
  const offsets = new Uint32Array(users + 1);
  const firstLines = new Uint32Array(users);
  for (let line = 0; line < lineCount; line++) {
    const row = rowOf(lines, line);
    offsets[row[0]! + 1]! += row.length - 1;
    if (firstLines[row[0]!] === 0) firstLines[row[0]!] = line + 1;
  }
  for (let u = 0; u < users; u++) offsets[u + 1]! += offsets[u]!;
  const values = new Uint32Array(offsets[users]!);
  const next = offsets.slice(0, users);
  for (let line = 0; line < lineCount; line++) {
    const row = rowOf(lines, line);
    values.set(row.subarray(1), next[row[0]!]);
    next[row[0]!]! += row.length - 1;
  }
  return { lists: distinctRows({ offsets, items: values }), items, lines: firstLines };
}
