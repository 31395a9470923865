import assert from "node:assert/strict";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import { ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { parseUsersDat } from "../../src/data/users_dat.ts";
import { printUsersDat } from "./list_texts.ts";
import { needsShared, sharedPath } from "./shared.ts";

function parse(text: string): number[][] {
  const lists = parseUsersDat(new TextEncoder().encode(text), "users.dat");
  return Array.from({ length: rowCount(lists) }, (_, r) => [...rowOf(lists, r)]);
}

Deno.test("parseUsersDat() takes the count first and accepts users without items", () => {
  assert.deepEqual(parse("2 9 4\n0\n1 4 \r\n"), [[9, 4], [], [4]]);
  assert.deepEqual(parse("0"), [[]]);
});

Deno.test("parseUsersDat() keeps order and repetitions", () => {
  assert.deepEqual(parse("3 9 4 9\n"), [[9, 4, 9]]);
});

Deno.test("parseUsersDat() reads back what printUsersDat() writes", () => {
  const rows = fc.array(fc.array(fc.nat(0xffffffff), { maxLength: 6 }), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(rows, (lists) => assert.deepEqual(parse(printUsersDat(ragged(lists))), lists)));
});

Deno.test("parseUsersDat() refuses a count that differs from the number of items", () => {
  const refuses = (text: string, message: RegExp, line: number) =>
    assert.throws(
      () => parse(text),
      (error) => error instanceof DataError && message.test(error.message) && error.place.line === line,
    );
  refuses("1 5\n3 1 2\n", /users\.dat:2, field 1: the count is 3, but 2 items follow/, 2);
  refuses("1 5 6\n", /the count is 1, but 2 items follow/, 1);
  refuses("0 5\n", /the count is 0, but 1 item follows/, 1);
  refuses("4294967295\n", /the count is 4294967295, but 0 items follow/, 1);
});

Deno.test("parseUsersDat() refuses an empty file and an empty line between others", () => {
  assert.throws(() => parse(""), /users\.dat: the file is empty/);
  assert.throws(() => parse("1 5\n\n1 6\n"), /users\.dat:2: the line is empty; expected a count/);
});

Deno.test(
  needsShared("parseUsersDat() reads Foursquare in well under a second", ["foursquare/users.dat"], () => {
    const bytes = Deno.readFileSync(sharedPath("foursquare/users.dat"));
    const start = performance.now();
    const lists = parseUsersDat(bytes, "users.dat");
    const elapsed = performance.now() - start;
    assert.equal(rowCount(lists), 24_941);
    assert.equal(lists.items.length, 717_086);
    assert(elapsed < 1000, `it took ${elapsed} ms`);
  }),
);
