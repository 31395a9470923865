import assert from "node:assert/strict";
import fc from "fast-check";
import { BestItems } from "../../src/models/best_items.ts";

Deno.test("BestItems keeps what a full sort keeps, ties by the lower item, and can be used again", () => {
  const streams = fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 40 }), { maxLength: 3 });
  fc.assert(fc.property(fc.nat(12), streams, fc.integer({ min: 1, max: 41 }), (capacity, streams, step) => {
    const best = new BestItems(capacity);
    for (const scores of streams) {
      const order = scores.map((_, item) => item);
      order.sort((a, b) => ((a * step) % 41) - ((b * step) % 41)).forEach((item) =>
        best.offer(item, scores[item]!)
      );
      const expected = order.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, capacity);
      const items = new Uint32Array(capacity + 1).fill(99);
      const values = new Float64Array(capacity + 1);
      assert.equal(best.drain(items, values, 1), expected.length);
      assert.deepEqual([...items.subarray(1, expected.length + 1)], expected);
      assert.deepEqual([...values.subarray(1, expected.length + 1)], expected.map((item) => scores[item]!));
      assert.equal(best.count, 0);
      assert.equal(items[0], 99);
    }
  }));
});
