/**
 * The users.dat form of interaction data: line `n` is `count item item ...`, and the line number is the user.
 * This module is browser compatible.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import { type Ragged, rowCount, rowOf } from "../ragged.ts";
import { parseIntegerLines } from "./integer_lines.ts";

/**
 * Reads a file in users.dat form. A user without items is the line `0`.
 *
 * @param bytes The whole file.
 * @param file The file's path, for messages.
 * @returns One row of item ids per user, in the order of the file, with repetitions kept.
 * @throws {DataError} naming file, line and field, if the file is empty, a line is empty, a count differs from the
 * number of items that follow it, or a token is not an integer from 0 to 4294967295.
 */
export function parseUsersDat(bytes: Uint8Array, file: string): Ragged {
  const lines = parseIntegerLines(bytes, file);
  const users = rowCount(lines);
  const offsets = new Uint32Array(users + 1);
  const items = new Uint32Array(Math.max(0, lines.items.length - users));
  for (let u = 0; u < users; u++) {
    const line = rowOf(lines, u);
    if (line.length === 0) {
      throw new DataError(
        { file, line: u + 1 },
        "the line is empty",
        "a count, which is 0 for a user without items",
      );
    }
    const follow = line.length - 1;
    if (line[0] !== follow) {
      const wrong = `the count is ${line[0]}, but ${follow} ${
        follow === 1 ? "item follows" : "items follow"
      }`;
      throw new DataError({ file, line: u + 1, field: 1 }, wrong, "the number of items on the line");
    }
    items.set(line.subarray(1), offsets[u]);
    offsets[u + 1] = offsets[u]! + follow;
  }
  return { offsets, items };
}
