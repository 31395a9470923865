/**
 * Peak device memory of work that would need users x items numbers if scores were stored:
 * `deno run --allow-read --allow-env bench/memory.ts`
 *
 * @module
 */
import { openGpu } from "../src/gpu/gpu.ts";
import { indexLists, uploadListIndex } from "../src/kernels/list_index.ts";
import { ListwiseStep } from "../src/kernels/listwise.ts";
import { strideOf } from "../src/kernels/embedding.ts";
import { topK } from "../src/kernels/top_k.ts";
import { uniform } from "../src/random.ts";
import { formatBytes, formatDuration } from "../src/report/format.ts";
import { textTable } from "../src/report/table.ts";
import { ragged } from "../src/ragged.ts";

const numbers = (length: number, seed: number) => {
  return Float32Array.from({ length }, (_, n) => uniform(seed, 0, n, 0) - 0.5);
};
const rows: string[][] = [];

async function measure(
  name: string,
  scores: number,
  work: (gpu: Awaited<ReturnType<typeof openGpu>>) => Promise<void>,
) {
  const gpu = await openGpu();
  const start = performance.now();
  await work(gpu);
  rows.push([
    name,
    formatBytes(gpu.memory.peak),
    formatBytes(4 * scores),
    formatBytes(Deno.memoryUsage().rss),
    formatDuration((performance.now() - start) / 1000),
  ]);
  gpu.close();
}

await measure("top-50 of 20,000 users x 200,000 items, dim 8", 20_000 * 200_000, async (gpu) => {
  await topK(gpu, { users: numbers(160_000, 1), items: numbers(1_600_000, 2), dim: 8, k: 50 });
});

await measure(
  "distillation step, 750 of 5,219 users x 25,181 items, dim 6, K 100",
  750 * 25_181,
  async (gpu) => {
    const [users, items, dim, capacity] = [5219, 25181, 6, 750];
    const lists = (count: number, first: number) => {
      return ragged(Array.from({ length: users }, (_, u) => {
        return Array.from({ length: count }, (_, n) => (u * 31 + (first + n) * 167) % items).sort((a, b) =>
          a - b
        );
      }));
    };
    const observed = lists(15, 0);
    const index = indexLists({ users, items, observed, positives: lists(10, 0), tops: lists(100, 15) });
    const values = new Float32Array((users + items) * strideOf(dim)).fill(0.01);
    using table = gpu.upload("table", values);
    using gradient = gpu.zeros("gradient", values.byteLength);
    using batch = gpu.upload("users", Uint32Array.from({ length: capacity }, (_, n) => n * 6));
    using loss = gpu.zeros("loss", 4);
    using uploaded = uploadListIndex(gpu, index);
    using step = new ListwiseStep(gpu, { users, items, dim, capacity });
    for (const granularity of ["overall", "ranked"] as const) {
      step.record({
        table,
        gradient,
        users: batch,
        start: 0,
        count: capacity,
        index: uploaded,
        granularity,
        weight: 1,
        loss,
        lossSlot: 0,
      });
      await gpu.read(loss);
    }
  },
);

console.log(textTable(["work", "device peak", "if scores were stored", "process", "time"], rows));
