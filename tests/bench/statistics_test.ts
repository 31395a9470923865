import assert from "node:assert/strict";
import fc from "fast-check";
import { exponent, median } from "../../bench/statistics.ts";

Deno.test("median() takes the middle, whatever the order", () => {
  assert.equal(median([3]), 3);
  assert.equal(median([5, 1]), 3);
  assert.equal(median([10, -1, 2]), 2);
  assert.equal(median([100, 20, 3, 1]), 11.5);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("exponent() finds the exponent of a power law", () => {
  fc.assert(fc.property(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.double({ min: 0.01, max: 100, noNaN: true }),
    fc.integer({ min: 2, max: 6 }),
    (power, factor, points) => {
      const line = Array.from({ length: points }, (_, n) => [2 ** n, factor * 2 ** (n * power)] as const);
      assert.ok(Math.abs(exponent(line) - power) < 1e-9);
    },
  ));
});

Deno.test("exponent() is between 0 and 1 where part of the cost is fixed, and NaN without a slope", () => {
  const fitted = exponent([[1, 10 + 1], [2, 10 + 2], [4, 10 + 4]]);
  assert.ok(fitted > 0 && fitted < 0.3);
  assert.ok(Number.isNaN(exponent([[2, 1], [2, 3]])));
});
