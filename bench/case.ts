/**
 * What a benchmark case is: one piece of device work, described once for `deno bench` and for the table of
 * `deno task bench`.
 *
 * @module
 */
import type { DeviceArray } from "../src/gpu/device_array.ts";
import type { Gpu, HostArray } from "../src/gpu/gpu.ts";

/**
 * What some work costs by formula, whatever the kernel really does: bytes, if every input is read and every result
 * written once (rows gathered by index: once for each index); operations on 32-bit numbers, a fused multiply-add as
 * two; and exponentials, which are not among the operations (logarithms and tanh count as one).
 */
export interface Cost {
  /** Bytes of device memory. */
  readonly bytes: number;
  /** Arithmetic operations and comparisons. */
  readonly operations: number;
  /** Exponentials. */
  readonly exponentials: number;
}

/** Some of the kernels of a case. Their time is known only where the device has timestamps. */
export interface CasePart {
  /** What these kernels do. */
  readonly name: string;
  /** Matches the names of the kernels. */
  readonly kernels: RegExp;
  /** What they cost. */
  readonly cost: Cost;
  /** What they cost on a graphics processor, if other work is done there. */
  readonly hardwareCost?: Cost;
}

/** A case with its memory on the device. */
export interface PreparedCase extends Disposable {
  /** Records the work once; it may be recorded again and again. */
  readonly record: () => void;
  /**
   * Records the copies that bring back what the work uses up: to be called before each {@linkcode PreparedCase.record}
   * (which without it would find less to do), and no part of what is timed. Null if the work uses up nothing.
   */
  readonly restore: (() => void) | null;
}

/** One benchmark. */
export interface BenchCase {
  /** The kernel family: the name of the file in bench/cases. */
  readonly family: string;
  /** What is measured. */
  readonly name: string;
  /** Sizes, for people. */
  readonly shape: string;
  /** Whether the short run has it too. */
  readonly quick: boolean;
  /** What the whole costs. */
  readonly cost: Cost;
  /** What its parts cost. */
  readonly parts?: readonly CasePart[];
  /** Takes memory on the device and fills it. */
  prepare(gpu: Gpu): PreparedCase;
}

/** The device memory of a case, given back together. */
export class Workspace {
  readonly #stack = new DisposableStack();

  /** For arrays of this device. */
  constructor(readonly gpu: Gpu) {}

  /** Owns something from now on. */
  own<T extends Disposable>(value: T): T {
    return this.#stack.use(value);
  }

  /** Takes memory filled with zeros for `numbers` of four bytes. */
  zeros(label: string, numbers: number): DeviceArray {
    return this.own(this.gpu.zeros(label, 4 * numbers));
  }

  /** Takes memory and copies `data` into it. */
  upload(label: string, data: HostArray): DeviceArray {
    return this.own(this.gpu.upload(label, data));
  }

  /** Takes memory for what the work uses up, and gives it with the copy that fills it anew with `data`. */
  renewed(label: string, data: HostArray): { array: DeviceArray; renew: () => void } {
    const source = this.upload(`${label}, to copy`, data);
    const array = this.upload(label, data);
    return { array, renew: () => this.gpu.copy(source, array) };
  }

  /** The prepared case. */
  prepared(record: () => void, restore: (() => void) | null = null): PreparedCase {
    const stack = this.#stack;
    return { record, restore, [Symbol.dispose]: () => stack.dispose() };
  }
}
