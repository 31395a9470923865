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
  readonly #fail: (message: string) => void;
  /** Buffers in use for which the device had no memory: nobody is to get them again. */
  readonly #unusable = new WeakSet<GPUBuffer>();
  readonly #free = new Map<number, GPUBuffer[]>();
  #inUse = 0;
  #waiting = 0;
  #peak = 0;

  /**
   * An empty pool of buffers up to `limit` bytes; `beforeDestroy` must submit what recorded work may still name, `fail`
   * is told when the device has no memory for a buffer, which WebGPU says only later.
   */
  constructor(device: GPUDevice, limit: number, beforeDestroy: () => void, fail: (message: string) => void) {
    this.#device = device;
    this.#limit = limit;
    this.#beforeDestroy = beforeDestroy;
    this.#fail = fail;
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
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({ label, size, usage: arrayUsage });
    this.#device.popErrorScope().then((error) => {
      if (!error) return;
      this.#discard(buffer);
      this.#fail(
        `the device has no memory left for the buffer '${label}' of ${size} bytes: ${error.message}`,
      );
      // A lost device may reject: that it is lost is said elsewhere.
    }, () => {});
    this.#peak = Math.max(this.#peak, this.#inUse + this.#waiting);
    return buffer;
  }

  /** Sees to it that a buffer is not handed out again, whether it is in use or was given back already. */
  #discard(buffer: GPUBuffer): void {
    const list = this.#free.get(buffer.size) ?? [];
    const place = list.indexOf(buffer);
    if (place < 0) {
      this.#unusable.add(buffer);
      return;
    }
    list.splice(place, 1);
    this.#waiting -= buffer.size;
  }

  /** Takes a buffer back: keeps it for later, or destroys it when enough is kept. */
  give(buffer: GPUBuffer): void {
    this.#inUse -= buffer.size;
    if (this.#unusable.has(buffer)) return;
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
