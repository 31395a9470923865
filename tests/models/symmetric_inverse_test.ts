import assert from "node:assert/strict";
import { invertPositiveDefinite } from "../../src/models/symmetric_inverse.ts";
import { normal, stream } from "../../src/random.ts";

/** X^T X + I for a random X, in the lower triangle alone. */
function randomMatrix(size: number): { lower: Float64Array; full: Float64Array } {
  const x = Float64Array.from({ length: size * size }, (_, n) => normal(7, stream.initial, size, n));
  const full = new Float64Array(size * size);
  const lower = new Float64Array(size * size).fill(NaN);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? 1 : 0;
      for (let n = 0; n < size; n++) sum += x[n * size + i]! * x[n * size + j]!;
      full[i * size + j] = full[j * size + i] = sum;
      lower[i * size + j] = sum;
    }
  }
  return { lower, full };
}

Deno.test("invertPositiveDefinite() gives the inverse, from the lower triangle, at sizes around its blocks", () => {
  for (const size of [0, 4, 8, 28, 32, 36, 64, 100, 300]) {
    const { lower: inverse, full } = randomMatrix(size);
    assert.equal(invertPositiveDefinite(inverse, size), true);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        assert.equal(inverse[i * size + j], inverse[j * size + i]);
        let sum = 0;
        for (let n = 0; n < size; n++) sum += full[i * size + n]! * inverse[n * size + j]!;
        assert.ok(Math.abs(sum - (i === j ? 1 : 0)) < 1e-9, `size ${size}, entry ${i}, ${j}: ${sum}`);
      }
    }
  }
});

Deno.test("invertPositiveDefinite() says when a matrix is not positive definite", () => {
  const singular = Float64Array.of(1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
  assert.equal(invertPositiveDefinite(singular, 4), false);
  const indefinite = new Float64Array(40 * 40);
  for (let n = 0; n < 40; n++) indefinite[n * 41] = n === 35 ? -1 : 1;
  assert.equal(invertPositiveDefinite(indefinite, 40), false);
  assert.equal(invertPositiveDefinite(new Float64Array(16).fill(NaN), 4), false);
});

Deno.test("invertPositiveDefinite() refuses sizes that are no multiple of 4, and other lengths", () => {
  assert.throws(() => invertPositiveDefinite(new Float64Array(9), 3), /multiple of 4/);
  assert.throws(() => invertPositiveDefinite(new Float64Array(15), 4), /15 numbers/);
});
