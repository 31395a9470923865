import { type Kernel, packParameters, parameterStride } from "./kernel.ts";
import { usage } from "./usage.ts";

/** The parameters of all dispatches of one submission, in one uniform buffer with dynamic offsets. */
export class ParameterArena {
  /** What a bind group binds; the offset chooses the dispatch. */
  readonly resource: GPUBufferBinding;
  readonly #buffer: GPUBuffer;
  readonly #view: DataView<ArrayBuffer>;

  /** Room for `capacity` dispatches. */
  constructor(device: GPUDevice, capacity: number) {
    this.#view = new DataView(new ArrayBuffer(parameterStride * capacity));
    this.#buffer = device.createBuffer({
      label: "parameters",
      size: this.#view.byteLength,
      usage: usage.uniform | usage.copyTarget,
    });
    this.resource = { buffer: this.#buffer, size: parameterStride };
  }

  /** Writes the parameters of a submission's dispatch number `n` and gives their offset. */
  pack(n: number, kernel: Kernel, values: Readonly<Record<string, number>>): number {
    packParameters(kernel, values, this.#view, n * parameterStride);
    return n * parameterStride;
  }

  /** Uploads the parameters of the first `count` dispatches. */
  upload(queue: GPUQueue, count: number): void {
    if (count > 0) {
      queue.writeBuffer(this.#buffer, 0, new Uint8Array(this.#view.buffer, 0, count * parameterStride));
    }
  }

  /** Releases the buffer. */
  destroy(): void {
    this.#buffer.destroy();
  }
}
