import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { SoftmaxOutput } from "../../src/kernels/softmax_output.ts";
import { permutation } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { softmaxOutput } from "../oracle/softmax_output.ts";
import { randomLists, randomRows } from "./random_lists.ts";

async function compare(gpu: Gpu, rows: number[][], vectors: number[][], lists: number[][], size = 0.1) {
  const dim = rows[0]!.length;
  const count = rows.length;
  const upload = (values: number[][]) =>
    gpu.upload("rows", padRows("rows", new Float32Array(values.flat()), dim));
  // Row n of the batch has list order[n].
  const order = permutation(count, 1, 1, 1);
  const byNumber: number[][] = [];
  order.forEach((number, n) => byNumber[number] = lists[n]!);
  using rowTable = upload(rows);
  using vectorTable = upload(vectors);
  using numbers = gpu.upload("numbers", Uint32Array.of(77, ...order));
  using divergences = gpu.upload("divergences", Float32Array.from({ length: count }, (_, n) => n % 7));
  using losses = gpu.upload("losses", new Float32Array(count + 1).fill(5));
  using rowGradient = gpu.array("row gradient", rowTable.byteLength);
  using vectorGradient = gpu.array("vector gradient", vectorTable.byteLength);
  using output = new SoftmaxOutput(gpu, ragged(byNumber), {
    dim,
    capacity: count + 2,
    vectors: vectors.length,
  });
  output.record({
    rows: rowTable,
    numbers,
    start: 1,
    count,
    vectors: vectorTable,
    weight: 0.25,
    divergences,
    divergenceWeight: 0.5,
    losses,
    rowGradient,
    vectorGradient,
  });
  const wanted = softmaxOutput(rows, vectors, lists);
  const arrays = (await gpu.read(losses, rowGradient, vectorGradient)).map((b) => new Float32Array(b));
  const near = (found: Float32Array, values: number[], what: string) => {
    const largest = values.reduce((high, value) => Math.max(high, Math.abs(value)), size);
    assertClose(found, values, 2e-5, largest, what);
  };
  near(arrays[0]!, [5, ...wanted.losses.map((loss, n) => loss + 0.5 * (n % 7))], "losses");
  near(unpadRows(arrays[1]!, dim), wanted.rows.flat().map((value) => value / 4), "rows");
  near(unpadRows(arrays[2]!, dim), wanted.vectors.flat().map((value) => value / 4), "vectors");
}

Deno.test("SoftmaxOutput gives losses and both gradients as its twin", async () => {
  using gpu = await openGpu();
  const shapes = fc.record({
    seed: fc.nat(),
    count: fc.integer({ min: 1, max: 60 }),
    size: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 200 })),
    dim: fc.constantFrom(1, 5, 8),
    scale: fc.constantFrom(0, 0.5, 3),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ seed, count, size, dim, scale }) => {
      const lists = randomLists(seed, count, size).observed;
      await compare(
        gpu,
        randomRows(seed, 1, count, dim, scale),
        randomRows(seed, 2, size, dim, scale),
        lists,
      );
    }),
    { numRuns: 40 },
  );
});

Deno.test("SoftmaxOutput stays exact for scores of hundreds, listed or not, and for lists of everything", async () => {
  using gpu = await openGpu();
  const vectors = Array.from({ length: 50 }, (_, n) => [n === 9 ? 400 : n / 50, 1]);
  const rows = [[1, 0], [1, 0], [-1, 0], [0, -500], [0, 500]];
  const all = vectors.map((_, n) => n);
  // A score of 500 is off by 3e-5, which the row's length of 500 multiplies.
  await compare(gpu, rows, vectors, [[9], [3], [9], all, []], 200);
});

Deno.test("SoftmaxOutput keeps what is left of a gradient where a list of one has nearly settled", async () => {
  using gpu = await openGpu();
  const vectors = [[1, 0.5], [0, 1], [0.125, 0], [-0.5, 2]];
  for (const size of [12, 16, 20]) await compare(gpu, [[size, 0], [size - 1, 1]], vectors, [[0], [0]], 1e-15);
});

Deno.test("SoftmaxOutput stays exact for lists of 20,000", async () => {
  using gpu = await openGpu();
  const vectors = Array.from({ length: 20_300 }, (_, n) => [Math.sin(n) / 2, Math.cos(3 * n) / 2]);
  const lists = [Array.from({ length: 20_000 }, (_, n) => n + 150), [3, 9]];
  await compare(gpu, [[1, -1], [0.5, 2]], vectors, lists);
});

Deno.test("SoftmaxOutput refuses lists that are too long or out of range", async () => {
  using gpu = await openGpu();
  const long = ragged([Array.from({ length: 20_001 }, (_, n) => n)]);
  const options = { dim: 2, capacity: 1, vectors: 20_001 };
  assert.throws(() => new SoftmaxOutput(gpu, long, options), /list 0 has 20001 entries.*at most 20000/);
  assert.throws(() => new SoftmaxOutput(gpu, ragged([[5]]), { ...options, vectors: 5 }), ArgumentError);
  assert.equal(gpu.memory.inUse, 0);
});
