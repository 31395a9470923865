import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { recordUnitBall } from "../../src/kernels/unit_ball.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { unitBall } from "../oracle/unit_ball.ts";

Deno.test("recordUnitBall() matches its twin and leaves rows inside untouched", async () => {
  using gpu = await openGpu();
  const dims = fc.constantFrom(1, 2, 4, 7, 64, 70);
  await fc.assert(
    fc.asyncProperty(dims, fc.integer({ min: 1, max: 200 }), fc.nat(), async (dim, rows, seed) => {
      const values = Float32Array.from(
        { length: rows * dim },
        (_, n) => normal(seed, 0, n, 0) * (Math.floor(n / dim) % 2 === 0 ? 3 : 0.1) / Math.sqrt(dim),
      );
      using table = gpu.upload("table", padRows("table", values, dim));
      recordUnitBall(gpu, table, rows, dim);
      const actual = unpadRows(await gpu.readFloats(table), dim);
      const expected = Float64Array.from(values);
      unitBall(expected, dim);
      assertClose(actual, expected, 1e-6, 1, "rows");
      for (let row = 0; row < rows; row++) {
        const before = values.subarray(row * dim, (row + 1) * dim);
        if (Math.hypot(...before) < 0.999) {
          assert.deepEqual(actual.subarray(row * dim, (row + 1) * dim), before);
        }
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("recordUnitBall() keeps rows of zeros and of length exactly 1, and shortens the longest", async () => {
  using gpu = await openGpu();
  const values = Float32Array.of(0, 0, 1, 0, 0, -1, 2, 0, -3e38, 0, 3e19, 4e19);
  using table = gpu.upload("table", padRows("table", values, 2));
  recordUnitBall(gpu, table, 6, 2);
  const actual = unpadRows(await gpu.readFloats(table), 2);
  assert.deepEqual([...actual.subarray(0, 6)], [0, 0, 1, 0, 0, -1]);
  assertClose(actual.subarray(6), [1, 0, -1, 0, 0.6, 0.8], 1e-6, 1, "long rows");
});
