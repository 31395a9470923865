import { usage } from "./usage.ts";

/** A typed array's bytes on the device. Made by {@linkcode Gpu.array} and {@linkcode Gpu.upload}. */
export class DeviceArray implements Disposable {
  /** The WebGPU buffer; at least `byteLength` long. */
  readonly buffer: GPUBuffer;
  /** Bytes in use. */
  readonly byteLength: number;
  /** Name shown in errors. */
  readonly label: string;
  readonly #release: (array: DeviceArray) => void;
  #live = true;

  /** Wraps a buffer; `release` takes it back. */
  constructor(buffer: GPUBuffer, byteLength: number, label: string, release: (array: DeviceArray) => void) {
    this.buffer = buffer;
    this.byteLength = byteLength;
    this.label = label;
    this.#release = release;
  }

  /** Whether it may still be used. */
  get live(): boolean {
    return this.#live;
  }

  /** Gives the memory back to the pool. Work recorded before still sees the old content. */
  dispose(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#release(this);
  }

  /** The same as {@linkcode DeviceArray.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

const arrayUsage = usage.storage | usage.copyTarget | usage.copySource;

/**
 * Rounds a length up to one of eight sizes per power of two, so that buffers fit again; not beyond `limit`, which the
 * length itself must not exceed.
 */
export function poolSize(byteLength: number, limit = Infinity): number {
  const least = Math.max(256, byteLength);
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(least)) - 3));
  const rounded = Math.ceil(least / step) * step;
  return Math.min(rounded, limit);
}

/** Bytes of freed buffers that a pool keeps for later use. */
const keptBytes = 256 * 1024 * 1024;

/** Buffers by size: freed ones are handed out again, because WebGPU frees late. */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #limit: number;
  readonly #beforeDestroy: () => void;
  readonly #free = new Map<number, GPUBuffer[]>();
  #inUse = 0;
  #waiting = 0;
  #peak = 0;

  /** An empty pool of buffers up to `limit` bytes; `beforeDestroy` must submit what recorded work may still name. */
  constructor(device: GPUDevice, limit: number, beforeDestroy: () => void) {
    this.#device = device;
    this.#limit = limit;
    this.#beforeDestroy = beforeDestroy;
  }

  /** Bytes handed out now, bytes allocated now, and the most ever allocated. */
  get memory(): { inUse: number; allocated: number; peak: number } {
    return { inUse: this.#inUse, allocated: this.#inUse + this.#waiting, peak: this.#peak };
  }

  /** Hands out a buffer of at least `byteLength` bytes with undefined content. */
  take(byteLength: number, label: string): GPUBuffer {
    const size = poolSize(byteLength, this.#limit);
    this.#inUse += size;
    const again = this.#free.get(size)?.pop();
    if (again) {
      this.#waiting -= size;
      return again;
    }
    const buffer = this.#device.createBuffer({ label, size, usage: arrayUsage });
    this.#peak = Math.max(this.#peak, this.#inUse + this.#waiting);
    return buffer;
  }

  /** Takes a buffer back: keeps it for later, or destroys it when enough is kept. */
  give(buffer: GPUBuffer): void {
    this.#inUse -= buffer.size;
    if (this.#waiting + buffer.size > keptBytes) {
      this.#beforeDestroy();
      buffer.destroy();
      return;
    }
    this.#waiting += buffer.size;
    const list = this.#free.get(buffer.size);
    if (list) list.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }

  /** Destroys every waiting buffer. */
  clear(): void {
    this.#beforeDestroy();
    for (const list of this.#free.values()) for (const buffer of list) buffer.destroy();
    this.#free.clear();
    this.#waiting = 0;
  }
}
