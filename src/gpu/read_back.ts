import { GpuError } from "../errors.ts";
import type { DeviceArray } from "./device_array.ts";
import { nextTurn } from "./next_turn.ts";
import { usage } from "./usage.ts";

/**
 * Copies arrays to the host, in one transfer for as much as one buffer can hold.
 *
 * @param device The device.
 * @param arrays What is to be read.
 * @param record Records the copy of an array into a staging buffer, from byte `start` on.
 * @param submit Sends what is recorded.
 * @param check Throws what went wrong on the device.
 * @throws {GpuError} if mapping fails, and what `check` throws.
 */
export async function readBack(
  device: GPUDevice,
  arrays: readonly DeviceArray[],
  record: (array: DeviceArray, staging: GPUBuffer, start: number, bytes: number) => void,
  submit: () => void,
  check: () => void,
): Promise<ArrayBuffer[]> {
  const { maxBufferSize } = device.limits;
  const sizes = [0];
  const places = arrays.map(({ byteLength }) => {
    const bytes = Math.ceil(byteLength / 4) * 4;
    if (sizes.at(-1)! + bytes > maxBufferSize) sizes.push(0);
    const place = { staging: sizes.length - 1, start: sizes.at(-1)! };
    sizes[place.staging]! += bytes;
    return { ...place, bytes };
  });
  const stagings = sizes.map((size) =>
    device.createBuffer({
      label: "read-back",
      size: Math.max(8, size),
      usage: usage.mapRead | usage.copyTarget,
    })
  );
  try {
    places.forEach(({ staging, start, bytes }, n) => {
      if (bytes > 0) record(arrays[n]!, stagings[staging]!, start, bytes);
    });
    submit();
    // In Deno mapAsync() stands still until the device is idle: whoever has more to record does so first.
    await nextTurn();
    try {
      await Promise.all(stagings.map((staging) => staging.mapAsync(usage.mapRead)));
    } catch (cause) {
      await nextTurn();
      check();
      throw new GpuError(`reading back failed: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    // Error reports may still be on their way.
    await nextTurn();
    const mapped = stagings.map((staging) => staging.getMappedRange());
    const copies = places.map(({ staging, start }, n) =>
      mapped[staging]!.slice(start, start + arrays[n]!.byteLength)
    );
    check();
    return copies;
  } finally {
    for (const staging of stagings) staging.destroy();
  }
}
