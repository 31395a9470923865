import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { recordRowPenalty, recordRowPenaltyGradient } from "../../src/kernels/row_penalty.ts";
import { normal, threefry } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";

Deno.test("penalties and their gradient are added batch by batch, once for each occurrence of a row", async () => {
  using gpu = await openGpu();
  const shapes = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    dim: fc.constantFrom(1, 4, 7, 70),
    count: fc.integer({ min: 1, max: 200 }),
    batch: fc.integer({ min: 1, max: 250 }),
    seed: fc.nat(),
  }).map((shape) => ({ ...shape, batch: Math.max(shape.batch, Math.ceil(shape.count / 20)) }));
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, dim, count, batch, seed }) => {
      const [weight, scale] = [0.3, 0.25];
      const values = Float32Array.from({ length: rows * dim }, (_, n) => normal(seed, 9, n, 0));
      const drawn = Uint32Array.from({ length: 3 * count }, (_, n) => threefry(seed, 8, n, 0)[0] % rows);
      using table = gpu.upload("table", padRows("table", values, dim));
      using triples = gpu.upload("triples", drawn);
      using sorted = gpu.array("sorted", 24 * count);
      using losses = gpu.upload("losses", Float32Array.from({ length: count }, (_, n) => n % 5));
      using gradient = gpu.upload("gradient", padRows("gradient", new Float32Array(rows * dim).fill(2), dim));
      recordBatchOrder(gpu, triples, sorted, { count, batch, rows });
      for (let first = 0; first < count; first += batch) {
        const piece = {
          triples,
          sorted,
          coefficients: losses,
          losses,
          first,
          count: Math.min(batch, count - first),
        };
        recordRowPenalty(gpu, piece, { table, dim, weight });
        recordRowPenaltyGradient(gpu, piece, { table, dim, weight }, gradient, scale);
      }
      const expectedLosses = Float64Array.from({ length: count }, (_, n) => n % 5);
      const expectedGradient = new Float64Array(rows * dim).fill(2);
      drawn.forEach((row, n) => {
        for (let d = 0; d < dim; d++) {
          expectedLosses[Math.floor(n / 3)]! += weight / 2 * values[row * dim + d]! ** 2;
          expectedGradient[row * dim + d]! += scale * weight * values[row * dim + d]!;
        }
      });
      const actual = await gpu.readFloats(gradient);
      assertClose(await gpu.readFloats(losses), expectedLosses, 1e-5, 1, "losses");
      assertClose(unpadRows(actual, dim), expectedGradient, 1e-5, 1, "gradient");
      assert.ok(actual.every((x, n) => n % strideOf(dim) < dim || x === 0), "padding");
    }),
    { numRuns: 40 },
  );
});
