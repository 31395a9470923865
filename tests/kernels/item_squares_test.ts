import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { recordItemSquares, recordItemSquaresGradient } from "../../src/kernels/item_squares.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { itemSquares, itemSquaresGradient } from "../oracle/item_squares.ts";

const shapes = fc.record({
  users: fc.integer({ min: 0, max: 40 }),
  items: fc.integer({ min: 1, max: 200 }),
  dim: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 31, 64),
});

function numbers(length: number, seed: number, salt: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length }, (_, n) => normal(seed, salt, n, 0));
}

Deno.test("recordItemSquares() matches its twin and leaves all other numbers alone", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
      const { users, items, dim } = shape;
      const width = 2 * dim;
      const values = numbers((users + items) * width, seed, 0);
      using table = gpu.upload("table", padRows("table", values, width));
      recordItemSquares(gpu, table, shape);
      const actual = unpadRows(await gpu.readFloats(table), width);
      const expected = Float64Array.from(values);
      itemSquares(expected, users, dim);
      assertClose(actual, expected, 1e-6, 1, "rows");
      values.forEach((value, n) => {
        if (n < users * width || n % width < dim) assert.equal(actual[n], value);
      });
    }),
    { numRuns: 40 },
  );
});

Deno.test("recordItemSquaresGradient() matches its twin, which is the derivative", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
      const { users, items, dim } = shape;
      const width = 2 * dim;
      const values = Float64Array.from(numbers((users + items) * width, seed, 0));
      itemSquares(values, users, dim);
      const slopes = numbers(values.length, seed, 1);
      const expected = Float64Array.from(slopes);
      itemSquaresGradient(values, expected, users, dim);
      using table = gpu.upload("table", padRows("table", Float32Array.from(values), width));
      using gradient = gpu.upload("gradient", padRows("gradient", slopes, width));
      recordItemSquaresGradient(gpu, table, gradient, shape);
      assertClose(unpadRows(await gpu.readFloats(gradient), width), expected, 1e-5, 1, "gradient");

      // The loss is the product of the rows with the slopes.
      const place = seed % (values.length / width) * width + seed % dim;
      const lossAt = (value: number) => {
        const rows = values.slice();
        rows[place] = value;
        itemSquares(rows, users, dim);
        return rows.reduce((sum, row, n) => sum + row * slopes[n]!, 0);
      };
      const slope = (lossAt(values[place]! + 1e-4) - lossAt(values[place]! - 1e-4)) / 2e-4;
      assertClose([slope], [expected[place]!], 1e-6, 1, "derivative");
    }),
    { numRuns: 40 },
  );
});
