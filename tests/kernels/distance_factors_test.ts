import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordDistanceFactors } from "../../src/kernels/distance_factors.ts";
import { padRows, strideOf } from "../../src/kernels/embedding.ts";
import { normal } from "../../src/random.ts";

Deno.test("recordDistanceFactors() gives rows whose dot product is the negative squared distance", async () => {
  using gpu = await openGpu();
  const size = fc.integer({ min: 1, max: 30 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 4, 7, 64, 70),
      size,
      size,
      fc.nat(),
      async (dim, users, items, seed) => {
        const rows = users + items;
        const values = Float32Array.from({ length: rows * dim }, (_, n) => 0.3 * normal(seed, 0, n, 0));
        const stride = strideOf(dim + 2);
        using table = gpu.upload("table", padRows("table", values, dim));
        using factors = gpu.upload("factors", new Float32Array(rows * stride).fill(7));
        recordDistanceFactors(gpu, table, factors, { rows, users, dim });
        const actual = await gpu.readFloats(factors);
        for (let user = 0; user < users; user++) {
          for (let row = users; row < rows; row++) {
            let product = 0;
            let distance = 0;
            for (let n = 0; n < stride; n++) {
              product += actual[user * stride + n]! *
                actual[row * stride + n]!;
            }
            for (let d = 0; d < dim; d++) distance += (values[user * dim + d]! - values[row * dim + d]!) ** 2;
            assert.ok(Math.abs(product + distance) < 1e-5 * (1 + distance), `${product} and ${-distance}`);
          }
        }
        for (let n = 0; n < actual.length; n++) if (n % stride >= dim + 2) assert.equal(actual[n], 0);
      },
    ),
    { numRuns: 25 },
  );
});
