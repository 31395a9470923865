import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import {
  recordColumnCopy,
  recordConcatenatedRows,
  recordExampleRowGradient,
  recordRowProducts,
} from "../../src/kernels/example_rows.ts";
import { normal, threefry } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 30 }),
  dim: fc.constantFrom(1, 2, 3, 4, 5, 8, 17),
  groups: fc.integer({ min: 1, max: 150 }),
  batch: fc.integer({ min: 1, max: 200 }),
  examples: fc.integer({ min: 1, max: 6 }),
  more: fc.constantFrom(0, 1, 3, 6),
  seed: fc.nat(),
}).map((shape) => ({ ...shape, batch: Math.max(shape.batch, Math.ceil(shape.groups / 20)) }));

Deno.test("rows side by side, products and the gradients by the table match plain loops", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, async ({ rows, dim, groups, batch, examples, more, seed }) => {
      const width = examples + 1;
      const values = Float32Array.from({ length: rows * dim }, (_, n) => normal(seed, 1, n, 0));
      const drawn = Uint32Array.from({ length: width * groups }, (_, n) => threefry(seed, 2, n, 0)[0] % rows);
      const columns = dim + more;
      using table = gpu.upload("table", padRows("table", values, dim));
      using triples = gpu.upload("groups", drawn);
      using sorted = gpu.array("sorted", 8 * drawn.length);
      recordBatchOrder(gpu, triples, sorted, { count: groups, batch, rows, width });
      using ofProducts = gpu.zeros("gradient by products", 4 * rows * strideOf(dim));
      using ofSides = gpu.zeros("gradient by rows side by side", 4 * rows * strideOf(dim));
      const wanted = { products: new Float64Array(rows * dim), sides: new Float64Array(rows * dim) };
      for (let first = 0; first < groups; first += batch) {
        const count = Math.min(batch, groups - first);
        const total = count * examples;
        const numbers = (length: number, purpose: number) =>
          Float32Array.from({ length }, (_, n) => normal(seed, purpose, n, first));
        const [slopes, sideSlopes] = [numbers(total * columns, 3), numbers(total * 2 * dim, 4)];
        using products = gpu.zeros("products", 4 * total * strideOf(columns));
        using sides = gpu.array("sides", 4 * total * strideOf(2 * dim));
        using productGradient = gpu.upload("slopes", padRows("slopes", slopes, columns));
        using sideGradient = gpu.upload("slopes of sides", padRows("slopes", sideSlopes, 2 * dim));
        const [piece, source] = [{ triples, sorted, first, count }, { table, dim, examples }];
        recordRowProducts(gpu, piece, source, products, columns);
        recordConcatenatedRows(gpu, piece, source, sides);
        recordExampleRowGradient(gpu, piece, source, "product", productGradient, columns, ofProducts);
        recordExampleRowGradient(gpu, piece, source, "concatenation", sideGradient, 2 * dim, ofSides);
        const made = (await gpu.read(products, sides)).map((buffer) => new Float32Array(buffer));
        const product = unpadRows(made[0]!, columns);
        const side = unpadRows(made[1]!, 2 * dim);
        made[1]!.forEach((value, n) => {
          if (n % strideOf(2 * dim) >= 2 * dim) assert.equal(value, 0, "padding");
        });
        for (let e = 0; e < total; e++) {
          const start = (first + Math.floor(e / examples)) * width;
          const [user, item] = [drawn[start]! * dim, drawn[start + 1 + e % examples]! * dim];
          for (let d = 0; d < dim; d++) {
            const [p, q] = [values[user + d]!, values[item + d]!];
            assert.equal(product[e * columns + d], Math.fround(p * q));
            assert.deepEqual([side[e * 2 * dim + d], side[e * 2 * dim + dim + d]], [p, q]);
            wanted.products[user + d]! += slopes[e * columns + d]! * q;
            wanted.products[item + d]! += slopes[e * columns + d]! * p;
            wanted.sides[user + d]! += sideSlopes[e * 2 * dim + d]!;
            wanted.sides[item + d]! += sideSlopes[e * 2 * dim + dim + d]!;
          }
        }
      }
      const scale = 4 + groups * width / rows;
      const found = (await gpu.read(ofProducts, ofSides)).map((buffer) => new Float32Array(buffer));
      for (const padded of found) {
        padded.forEach((value, n) => {
          if (n % strideOf(dim) >= dim) assert.equal(value, 0, "padding of the gradient");
        });
      }
      assertClose(unpadRows(found[0]!, dim), wanted.products, 4e-6, scale, "gradient by products");
      assertClose(unpadRows(found[1]!, dim), wanted.sides, 4e-6, scale, "gradient by rows side by side");
    }),
    { numRuns: 40 },
  );
});

Deno.test("recordColumnCopy() copies or adds a run of columns and clears what is behind it", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 70 }).map((rows) => rows + 1),
      fc.nat({ max: 9 }),
      fc.nat({ max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat({ max: 5 }),
      fc.boolean(),
      async (rows, from, to, count, spare, add) => {
        const [source, goal] = [from + count + spare, to + count];
        const values = Float32Array.from({ length: rows * source }, (_, n) => n + 1);
        using matrix = gpu.upload("source", padRows("source", values, source));
        using target = gpu.upload("target", new Float32Array(rows * strideOf(goal)).fill(-1));
        recordColumnCopy(
          gpu,
          { matrix, columns: source, first: from },
          { matrix: target, columns: goal, first: to },
          rows,
          count,
          { add },
        );
        const expected = Float32Array.from({ length: rows * strideOf(goal) }, (_, n) => {
          const [row, column] = [Math.floor(n / strideOf(goal)), n % strideOf(goal)];
          if (column < to) return -1;
          return column < goal ? values[row * source + from + column - to]! - (add ? 1 : 0) : 0;
        });
        assert.deepEqual(await gpu.readFloats(target), expected);
      },
    ),
    { numRuns: 30 },
  );
});
