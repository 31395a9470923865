import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { isAscending, ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { filterInteractions } from "../../src/data/filter.ts";

Deno.test("filterInteractions() numbers items by first appearance among the kept users, in file order", () => {
  const kept = filterInteractions(ragged([[99], [70, 31], [31, 99, 5]]), 2);
  assert.deepEqual([...kept.users], [1, 2]);
  assert.deepEqual([...kept.items], [70, 31, 99, 5]);
  assert.deepEqual([...kept.interactions.items], [0, 1, 1, 2, 3]);
  assert.deepEqual([...kept.interactions.offsets], [0, 2, 5]);
});

Deno.test("filterInteractions() counts an item once", () => {
  assert.deepEqual([...filterInteractions(ragged([[4, 4, 4], [4, 5]]), 2).users], [1]);
});

Deno.test("filterInteractions() looks at users once: an item may be left with a single user", () => {
  const kept = filterInteractions(ragged([[1, 2], [2], [3, 4]]), 2);
  assert.deepEqual([...kept.items], [1, 2, 3, 4]);
});

Deno.test("filterInteractions() keeps everybody at 0 and 1, and may keep nobody", () => {
  for (const minimum of [0, 1]) {
    assert.deepEqual([...filterInteractions(ragged([[], [8]]), minimum).users], [0, 1]);
  }
  const none = filterInteractions(ragged([[1], [2]]), 2);
  assert.equal(rowCount(none.interactions), 0);
  assert.equal(none.items.length, 0);
});

Deno.test("filterInteractions() keeps exactly the pairs of the users with enough items", () => {
  const rows = fc.array(fc.array(fc.nat(9), { maxLength: 7 }), { maxLength: 7 });
  fc.assert(fc.property(rows, fc.integer({ min: 2, max: 5 }), (lists, minimum) => {
    const { interactions, users, items } = filterInteractions(ragged(lists), minimum);
    assert(isAscending(interactions));
    const expected = lists.map((row) => new Set(row)).filter((set) => set.size >= minimum);
    assert.equal(users.length, expected.length);
    expected.forEach((set, u) => {
      assert.deepEqual(new Set([...rowOf(interactions, u)].map((i) => items[i])), set);
      assert.deepEqual(new Set(lists[users[u]!]), set);
    });
    assert.equal(new Set(items).size, items.length);
  }));
});

Deno.test("filterInteractions() refuses a minimum that is not a count", () => {
  for (const minimum of [-1, 1.5, NaN]) {
    assert.throws(() => filterInteractions(ragged([[1]]), minimum), ArgumentError);
  }
});
