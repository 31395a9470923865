import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { spreadLabels } from "../../src/report/spread_labels.ts";

Deno.test("spreadLabels() leaves labels alone that are far enough apart", () => {
  assert.deepEqual(spreadLabels([80, 20, 50], 10, 0, 100), [80, 20, 50]);
});

Deno.test("spreadLabels() moves equal labels apart evenly, in their order", () => {
  assert.deepEqual(spreadLabels([50, 50, 50], 10, 0, 100), [40, 50, 60]);
});

Deno.test("spreadLabels() keeps labels inside the limits", () => {
  assert.deepEqual(spreadLabels([0, 0], 10, 0, 100), [0, 10]);
  assert.deepEqual(spreadLabels([100, 100], 10, 0, 100), [90, 100]);
  assert.deepEqual(spreadLabels([150], 10, 0, 100), [100]);
});

Deno.test("spreadLabels() shrinks the gap when there is too little room", () => {
  assert.deepEqual(spreadLabels([5, 5, 5], 10, 0, 10), [0, 5, 10]);
});

Deno.test("spreadLabels() of nothing is nothing", () => assert.deepEqual(spreadLabels([], 10, 0, 100), []));

Deno.test("spreadLabels() refuses limits in the wrong order", () => {
  assert.throws(() => spreadLabels([1], 1, 5, 4), ArgumentError);
});

Deno.test("spreadLabels() never overlaps, never leaves the limits and keeps the order", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 12 }), (wanted) => {
      const places = spreadLabels(wanted, 15, 0, 200);
      const order = wanted.map((_, n) => n).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
      for (const place of places) assert.ok(place >= -1e-9 && place <= 200 + 1e-9);
      for (let n = 1; n < order.length; n++) {
        assert.ok(places[order[n]!]! - places[order[n - 1]!]! >= 15 - 1e-9);
      }
    }),
  );
});

Deno.test("spreadLabels() is at least as close to the wish as any shifted stack of all labels", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 }),
    fc.double({ min: 0, max: 50, noNaN: true }),
    (wanted, start) => {
      const cost = (places: number[]) => places.reduce((sum, place, n) => sum + (place - wanted[n]!) ** 2, 0);
      const order = wanted.map((_, n) => n).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
      const stack = new Array<number>(wanted.length);
      order.forEach((n, place) => stack[n] = start + 10 * place);
      assert.ok(cost(spreadLabels(wanted, 10, 0, 100)) <= cost(stack) + 1e-6);
    },
  ));
});
