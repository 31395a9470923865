import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";

/** Consecutive users. */
export interface UserRange {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly count: number;
}

/** The numbers of a range's users (u32), on the device. The caller disposes them. */
export function uploadUserNumbers(gpu: Gpu, { first, count }: UserRange): DeviceArray {
  return gpu.upload("user numbers", Uint32Array.from({ length: count }, (_, n) => first + n));
}
