import code from "../../shaders/layer/sine.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

// No activation of dense layers: these have slopes that follow from the value, which that of a sine does not.
function record(
  gpu: Gpu,
  name: "sine" | "sine_gradient",
  numbers: number,
  sums: DeviceArray,
  values: DeviceArray,
): void {
  const count = numbers / 4;
  gpu.dispatch(
    gpu.kernel({ name: `layer/${name}`, code, constants: { GRADIENT: name === "sine" ? 0 : 1 } }),
    { sums, values },
    { count },
    spread(Math.ceil(count / 64)),
    count * 60,
  );
}

/** Records what writes the sines of the first `numbers` sums, a multiple of four, each with an error below 1e-6. */
export function recordSine(gpu: Gpu, numbers: number, sums: DeviceArray, sines: DeviceArray): void {
  record(gpu, "sine", numbers, sums, sines);
}

/** Records what multiplies the gradient by the sines by their slopes, in place: it becomes that by the sums. */
export function recordSineGradient(
  gpu: Gpu,
  numbers: number,
  sums: DeviceArray,
  gradient: DeviceArray,
): void {
  record(gpu, "sine_gradient", numbers, sums, gradient);
}
