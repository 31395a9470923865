import assert from "node:assert/strict";
import { watchDevice } from "../../bench/device_calls.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createModel } from "../../src/models/registry.ts";
import { smallWorld } from "../teachers/small_world.ts";

const { users, items, train } = smallWorld();
const pairs = train.items.length;
/** Bytes uploaded an epoch: the order of the pairs, or lists in order and their entries by touched row. */
const uploaded: Readonly<Record<string, (bytes: number) => boolean>> = {
  MF: (bytes) => bytes === 4 * pairs,
  ML: (bytes) => bytes === 4 * pairs,
  DL: (bytes) => bytes === 4 * pairs,
  GNN: (bytes) => bytes === 4 * pairs,
  AE: (bytes) => bytes > 0 && bytes <= 4 * users + 16 * (pairs + 1),
  "I-AE": (bytes) => bytes > 0 && bytes <= 4 * items + 16 * (pairs + 1),
};

Deno.test("recordEpoch() of every kind reads nothing back, uploads the order alone, and compiles once", async () => {
  using gpu = await openGpu();
  const watch = watchDevice(gpu);
  for (const [kind, expected] of Object.entries(uploaded)) {
    using model = createModel(gpu, kind, { users, items, interactions: train }, { dim: 8, batch: 64 });
    model.recordEpoch(0);
    await model.epochLoss();
    for (let epoch = 1; epoch < 3; epoch++) {
      watch.reset();
      model.recordEpoch(epoch);
      assert.equal(watch.calls.pipelines, 0, kind);
      assert.equal(watch.calls.readBacks, 0, kind);
      assert.ok(expected(watch.calls.uploadedBytes), `${kind}: ${watch.calls.uploadedBytes} bytes`);
      await model.epochLoss();
      assert.equal(watch.calls.readBacks, 1, kind);
    }
  }
});
