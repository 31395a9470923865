import assert from "node:assert/strict";
import { DataError } from "../../src/errors.ts";
import { rowCount, rowOf } from "../../src/ragged.ts";
import { parseIntegerLines } from "../../src/data/integer_lines.ts";

function parse(text: string): number[][] {
  const lines = parseIntegerLines(new TextEncoder().encode(text), "some.txt");
  return Array.from({ length: rowCount(lines) }, (_, r) => [...rowOf(lines, r)]);
}

function refuses(text: string, message: RegExp, place: { line?: number; field?: number }): void {
  assert.throws(() => parse(text), (error: unknown) => {
    assert(error instanceof DataError);
    assert.match(error.message, message);
    assert.deepEqual(error.place, { file: "some.txt", ...place });
    return true;
  });
}

Deno.test("parseIntegerLines() reads numbers, blanks, tabs, CRLF and a missing newline at the end", () => {
  assert.deepEqual(parse("1 2\n3\n"), [[1, 2], [3]]);
  assert.deepEqual(parse("1 2\n3"), [[1, 2], [3]]);
  assert.deepEqual(parse(" 1\t 2 \r\n3 \r\n"), [[1, 2], [3]]);
  assert.deepEqual(parse("7\r"), [[7]]);
  assert.deepEqual(parse("\ufeff1\n"), [[1]]);
});

Deno.test("parseIntegerLines() reads the limits of the range and leading zeros", () => {
  assert.deepEqual(parse("0 4294967295 007\n"), [[0, 4294967295, 7]]);
});

Deno.test("parseIntegerLines() drops empty lines at the end and keeps those between", () => {
  assert.deepEqual(parse("1\n\n2\n\n  \n\r\n"), [[1], [], [2]]);
  assert.deepEqual(parse("\n1"), [[], [1]]);
});

Deno.test("parseIntegerLines() refuses a file without a number", () => {
  for (const text of ["", "\n", " \r\n\t\n"]) refuses(text, /some\.txt: the file is empty/, {});
});

Deno.test("parseIntegerLines() names line and field of what is not a non-negative integer", () => {
  refuses("1 2\n3 -4 5\n", /some\.txt:2, field 2: "-4" is not a non-negative integer/, { line: 2, field: 2 });
  refuses("1.5\n", /"1\.5" is not/, { line: 1, field: 1 });
  refuses("1 2 12ab 3", /"12ab" is not/, { line: 1, field: 3 });
  refuses("user item\n", /"user" is not/, { line: 1, field: 1 });
  refuses("1 1e3\n", /"1e3" is not/, { line: 1, field: 2 });
  refuses("1,2\n", /"1,2" is not/, { line: 1, field: 1 });
  refuses("1\u00a02\n", /is not/, { line: 1, field: 1 });
  refuses("1\r2\n", /is not/, { line: 1, field: 1 });
});

Deno.test("parseIntegerLines() refuses numbers beyond 32 bits, and shortens a long token", () => {
  refuses("5\n4294967296\n", /"4294967296" is too large; expected a whole number from 0 to 4294967295/, {
    line: 2,
    field: 1,
  });
  refuses("9".repeat(400), /"9{40}\.\.\." is too large/, { line: 1, field: 1 });
});
