import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { foldIn, itemStatistics } from "../../src/models/fold_in.ts";

const factors = fc.integer({ min: 1, max: 5 }).chain((dim) =>
  fc.record({
    dim: fc.constant(dim),
    rows: fc.array(
      fc.array(fc.integer({ min: -8, max: 8 }).map((n) => n / 4), { minLength: dim, maxLength: dim }),
      { minLength: 1, maxLength: 12 },
    ),
  })
);

Deno.test("foldIn() makes the gradient of the weighted least squares vanish", () => {
  const inputs = fc.tuple(factors, fc.array(fc.nat(11)), fc.constantFrom(0, 1, 40), fc.constantFrom(0.01, 1));
  fc.assert(fc.property(inputs, ([{ dim, rows }, picks, alpha, ridge]) => {
    const history = [...new Set(picks.filter((item) => item < rows.length))];
    const items = Float32Array.from(rows.flat());
    const x = foldIn(items, dim, itemStatistics(items, dim), history, { alpha, ridge });
    const mean = x.map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
    const centred = rows.map((row) => row.map((value, d) => value - mean[d]!));
    const trace = centred.flat().reduce((sum, value) => sum + value * value, 0);
    const gradient = Array.from(x, (value) => ridge * trace / dim * value);
    centred.forEach((row, item) => {
      const weight = history.includes(item) ? 1 + alpha : 1;
      const target = history.includes(item) ? 1 : 0;
      const residual = row.reduce((sum, value, d) => sum + value * x[d]!, 0) - target;
      row.forEach((value, d) => gradient[d]! += weight * residual * value);
    });
    for (const value of gradient) assert.ok(Math.abs(value) < 1e-9 * (1 + alpha) * (1 + trace), `${value}`);
  }));
});

Deno.test("foldIn() gives the same order of scores when the item vectors are scaled", () => {
  fc.assert(fc.property(factors, ({ dim, rows }) => {
    const items = Float32Array.from(rows.flat());
    const scaled = items.map((value) => 16 * value);
    const x = foldIn(items, dim, itemStatistics(items, dim), [0]);
    const y = foldIn(scaled, dim, itemStatistics(scaled, dim), [0]);
    x.forEach((value, d) => assert.ok(Math.abs(value - 16 * y[d]!) < 1e-9 * (1 + Math.abs(value))));
  }));
});

Deno.test("foldIn() gives the same vector when all item vectors are shifted alike", () => {
  fc.assert(fc.property(factors, ({ dim, rows }) => {
    const items = Float32Array.from(rows.flat());
    const shifted = items.map((value, n) => value + 2 + n % dim);
    const x = foldIn(items, dim, itemStatistics(items, dim), [0]);
    const y = foldIn(shifted, dim, itemStatistics(shifted, dim), [0]);
    x.forEach((value, d) => assert.ok(Math.abs(value - y[d]!) < 1e-9 * (1 + Math.abs(value))));
  }));
});

Deno.test("foldIn() gives 0 if all item vectors are equal", () => {
  const items = Float32Array.of(1, 2, 1, 2);
  assert.deepEqual([...foldIn(items, 2, itemStatistics(items, 2), [0])], [0, 0]);
  const thirds = new Float32Array(14).fill(1 / 3);
  assert.deepEqual([...foldIn(thirds, 2, itemStatistics(thirds, 2), [1])], [0, 0]);
});

Deno.test("foldIn() refuses bad options", () => {
  const items = Float32Array.of(1, 2);
  const statistics = itemStatistics(items, 1);
  assert.throws(() => foldIn(items, 1, statistics, [0], { alpha: -1 }), ArgumentError);
  assert.throws(() => foldIn(items, 1, statistics, [0], { ridge: 1e-13 }), ArgumentError);
});
