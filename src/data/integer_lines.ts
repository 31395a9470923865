/**
 * Lines of whole numbers, read from bytes: what the two text formats of interaction data share.
 * This module is browser compatible.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";

const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const largest = 0xffffffff;

/**
 * Reads lines of non-negative integers separated by blanks or tabs. Row `r` of the result is line `r + 1` of the
 * file. Blanks at the end of a line, CRLF line ends, a byte order mark and empty lines at the end are accepted; an
 * empty line elsewhere gives an empty row. Takes time and memory proportional to the size of the file.
 *
 * @param bytes The whole file.
 * @param file The file's path, for messages.
 * @returns One row per line, in the order of the file.
 * @throws {DataError} naming file, line and field, if the file holds no number, or something that is not an integer
 * from 0 to 4294967295.
 */
export function parseIntegerLines(bytes: Uint8Array, file: string): Ragged {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const size = measure(bytes, start);
  const offsets = new Uint32Array(size.lines + 1);
  const items = new Uint32Array(size.tokens);
  let line = 0;
  let count = 0;
  let value = -1;
  for (let n = start; n <= bytes.length; n++) {
    const byte = n < bytes.length ? bytes[n]! : newline;
    const digit = byte - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = value < 0 ? digit : value * 10 + digit;
      if (value > largest) fail(bytes, n, file, line, count - offsets[line]!, true);
    } else if (byte === newline || isBlank(bytes, n)) {
      if (value >= 0) {
        items[count++] = value;
        value = -1;
      }
      if (byte === newline) offsets[++line] = count;
    } else {
      fail(bytes, n, file, line, count - offsets[line]!, false);
    }
  }
  if (count === 0) throw new DataError({ file }, "the file is empty", "lines of whole numbers");
  while (offsets[line - 1] === count) line--;
  return { offsets: offsets.slice(0, line + 1), items };
}

/** Whether the byte at `n` separates two numbers of a line; a carriage return does so only at the end of the line. */
function isBlank(bytes: Uint8Array, n: number): boolean {
  const byte = bytes[n]!;
  return byte === space || byte === tab ||
    (byte === carriageReturn && (n + 1 === bytes.length || bytes[n + 1] === newline));
}

/** How many lines and how many tokens there are, so that the arrays are allocated once. */
function measure(bytes: Uint8Array, start: number): { lines: number; tokens: number } {
  let lines = 1;
  let tokens = 0;
  let inside = false;
  for (let n = start; n < bytes.length; n++) {
    const byte = bytes[n]!;
    const separates = byte === space || byte === newline || byte === tab || byte === carriageReturn;
    if (byte === newline) lines++;
    if (!separates && !inside) tokens++;
    inside = !separates;
  }
  return { lines, tokens };
}

function fail(
  bytes: Uint8Array,
  at: number,
  file: string,
  line: number,
  before: number,
  big: boolean,
): never {
  let from = at;
  while (from > 0 && bytes[from - 1]! > space) from--;
  let to = at + 1;
  while (to < bytes.length && bytes[to]! > space) to++;
  const whole = new TextDecoder().decode(bytes.subarray(from, to));
  const token = JSON.stringify(whole.length > 40 ? whole.slice(0, 40) + "..." : whole);
  throw new DataError(
    { file, line: line + 1, field: before + 1 },
    big ? `the number ${token} is too large` : `${token} is not a non-negative integer`,
    `a whole number from 0 to ${largest}`,
  );
}
