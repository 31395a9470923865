import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, meantName, nearestIds } from "../src/nearest_ids.ts";

function plainDistance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const substitution = plainDistance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1);
  return Math.min(substitution, plainDistance(a.slice(1), b) + 1, plainDistance(a, b.slice(1)) + 1);
}

Deno.test("nearestIds() gives the three nearest, the nearest first", () => {
  assert.deepEqual(nearestIds("item_12", ["item_99", "item_1", "user", "item_21", "item_13"]), [
    "item_1",
    "item_13",
    "item_99",
  ]);
  assert.deepEqual(nearestIds("x", ["y", "zz"]), []);
  assert.deepEqual(nearestIds("", ["a"]), []);
  assert.deepEqual(nearestIds("a", []), []);
});

Deno.test("nearestIds() agrees with a plain recursive edit distance", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 4 });
  fc.assert(fc.property(word, fc.uniqueArray(word, { maxLength: 8 }), (unknown, known) => {
    const near = known.map((id, n) => ({ id, n, distance: plainDistance(unknown, id) }))
      .filter(({ id, distance }) => distance < Math.max(id.length, unknown.length))
      .sort((a, b) => a.distance - b.distance || a.n - b.n).slice(0, 3);
    assert.deepEqual(nearestIds(unknown, known), near.map(({ id }) => id));
  }));
});

Deno.test("nearestIds() passes over ids whose length differs by more than six, and stops when its entries are used up", () => {
  assert.deepEqual(nearestIds("item-1-colour", ["item-1"]), []);
  assert.deepEqual(nearestIds("item-1-color", ["item-1"]), ["item-1"]);
  let taken = 0;
  const known = function* () {
    for (const id of Array.from({ length: 100 }, (_, n) => `${"x".repeat(98)}${n}`)) {
      taken++;
      yield id;
    }
  };
  // Each of these costs 101 x 101 entries at most, the first ten a row less.
  const unknown = "x".repeat(100);
  assert.equal(nearestIds(unknown, known(), 3, 20 * 101 ** 2).length, 3);
  assert.equal(taken, 21);
  taken = 0;
  assert.equal(nearestIds(unknown, known()).length, 3);
  assert.equal(taken, 100);
  taken = 0;
  assert.deepEqual(nearestIds("x".repeat(8000), known()), []);
  assert.equal(taken, 100);
});

Deno.test("editDistance() is exact below its limit, and not below it elsewhere", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
  fc.assert(fc.property(word, word, fc.integer({ min: 0, max: 6 }), (a, b, limit) => {
    const distance = plainDistance(a, b);
    assert.equal(editDistance(a, b), distance);
    const found = editDistance(a, b, limit);
    assert.ok(distance < limit ? found === distance : found >= limit);
  }));
});

Deno.test("meantName() knows slips, whatever their case, and nothing farther", () => {
  const known = ["dim", "MF", "I-AE", "learningRate", "every"];
  assert.equal(meantName("mf", known), "MF");
  assert.equal(meantName("I-EA", known), "I-AE");
  assert.equal(meantName("dmi", known), "dim");
  assert.equal(meantName("learning_rate", known), "learningRate");
  assert.equal(meantName("lr", known), undefined);
  assert.equal(meantName("temperature", known), undefined);
});
