import assert from "node:assert/strict";
import { BufferPool } from "../../src/gpu/device_array.ts";
import { nextTurn } from "../../src/gpu/next_turn.ts";

/** A device with room for `room` buffers at a time; as WebGPU does, it says only later that there was none. */
function smallDevice(room: number) {
  let live = 0;
  let fails = false;
  return {
    createBuffer({ size }: { size: number }) {
      fails = live === room;
      const valid = !fails;
      if (valid) live++;
      return { size, valid, destroy: () => void (valid && live--) };
    },
    pushErrorScope: () => {},
    popErrorScope: () => Promise.resolve(fails ? { message: "not enough memory left" } : null),
  };
}

Deno.test("a pool hands out no buffer that the device had no memory for, given back late or at once", async () => {
  for (const late of [true, false]) {
    const failures: string[] = [];
    const device = smallDevice(2);
    const pool = new BufferPool(
      device as unknown as GPUDevice,
      Infinity,
      () => {},
      (message) => failures.push(message),
    );
    const taken = ["first", "second", "third"].map((label) => pool.take(1000, label));
    if (late) await nextTurn();
    for (const buffer of taken.reverse()) pool.give(buffer);
    await nextTurn();
    assert.deepEqual(failures, [
      "the device has no memory left for the buffer 'third' of 1024 bytes: not enough memory left",
    ]);
    assert.deepEqual(pool.memory, { inUse: 0, allocated: 2048, peak: 3072 });
    const again = [pool.take(1000, "fourth"), pool.take(1000, "fifth")];
    assert.ok(again.every((buffer) => (buffer as unknown as { valid: boolean }).valid));
    await nextTurn();
    assert.equal(failures.length, 1);
  }
});
