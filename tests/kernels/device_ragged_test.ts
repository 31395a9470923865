import assert from "node:assert/strict";
import { ArgumentError, GpuError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { indexLists, uploadListIndex } from "../../src/kernels/list_index.ts";
import { ragged } from "../../src/ragged.ts";

Deno.test("a DeviceRagged refuses lists without offsets, or with offsets out of order", async () => {
  using gpu = await openGpu();
  for (const offsets of [new Uint32Array(0), Uint32Array.of(0, 5, 2), Uint32Array.of(0, 3)]) {
    const make = () => new DeviceRagged(gpu, "lists", { offsets, items: new Uint32Array(2) });
    assert.throws(make, (error) => error instanceof ArgumentError && /'lists'/.test(error.message));
  }
  assert.equal(gpu.memory.inUse, 0);
});

Deno.test("lists that do not fit on the device leave no memory behind", async () => {
  using gpu = await openGpu();
  const most = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / 4);
  const long = ragged([[0]]);
  const tooLong = { offsets: Uint32Array.of(0, most + 1), items: new Uint32Array(most + 1) };
  assert.throws(() => new DeviceRagged(gpu, "lists", tooLong), GpuError);
  const index = indexLists({ users: 1, items: 1, observed: long, positives: long, tops: ragged([[]]) });
  assert.throws(() => uploadListIndex(gpu, { ...index, entries: tooLong }), GpuError);
  assert.equal(gpu.memory.inUse, 0);
});
