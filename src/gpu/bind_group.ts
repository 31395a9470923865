import { GpuError } from "../errors.ts";
import type { DeviceArray } from "./device_array.ts";
import { type Kernel, parameterBinding } from "./kernel.ts";

/** Bind groups that a kernel keeps. */
const most = 256;

/**
 * The bind group of a kernel with these arrays and the parameters of dispatches: one of those it keeps, the last used
 * first, or a new one.
 *
 * @throws {GpuError} if an array is missing, superfluous or disposed.
 */
export function bindGroup(
  device: GPUDevice,
  kernel: Kernel,
  arrays: Readonly<Record<string, DeviceArray>>,
  parameters: GPUBufferBinding,
): GPUBindGroup {
  const { name, bindings, groups, layout } = kernel;
  for (const binding of bindings) {
    const array = arrays[binding.name];
    if (!array) throw new GpuError(`kernel ${name}: the buffer '${binding.name}' was not given`);
    if (!array.live) {
      throw new GpuError(`kernel ${name}: the buffer '${binding.name}' (${array.label}) was disposed`);
    }
  }
  const at = groups.findIndex(({ buffers }) =>
    bindings.every((binding, n) => buffers[n] === arrays[binding.name]!.buffer)
  );
  if (at === 0) return groups[0]!.group;
  const used = at < 0 ? bound() : groups.splice(at, 1)[0]!;
  groups.unshift(used);
  if (groups.length > most) groups.pop();
  return used.group;

  function bound(): Kernel["groups"][number] {
    if (Object.keys(arrays).length !== bindings.length) {
      const names = bindings.map((binding) => binding.name);
      const extra = Object.keys(arrays).filter((given) => !names.includes(given));
      throw new GpuError(
        `kernel ${name}: no buffer is called ${extra.join(", ")}; it has ${names.join(", ")}`,
      );
    }
    const buffers = bindings.map((binding) => arrays[binding.name]!.buffer);
    const entries = bindings.map(({ binding }, n) => ({ binding, resource: { buffer: buffers[n]! } }));
    const group = device.createBindGroup({
      label: name,
      layout,
      entries: [...entries, { binding: parameterBinding, resource: parameters }],
    });
    return { buffers, group };
  }
}
