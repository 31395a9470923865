import assert from "node:assert/strict";
import fc from "fast-check";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { threefry } from "../../src/random.ts";
import { batchOrder } from "../oracle/batch_order.ts";

async function sort(gpu: Gpu, occurring: Uint32Array, batch: number, rows: number): Promise<Uint32Array> {
  using triples = gpu.upload("triples", occurring);
  using sorted = gpu.zeros("sorted", 8 * occurring.length);
  recordBatchOrder(gpu, triples, sorted, { count: occurring.length / 3, batch, rows });
  return await gpu.readIntegers(sorted);
}

Deno.test("recordBatchOrder() sorts every batch by row, then occurrence", async () => {
  using gpu = await openGpu();
  const request = fc.record({
    count: fc.integer({ min: 1, max: 400 }),
    batch: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 500 })),
    rows: fc.constantFrom(1, 2, 16, 17, 1000, 65536, 65537, 0xffffffff),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ count, batch, rows, seed }) => {
      const triples = Uint32Array.from(
        { length: 3 * count },
        (_, n) => threefry(seed, 0, n, 0)[0] % rows,
      );
      assert.deepEqual(await sort(gpu, triples, batch, rows), batchOrder(triples, batch));
    }),
    { numRuns: 60 },
  );
});

Deno.test("recordBatchOrder() sorts a batch of any length around a power of two or a multiple of the workgroup", async () => {
  using gpu = await openGpu();
  for (const count of [1, 2, 3, 42, 43, 85, 86, 128, 341, 342, 1365, 1366, 5000]) {
    const triples = Uint32Array.from({ length: 3 * count }, (_, n) => 3 * count - n);
    assert.deepEqual(await sort(gpu, triples, 70000, 3 * count + 1), batchOrder(triples, 70000));
  }
});

Deno.test("recordBatchOrder() takes more batches than one dimension of a dispatch holds", async () => {
  using gpu = await openGpu();
  const triples = Uint32Array.from({ length: 3 * 70000 }, (_, n) => threefry(5, 0, n, 0)[0] % 9);
  assert.deepEqual(await sort(gpu, triples, 1, 9), batchOrder(triples, 1));
});
