import assert from "node:assert/strict";
import fc from "fast-check";
import { distinctRows, isAscending, type Ragged, ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { columnCounts, rowIndexes, transpose } from "../../src/data/csr.ts";

const columns = 7;
const rows = fc.array(fc.array(fc.nat(columns - 1), { maxLength: 9 }), { maxLength: 9 });

function unpack(lists: Ragged): number[][] {
  return Array.from({ length: rowCount(lists) }, (_, r) => [...rowOf(lists, r)]);
}

Deno.test("transpose() lists the rows of every column, ascending", () => {
  assert.deepEqual(unpack(transpose(ragged([[2, 0], [], [2]]), 4)), [[0], [], [0, 2], []]);
});

Deno.test("transpose() accepts no rows and no columns", () => {
  assert.deepEqual(unpack(transpose(ragged([]), 0)), []);
  assert.deepEqual(unpack(transpose(ragged([[], []]), 0)), []);
  assert.deepEqual(unpack(transpose(ragged([]), 2)), [[], []]);
});

Deno.test("transpose() twice sorts the rows", () => {
  fc.assert(fc.property(rows, (lists) => {
    const packed = ragged(lists);
    const twice = transpose(transpose(packed, columns), lists.length);
    assert.deepEqual(unpack(twice), lists.map((row) => row.toSorted((a, b) => a - b)));
  }));
});

Deno.test("transpose() refuses a value that is not below the number of columns", () => {
  assert.throws(() => transpose(ragged([[3]]), 3), /the value 3; expected values below 3/);
  assert.throws(() => transpose(ragged([]), -1), /columns/);
  assert.throws(() => transpose(ragged([]), 1.5), /columns/);
});

Deno.test("columnCounts() counts every stored value", () => {
  assert.deepEqual([...columnCounts(ragged([[2, 0], [], [2]]), 4)], [1, 0, 2, 0]);
  fc.assert(fc.property(rows, (lists) => {
    const counts = columnCounts(ragged(lists), columns);
    for (let c = 0; c < columns; c++) {
      assert.equal(
        counts[c],
        lists.flat().filter((value) => value === c).length,
      );
    }
  }));
});

Deno.test("rowIndexes() names the row of every stored value", () => {
  assert.deepEqual([...rowIndexes(ragged([[], [5, 5], [], [1], []]))], [1, 1, 3]);
  assert.deepEqual([...rowIndexes(ragged([]))], []);
});

Deno.test("distinctRows() sorts by number and drops repetitions, and leaves its argument alone", () => {
  const lists = ragged([[10, 9, 100, 9], [], [1, 1, 1]]);
  assert.deepEqual(unpack(distinctRows(lists)), [[9, 10, 100], [], [1]]);
  assert.deepEqual([...lists.items], [10, 9, 100, 9, 1, 1, 1]);
  fc.assert(fc.property(rows, (random) => {
    const expected = random.map((row) => [...new Set(row)].sort((a, b) => a - b));
    assert.deepEqual(unpack(distinctRows(ragged(random))), expected);
  }));
});

Deno.test("isAscending() is false for an unsorted row and for a repetition", () => {
  assert.equal(isAscending(ragged([[1, 2], [], [0]])), true);
  assert.equal(isAscending(ragged([[1, 2], [2, 1]])), false);
  assert.equal(isAscending(ragged([[1, 1]])), false);
});
