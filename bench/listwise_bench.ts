/**
 * One training step of the listwise losses on the shape of CiteULike:
 * `deno bench --allow-read --allow-env bench/listwise_bench.ts`.
 *
 * @module
 */
import { openGpu } from "../src/gpu/gpu.ts";
import { strideOf } from "../src/kernels/embedding.ts";
import { indexLists, uploadListIndex } from "../src/kernels/list_index.ts";
import { ListwiseStep } from "../src/kernels/listwise.ts";
import { normal, permutation, uniform } from "../src/random.ts";
import { ragged } from "../src/ragged.ts";

const [users, items, count, tops, positives, observed] = [5219, 25_181, 750, 100, 10, 15];
const stepsPerRead = 8;
const gpu = await openGpu({ timing: true });

/** Distinct items of a user, the popular ones more often. */
function draw(user: number): number[] {
  const drawn = new Set<number>();
  for (let n = 0; drawn.size < observed + tops; n++) {
    drawn.add(Math.floor(items * uniform(1, 1, user, n) ** 3));
  }
  return [...drawn];
}

const rows = Array.from({ length: users }, (_, user) => draw(user));
const index = uploadListIndex(
  gpu,
  indexLists({
    users,
    items,
    observed: ragged(rows.map((row) => row.slice(0, observed))),
    positives: ragged(rows.map((row) => row.slice(0, positives))),
    tops: ragged(rows.map((row) => row.slice(observed))),
  }),
);
const batch = gpu.upload("users", permutation(users, 1, 1, 1).slice(0, count).sort());
const loss = gpu.zeros("loss", 4);

for (const dim of [6, 32]) {
  const stride = strideOf(dim);
  const table = gpu.upload(
    "table",
    Float32Array.from(
      { length: (users + items) * stride },
      (_, n) => n % stride < dim ? normal(1, 2, n, 0) / Math.sqrt(dim) : 0,
    ),
  );
  const gradient = gpu.zeros("gradient", table.byteLength);
  const step = new ListwiseStep(gpu, { users, items, dim, capacity: count });
  const given = { table, gradient, users: batch, start: 0, count, index, loss, lossSlot: 0, weight: 0.01 };
  const shape = `${stepsPerRead} steps: ${count} of ${users} x ${items}, dim ${dim}, ${gpu.adapter.name}`;
  for (const granularity of ["overall", "ranked"] as const) {
    const run = async () => {
      for (let n = 0; n < stepsPerRead; n++) step.record({ ...given, granularity });
      await gpu.read(loss);
    };
    await run();
    await gpu.timings();
    await run();
    const times = (await gpu.timings()).filter(({ milliseconds }) => milliseconds > 0.1 * stepsPerRead);
    const parts = times.map(({ kernel, milliseconds }) =>
      `${kernel} ${(milliseconds / stepsPerRead).toFixed(1)}`
    );
    console.log(`${granularity}, dim ${dim}: milliseconds per step and kernel: ${parts.join(", ")}`);
    Deno.bench({ name: granularity, group: shape, n: 5, warmup: 1 }, run);
  }
}
