import assert from "node:assert/strict";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import { distinctRows, ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { parseLightgcnText } from "../../src/data/lightgcn_text.ts";
import { printLightgcnText } from "./list_texts.ts";
import { needsShared, sharedPath } from "./shared.ts";

function parse(text: string) {
  const { lists, items, lines } = parseLightgcnText(new TextEncoder().encode(text), "train.txt");
  const rows = Array.from({ length: rowCount(lists) }, (_, r) => [...rowOf(lists, r)]);
  return { rows, items, lines: [...lines] };
}

Deno.test("parseLightgcnText() sorts items, merges repetitions and leaves users who are not named empty", () => {
  assert.deepEqual(parse("2 7 3 7\n0 1\n"), { rows: [[1], [], [3, 7]], items: 8, lines: [2, 0, 1] });
});

Deno.test("parseLightgcnText() accepts a user without items, and a user on two lines", () => {
  assert.deepEqual(parse("1\n"), { rows: [[], []], items: 0, lines: [0, 1] });
  assert.deepEqual(parse("0 5 \r\n1\n0 4 5\n"), { rows: [[4, 5], []], items: 6, lines: [1, 2] });
});

Deno.test("parseLightgcnText() reads back what printLightgcnText() writes", () => {
  const rows = fc.array(fc.array(fc.nat(50), { maxLength: 6 }), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(rows, (random) => {
    const lists = distinctRows(ragged(random));
    const again = parseLightgcnText(new TextEncoder().encode(printLightgcnText(lists)), "train.txt");
    assert.deepEqual(again.lists, lists);
    assert.equal(again.items, Math.max(-1, ...random.flat()) + 1);
  }));
});

Deno.test("parseLightgcnText() refuses empty files, empty lines, negative and enormous ids", () => {
  const refuses = (text: string, message: RegExp, place: Partial<DataError["place"]>) =>
    assert.throws(() => parse(text), (error) => {
      assert(error instanceof DataError);
      assert.match(error.message, message);
      assert.deepEqual(error.place, { file: "train.txt", ...place });
      return true;
    });
  refuses("", /the file is empty/, {});
  refuses("0 1\n\n1 2\n", /the line is empty; expected a user id/, { line: 2 });
  refuses("0 -1\n", /"-1" is not a non-negative integer/, { line: 1, field: 2 });
  refuses("0 1\n4294967295 1\n", /the user id 4294967295 is too large/, { line: 2, field: 1 });
  refuses("0 1 100000000\n", /the item id 100000000 is too large; expected consecutive row numbers/, {
    line: 1,
    field: 3,
  });
});

Deno.test(
  needsShared("parseLightgcnText() reads Gowalla in well under a second", ["gowalla/train.txt"], () => {
    const bytes = Deno.readFileSync(sharedPath("gowalla/train.txt"));
    const start = performance.now();
    const { lists } = parseLightgcnText(bytes, "train.txt");
    const elapsed = performance.now() - start;
    assert.equal(rowCount(lists), 29_858);
    assert.equal(lists.items.length, 810_128);
    assert(elapsed < 1000, `it took ${elapsed} ms`);
  }),
);
