import assert from "node:assert/strict";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordEmbeddingGradient } from "../../src/kernels/embedding_gradient.ts";

Deno.test("recordEmbeddingGradient() adds to what is there and leaves untouched rows alone", async () => {
  using gpu = await openGpu();
  using table = gpu.upload("table", Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 2, 2, 2, 2, 0, 0, 0, 0));
  using triples = gpu.upload("triples", Uint32Array.of(0, 1, 2));
  using sorted = gpu.upload("sorted", Uint32Array.of(0, 0, 1, 1, 2, 2));
  using coefficients = gpu.upload("coefficients", Float32Array.of(-0.5));
  using losses = gpu.array("losses", 4);
  using gradient = gpu.upload("gradient", new Float32Array(16).fill(10));
  const batch = { triples, sorted, coefficients, losses, first: 0, count: 1 };
  recordEmbeddingGradient(gpu, batch, { table, dim: 4, loss: "bpr" }, gradient);
  assert.deepEqual(
    [...await gpu.readFloats(gradient)],
    [8.5, 8, 7.5, 7, 9.5, 9, 8.5, 8, 10.5, 11, 11.5, 12, 10, 10, 10, 10],
  );
});

Deno.test("recordEmbeddingGradient() sums a row that occurs in every triple of a large batch", async () => {
  using gpu = await openGpu();
  const count = 3000;
  using table = gpu.upload("table", Float32Array.of(1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0));
  using triples = gpu.upload("triples", Uint32Array.from({ length: 3 * count }, (_, n) => n % 3));
  const order = [0, 1, 2].flatMap((role) => Array.from({ length: count }, (_, n) => [role, 3 * n + role]));
  using sorted = gpu.upload("sorted", Uint32Array.from(order.flat()));
  using coefficients = gpu.upload("coefficients", new Float32Array(count).fill(-1));
  using losses = gpu.array("losses", 4 * count);
  using gradient = gpu.zeros("gradient", 48);
  const batch = { triples, sorted, coefficients, losses, first: 0, count };
  recordEmbeddingGradient(gpu, batch, { table, dim: 4, loss: "bpr" }, gradient);
  const actual = await gpu.readFloats(gradient);
  assert.deepEqual([actual[0], actual[4], actual[8]], [-2 * count, -count, count]);
});
