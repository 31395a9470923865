import assert from "node:assert/strict";
import fc from "fast-check";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { recordEmbeddingGradient } from "../../src/kernels/embedding_gradient.ts";
import { type PairwiseLoss, recordLossSums, recordPairwiseLoss } from "../../src/kernels/pairwise.ts";
import { normal, threefry } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { pairwise } from "../oracle/pairwise.ts";

interface Case {
  rows: number;
  dim: number;
  count: number;
  batch: number;
  loss: PairwiseLoss;
  deviation: number;
  seed: number;
}

const margin = 0.7;
const scale = 0.5;

function values({ rows, dim, deviation, seed }: Case): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: rows * dim },
    (_, n) => deviation * normal(seed, 9, Math.floor(n / dim), n % dim),
  );
}

function triplesOf({ rows, count, seed }: Case): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: 3 * count }, (_, n) => threefry(seed, 8, n, 0)[0] % rows);
}

/** Runs all batches on the device, without a step of the optimiser between them. */
async function run(gpu: Gpu, shape: Case) {
  const { rows, dim, count, batch, loss } = shape;
  using table = gpu.upload("table", padRows("table", values(shape), dim));
  using triples = gpu.upload("triples", triplesOf(shape));
  using sorted = gpu.array("sorted", 24 * count);
  using coefficients = gpu.array("coefficients", 4 * count);
  using losses = gpu.array("losses", 4 * count);
  using gradient = gpu.zeros("gradient", 4 * rows * strideOf(dim));
  const batches = Math.ceil(count / batch);
  using sums = gpu.array("sums", 4 * (batches + 1));
  recordBatchOrder(gpu, triples, sorted, { count, batch, rows });
  for (let first = 0; first < count; first += batch) {
    const piece = { triples, sorted, coefficients, losses, first, count: Math.min(batch, count - first) };
    recordPairwiseLoss(gpu, piece, { table, dim, loss, margin, scale });
    recordEmbeddingGradient(gpu, piece, { table, dim, loss, margin, scale }, gradient);
  }
  recordLossSums(gpu, losses, sums, { count, batch, firstBatch: 1 });
  const arrays = (await gpu.read(losses, coefficients, gradient, sums)).map((b) => new Float32Array(b));
  return { losses: arrays[0]!, coefficients: arrays[1]!, padded: arrays[2]!, sums: arrays[3]!.subarray(1) };
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  // few different ones, because each compiles kernels of its own
  dim: fc.constantFrom(1, 3, 4, 6, 31, 70),
  count: fc.integer({ min: 1, max: 300 }),
  batch: fc.integer({ min: 1, max: 400 }),
  loss: fc.constantFrom<PairwiseLoss>("bpr", "hinge"),
  deviation: fc.constantFrom(0.01, 0.3, 3),
  seed: fc.nat(),
}).map((shape) => ({ ...shape, batch: Math.max(shape.batch, Math.ceil(shape.count / 40)) }));

Deno.test("losses, coefficients, row gradients and sums match the twin on random batches", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const { dim, loss, count, batch, deviation } = shape;
      const table = values(shape);
      const twin = pairwise({ triples: triplesOf(shape), table, dim, loss, margin, scale });
      const actual = await run(gpu, shape);
      // scores of size deviation^2 * sqrt(dim) round in their last place
      const score = 1 + 8 * deviation ** 2 * dim;
      assertClose(actual.losses, twin.losses, 2e-6, score, "losses");
      // at the hinge's corner, rounding decides: then the coefficients may differ and the gradients with them
      const corner = loss === "hinge" && twin.differences.some((x) => Math.abs(margin + x) < 1e-5 * score);
      if (corner) return;
      assertClose(actual.coefficients, twin.coefficients, 2e-6, score, "coefficients");
      const size = score * deviation * Math.max(1, count / shape.rows);
      assertClose(unpadRows(actual.padded, dim), twin.gradient, 4e-6, size, "gradient");
      for (let n = 0; n < actual.padded.length; n++) {
        if (n % strideOf(dim) >= dim) assert.equal(actual.padded[n], 0, "padding");
      }
      for (let b = 0; b * batch < count; b++) {
        const sum = twin.losses.subarray(b * batch, (b + 1) * batch).reduce((a, x) => a + x, 0);
        assertClose([actual.sums[b]!], [sum], 1e-5, score, `sum of batch ${b}`);
      }
    }),
    { numRuns: 80 },
  );
});

Deno.test("the same batch gives the same bits", async () => {
  using gpu = await openGpu();
  const shape: Case = { rows: 5, dim: 7, count: 1000, batch: 512, loss: "bpr", deviation: 1, seed: 4 };
  const first = await run(gpu, shape);
  const second = await run(gpu, shape);
  assert.deepEqual(second, first);
});

Deno.test("recordPairwiseLoss() is exact far out: no overflow, no vanishing tail", async () => {
  using gpu = await openGpu();
  const scores = [-300, -90, -20, -1, 0, 1e-3, 5, 12, 20, 60, 300];
  using table = gpu.upload("table", padRows("table", Float32Array.of(1, 0, ...scores), 1));
  const rows = scores.flatMap((_, n) => [0, 2 + n, 1]);
  using triples = gpu.upload("triples", Uint32Array.from(rows));
  using coefficients = gpu.array("coefficients", 4 * scores.length);
  using losses = gpu.array("losses", 4 * scores.length);
  const batch = { triples, sorted: triples, coefficients, losses, first: 0, count: scores.length };
  recordPairwiseLoss(gpu, batch, { table, dim: 1, loss: "bpr" });
  const actual = await gpu.readFloats(losses);
  const slopes = await gpu.readFloats(coefficients);
  scores.forEach((x, n) => {
    const expected = Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    assert.ok(Math.abs(actual[n]! - expected) <= 1e-5 * expected + 1e-37, `loss of ${x}: ${actual[n]}`);
    const slope = -1 / (1 + Math.exp(x));
    assert.ok(Math.abs(slopes[n]! - slope) <= 1e-5 * -slope + 1e-37, `slope of ${x}: ${slopes[n]}`);
  });
});

Deno.test("a triple whose negative is its positive moves nothing, to the last bit", async () => {
  using gpu = await openGpu();
  for (const loss of ["bpr", "hinge"] as const) {
    using table = gpu.upload("table", padRows("table", Float32Array.of(0.3, 0.7, -0.2, 0.9), 2));
    using triples = gpu.upload("triples", Uint32Array.of(0, 1, 1));
    using sorted = gpu.upload("sorted", Uint32Array.of(0, 0, 1, 1, 1, 2));
    using coefficients = gpu.array("coefficients", 4);
    using losses = gpu.array("losses", 4);
    using gradient = gpu.zeros("gradient", 32);
    const batch = { triples, sorted, coefficients, losses, first: 0, count: 1 };
    recordPairwiseLoss(gpu, batch, { table, dim: 2, loss, margin });
    recordEmbeddingGradient(gpu, batch, { table, dim: 2, loss, margin }, gradient);
    assert.deepEqual(await gpu.readFloats(gradient), new Float32Array(8));
    assertClose(await gpu.readFloats(losses), [loss === "bpr" ? Math.LN2 : margin], 1e-6, 1, loss);
  }
});
