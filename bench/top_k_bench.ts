/**
 * Ranking kernels on the shape of CiteULike: `deno bench --allow-read --allow-env bench/top_k_bench.ts`.
 *
 * @module
 */
import { openGpu } from "../src/gpu/gpu.ts";
import { rankCounts } from "../src/kernels/rank_counts.ts";
import { topK } from "../src/kernels/top_k.ts";
import { normal, uniform } from "../src/random.ts";
import { ragged } from "../src/ragged.ts";

const [userCount, itemCount, k, excludedPerUser] = [5219, 25_181, 100, 15];
const gpu = await openGpu();
const exclude = ragged(
  Array.from(
    { length: userCount },
    (_, user) =>
      Array.from({ length: excludedPerUser }, (_, n) => Math.floor(itemCount * uniform(1, 1, user, n))),
  ),
);

for (const dim of [6, 64]) {
  const users = Float32Array.from({ length: userCount * dim }, (_, n) => normal(1, 2, n, 0));
  const items = Float32Array.from({ length: itemCount * dim }, (_, n) => normal(1, 3, n, 0));
  const options = { users, items, dim, exclude };
  const targets = (await topK(gpu, { ...options, k })).items;
  const shape = `${userCount} x ${itemCount}, dim ${dim}, ${gpu.adapter.name}`;
  Deno.bench({ name: `topK, k ${k}`, group: shape, n: 5, warmup: 1 }, async () => {
    await topK(gpu, { ...options, k });
  });
  Deno.bench({ name: `rankCounts, ${k} targets`, group: shape, n: 3, warmup: 1 }, async () => {
    await rankCounts(gpu, { ...options, targets, length: k });
  });
}
