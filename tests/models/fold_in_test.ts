import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { foldIn } from "../../src/models/fold_in.ts";
import { uniform } from "../../src/random.ts";

const factors = fc.integer({ min: 1, max: 5 }).chain((dim) =>
  fc.record({
    dim: fc.constant(dim),
    rows: fc.array(
      fc.array(fc.integer({ min: -8, max: 8 }).map((n) => n / 4), { minLength: dim, maxLength: dim }),
      { minLength: 1, maxLength: 12 },
    ),
  })
);
const scale = fc.constantFrom(0.01, 1, 10, 100);

/** |H| times the mean item vector under the softmax, less the history's sum, plus penalty x: 0 at the solution. */
function gradientOf(rows: number[][], history: number[], penalty: number, x: Float64Array): number[] {
  const scores = rows.map((row) => row.reduce((sum, value, d) => sum + value * x[d]!, 0));
  const highest = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(score - highest));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Array.from(x, (value, d) => {
    const mean = rows.reduce((sum, row, item) => sum + shares[item]! / total * row[d]!, 0);
    return history.length * mean - history.reduce((sum, item) => sum + rows[item]![d]!, 0) + penalty * value;
  });
}

Deno.test("foldIn() makes the gradient of the softmax loss vanish, whatever the scale and the penalty", () => {
  const inputs = fc.tuple(factors, fc.array(fc.nat(11)), fc.constantFrom(1e-3, 1, 40), scale);
  fc.assert(fc.property(inputs, ([{ dim, rows: drawn }, picks, penalty, scale]) => {
    const history = [...new Set(picks.filter((item) => item < drawn.length))];
    const items = Float32Array.from(drawn.flat(), (value) => scale * value);
    const rows = drawn.map((_, item) => [...items.subarray(item * dim, (item + 1) * dim)]);
    const x = foldIn(items, dim, history, { penalty });
    const size = (values: number[]) => Math.hypot(...values);
    const first = size(gradientOf(rows, history, penalty, new Float64Array(dim)));
    const last = size(gradientOf(rows, history, penalty, x));
    assert.ok(last <= 2e-6 * first + 1e-12 * scale, `${last} of ${first}`);
  }));
});

Deno.test("foldIn() comes to the solution with 128 dimensions and little penalty, however uneven they are", () => {
  const dim = 128;
  const normal = (n: number) =>
    Math.sqrt(-2 * Math.log(1 - uniform(3, 1, n, 0))) * Math.cos(2 * Math.PI * uniform(3, 2, n, 0));
  const items = Float32Array.from({ length: 500 * dim }, (_, n) => normal(n) * 10 ** (n % dim / dim - 0.5));
  const rows = Array.from({ length: 500 }, (_, item) => [...items.subarray(item * dim, (item + 1) * dim)]);
  const history = Array.from({ length: 20 }, (_, n) => 7 * n);
  const size = (x: Float64Array) => Math.hypot(...gradientOf(rows, history, 1e-3, x));
  assert.ok(size(foldIn(items, dim, history, { penalty: 1e-3 })) <= 2e-6 * size(new Float64Array(dim)));
});

Deno.test("foldIn() gives the same vector when all item vectors are shifted alike", () => {
  fc.assert(fc.property(factors, ({ dim, rows }) => {
    const items = Float32Array.from(rows.flat());
    const shifted = items.map((value, n) => value + 2 + n % dim);
    const x = foldIn(items, dim, [0]);
    const y = foldIn(shifted, dim, [0]);
    x.forEach((value, d) =>
      assert.ok(Math.abs(value - y[d]!) < 1e-4 * (1 + Math.abs(value)), `${value} ${y[d]}`)
    );
  }));
});

Deno.test("foldIn() finds the vectors of the softmax by which histories were drawn", () => {
  // In one dimension, items at -1 and 1: the softmax of x is that of a coin, and x half of its log odds.
  const items = Float32Array.from({ length: 200 }, (_, item) => item < 100 ? -1 : 1);
  const history = Array.from({ length: 90 }, (_, n) => n < 20 ? n : 80 + n);
  const [x] = foldIn(items, 1, history, { penalty: 1e-6 });
  assert.ok(Math.abs(x! - Math.log(70 / 20) / 2) < 1e-5, `${x}`);
});

Deno.test("foldIn() gives 0 if all item vectors are equal, and the same bits again", () => {
  assert.deepEqual([...foldIn(Float32Array.of(1, 2, 1, 2), 2, [0])], [0, 0]);
  assert.deepEqual([...foldIn(new Float32Array(14).fill(1 / 3), 2, [1])], [0, 0]);
  const items = Float32Array.from({ length: 60 }, (_, n) => Math.sin(n));
  assert.deepEqual(foldIn(items, 3, [1, 5]), foldIn(items, 3, [1, 5]));
});

Deno.test("foldIn() refuses bad options", () => {
  for (const penalty of [0, -1, 1e-7, Infinity, NaN]) {
    assert.throws(() => foldIn(Float32Array.of(1, 2), 1, [0], { penalty }), ArgumentError);
  }
});
