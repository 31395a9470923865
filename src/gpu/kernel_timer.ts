import { usage } from "./usage.ts";

/** Device time of one kernel. */
export interface KernelTiming {
  /** The kernel's name. */
  readonly kernel: string;
  /** How often it ran. */
  readonly dispatches: number;
  /** Sum of the times, in milliseconds. */
  readonly milliseconds: number;
}

/** Takes the time of every dispatch with timestamp queries. */
export class KernelTimer {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #capacity: number;
  readonly #pending: { staging: GPUBuffer; names: string[] }[] = [];
  #names: string[] = [];

  /** Room for `capacity` dispatches in one submission. */
  constructor(device: GPUDevice, capacity: number) {
    this.#device = device;
    this.#capacity = capacity;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * capacity });
    this.#resolved = device.createBuffer({
      size: 16 * capacity,
      usage: usage.queryResolve | usage.copySource,
    });
  }

  /** The timestamps that the pass of the next dispatch has to write. */
  begin(name: string): GPUComputePassTimestampWrites {
    const n = this.#names.length;
    this.#names.push(name);
    return { querySet: this.#queries, beginningOfPassWriteIndex: 2 * n, endOfPassWriteIndex: 2 * n + 1 };
  }

  /** Records the read-out of the current submission's timestamps. */
  resolve(encoder: GPUCommandEncoder): void {
    const names = this.#names;
    if (names.length === 0) return;
    this.#names = [];
    const staging = this.#device.createBuffer({
      size: 16 * names.length,
      usage: usage.mapRead | usage.copyTarget,
    });
    encoder.resolveQuerySet(this.#queries, 0, 2 * names.length, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, 16 * names.length);
    this.#pending.push({ staging, names });
    if (names.length > this.#capacity) throw new RangeError("more dispatches than timestamp queries");
  }

  /** Waits for all submissions and sums the times per kernel, the longest first; rejects if the device is lost. */
  async collect(): Promise<KernelTiming[]> {
    const pending = this.#pending.splice(0);
    const sums = new Map<string, { dispatches: number; milliseconds: number }>();
    try {
      await Promise.all(pending.map(({ staging }) => staging.mapAsync(usage.mapRead)));
      for (const { staging, names } of pending) {
        const times = new BigUint64Array(staging.getMappedRange());
        names.forEach((name, n) => {
          const sum = sums.get(name) ?? { dispatches: 0, milliseconds: 0 };
          sum.dispatches++;
          sum.milliseconds += Number(times[2 * n + 1]! - times[2 * n]!) / 1e6;
          sums.set(name, sum);
        });
      }
    } finally {
      for (const { staging } of pending) staging.destroy();
    }
    return [...sums].map(([kernel, sum]) => ({ kernel, ...sum }))
      .sort((left, right) => right.milliseconds - left.milliseconds);
  }

  /** Releases the queries. */
  close(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
  }
}
