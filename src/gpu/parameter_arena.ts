import { type Kernel, packParameters } from "./kernel.ts";
import { usage } from "./usage.ts";

/** Bytes from one dispatch's parameters to the next: every device allows offsets in these steps. */
const stride = 256;

/** The parameters of all dispatches of one submission, in one uniform buffer with dynamic offsets. */
export class ParameterArena {
  /** Layout of group 1 of every kernel. */
  readonly layout: GPUBindGroupLayout;
  /** Group 1 of every kernel; the offset chooses the dispatch. */
  readonly group: GPUBindGroup;
  readonly #buffer: GPUBuffer;
  readonly #view: DataView<ArrayBuffer>;

  /** Room for `capacity` dispatches. */
  constructor(device: GPUDevice, capacity: number) {
    this.#view = new DataView(new ArrayBuffer(stride * capacity));
    this.#buffer = device.createBuffer({
      label: "parameters",
      size: this.#view.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
    this.layout = device.createBindGroupLayout({
      label: "parameters",
      entries: [{
        binding: 0,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: 0 },
      }],
    });
    this.group = device.createBindGroup({
      label: "parameters",
      layout: this.layout,
      entries: [{ binding: 0, resource: { buffer: this.#buffer, size: stride } }],
    });
  }

  /** Writes the parameters of a submission's dispatch number `n` and gives their offset. */
  pack(n: number, kernel: Kernel, values: Readonly<Record<string, number>>): number {
    packParameters(kernel, values, this.#view, n * stride);
    return n * stride;
  }

  /** Uploads the parameters of the first `count` dispatches. */
  upload(queue: GPUQueue, count: number): void {
    if (count > 0) queue.writeBuffer(this.#buffer, 0, new Uint8Array(this.#view.buffer, 0, count * stride));
  }

  /** Releases the buffer. */
  destroy(): void {
    this.#buffer.destroy();
  }
}
