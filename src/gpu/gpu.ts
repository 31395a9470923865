import { DeviceLostError, GpuError, OutOfMemoryError } from "../errors.ts";
import { type AdapterChoice, type AdapterDescription, chooseAdapter, describeAdapter } from "./adapter.ts";
import { BufferPool, DeviceArray } from "./device_array.ts";
import { bindGroup } from "./bind_group.ts";
import { compile, hasSameCode, type Kernel, kernelKey, type KernelSource } from "./kernel.ts";
import { nextTurn } from "./next_turn.ts";
import { readBack } from "./read_back.ts";
import { ParameterArena } from "./parameter_arena.ts";
import clearCode from "../../shaders/transfer/clear.wgsl" with { type: "text" };
import { deviceWithSharing, type Sharing } from "./sharing.ts";
import { KernelTimer, type KernelTiming } from "./kernel_timer.ts";

/** Any typed array that can be uploaded. */
export type HostArray = Float32Array | Uint32Array | Int32Array;

/** How to open a device. */
export interface GpuOptions {
  /** Which adapters may be chosen. Default "any": a real GPU, else a software driver. */
  readonly adapter?: AdapterChoice;
  /**
   * Measure every kernel with timestamp queries, at some cost; until {@linkcode Gpu.timings} is called, every submission
   * keeps a few kilobytes. Default false.
   */
  readonly timing?: boolean;
}

/** Number of workgroups in x, y, z. */
export type Workgroups = readonly [number, number?, number?];

const numbersEach = 16;
/** Bytes that are worth a pass of their own. */
const shortClear = 2 ** 16;
const clearNumbers = { name: "transfer/clear", code: clearCode, header: { EACH: numbersEach } };
const dispatchesPerSubmission = 512;
/** Operations (as the caller estimates them) after which work is submitted: keeps one submission short on a slow GPU. */
const operationsPerSubmission = 2e10;

/**
 * One WebGPU device and its stream of work. Calls record work in program order and return at once; work is
 * submitted in large pieces, and {@linkcode Gpu.read} waits for it.
 */
export class Gpu implements Disposable {
  /** The adapter in use. */
  readonly adapter: AdapterDescription;
  /** The device, for what this class does not offer. */
  readonly device: GPUDevice;
  /** Whether per-kernel times are taken. */
  readonly timing: boolean;
  /** How many consecutive invocations can load for each other: {@linkcode Sharing}. */
  readonly sharing: Sharing;
  /** Bytes of the longest array. */
  readonly #longest: number;
  readonly #pool: BufferPool;
  readonly #kernels = new Map<string, { kernel: Kernel; source: KernelSource }>();
  readonly #parameters: ParameterArena;
  readonly #timer: KernelTimer | null;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #dispatches = 0;
  #operations = 0;
  readonly #offset = new Uint32Array(1);
  /** What is taken while something is made that may fail. */
  #taken: DeviceArray[] | null = null;
  #failure: GpuError | null = null;
  #closed = false;

  /** Use {@linkcode openGpu}. */
  constructor(device: GPUDevice, adapter: AdapterDescription, timing: boolean, sharing: Sharing = 1) {
    this.device = device;
    this.adapter = adapter;
    this.sharing = sharing;
    this.timing = timing && device.features.has("timestamp-query");
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    this.#longest = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / 4) * 4;
    this.#pool = new BufferPool(device, this.#longest, () => this.submit(), (message) => {
      this.#fail(new OutOfMemoryError(message));
    });
    this.#timer = this.timing ? new KernelTimer(device, dispatchesPerSubmission) : null;
    this.#parameters = new ParameterArena(device, dispatchesPerSubmission);
    device.addEventListener("uncapturederror", (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      this.#fail(new GpuError(`WebGPU refused work: ${error.message}`));
    });
    device.lost.then((info) => {
      if (this.#closed) return;
      this.#fail(
        new DeviceLostError(
          `the device of ${adapter.name} was lost (${info.reason}): ${info.message}; ` +
            "work since the last checkpoint is gone, start again to resume from it",
        ),
      );
    });
  }

  /** Bytes of device memory: in use, allocated (in use or kept for later), and the highest allocation so far. */
  get memory(): { inUse: number; allocated: number; peak: number } {
    return this.#pool.memory;
  }

  #fail(error: GpuError): void {
    // A lost device is the end, whatever came before; missing memory is what the errors told with it come from.
    const known = this.#failure;
    const cause = error instanceof OutOfMemoryError && !(known instanceof DeviceLostError);
    if (!known || cause || error instanceof DeviceLostError) this.#failure = error;
  }

  /** Throws what went wrong on the device since the last call, if anything did. */
  check(): void {
    if (this.#failure) {
      const failure = this.#failure;
      if (!(failure instanceof DeviceLostError)) this.#failure = null;
      throw failure;
    }
    if (this.#closed) throw new GpuError("the device was closed; call openGpu() again");
  }

  /**
   * Compiles a kernel, once for each set of constants.
   *
   * @throws {GpuError} if its parameters are not scalars, or other code has its name and constants; a shader that does not
   * compile is reported by the next {@linkcode Gpu.read}, with the kernel's name.
   */
  kernel(source: KernelSource): Kernel {
    const key = kernelKey(source);
    const known = this.#kernels.get(key);
    if (known) {
      if (hasSameCode(known.source, source)) return known.kernel;
      throw new GpuError(`there is another kernel ${source.name}; expected a name of its own for other code`);
    }
    this.device.pushErrorScope("validation");
    try {
      const kernel = compile(this.device, source);
      this.#kernels.set(key, { kernel, source });
      return kernel;
    } finally {
      this.device.popErrorScope().then((error) => {
        if (error) this.#fail(new GpuError(`kernel ${source.name} does not compile: ${error.message}`));
        // A lost device may reject: that it is lost is said elsewhere.
      }, () => {});
    }
  }

  /**
   * Takes device memory with undefined content.
   *
   * @throws {GpuError} if it exceeds what one binding of this device can hold, or is no number of bytes.
   */
  array(label: string, byteLength: number): DeviceArray {
    this.check();
    if (!(Number.isSafeInteger(byteLength) && byteLength >= 0)) {
      throw new GpuError(`the buffer '${label}' cannot have ${byteLength} bytes`);
    }
    if (byteLength > this.#longest) {
      throw new GpuError(
        `the buffer '${label}' needs ${byteLength} bytes; ${this.adapter.name} allows ${this.#longest} in one binding`,
      );
    }
    const buffer = this.#pool.take(byteLength, label);
    const array = new DeviceArray(buffer, byteLength, label, (array) => this.#pool.give(array.buffer));
    this.#taken?.push(array);
    return array;
  }

  /** Calls `make`; if it throws, the arrays that it has taken are given back: a constructor cannot do that itself. */
  allOrNothing<Made>(make: () => Made): Made {
    const outer = this.#taken;
    const own: DeviceArray[] = this.#taken = [];
    try {
      const made = make();
      outer?.push(...own);
      return made;
    } catch (error) {
      for (const array of own) array.dispose();
      throw error;
    } finally {
      this.#taken = outer;
    }
  }

  /** The buffer of a disposed array may be another's by now, and what lies behind the end nobody's. */
  #requireLive({ live, label, byteLength }: DeviceArray, end: number): void {
    if (!live) throw new GpuError(`the buffer '${label}' was disposed`);
    if (end > Math.ceil(byteLength / 4) * 4) {
      throw new GpuError(`the buffer '${label}' has ${byteLength} bytes, not ${end}`);
    }
  }

  /** Takes device memory filled with zeros. */
  zeros(label: string, byteLength: number): DeviceArray {
    const array = this.array(label, byteLength);
    this.clear(array);
    return array;
  }

  /** Takes device memory and copies `data` into it. */
  upload(label: string, data: HostArray): DeviceArray {
    const array = this.array(label, data.byteLength);
    this.write(array, data);
    return array;
  }

  /** Copies `data` into `array` from byte `offset` on, after all work recorded so far. */
  write(array: DeviceArray, data: HostArray, offset = 0): void {
    this.check();
    this.#requireLive(array, offset + data.byteLength);
    if (data.byteLength === 0) return;
    this.submit();
    this.device.queue.writeBuffer(array.buffer, offset, data as Float32Array<ArrayBuffer>);
  }

  /** Fills the first `byteLength` bytes of `array`, all by default, with zeros. */
  clear(array: DeviceArray, byteLength = array.byteLength): void {
    this.#requireLive(array, byteLength);
    if (byteLength === 0) return;
    const count = Math.ceil(byteLength / 4);
    // To end a pass and begin another takes the host as long as two dispatches; a software driver clears a lot faster
    // than its shaders would.
    if (this.#pass && (this.adapter.kind === "hardware" || byteLength <= shortClear)) {
      const groups = Math.ceil(count / 64 / numbersEach);
      this.dispatch(this.kernel(clearNumbers), { target_numbers: array }, { count }, spread(groups));
    } else {
      this.#endPass();
      this.#commands().clearBuffer(array.buffer, 0, 4 * count);
    }
  }

  /** Copies bytes between two arrays. */
  copy(
    source: DeviceArray,
    target: DeviceArray,
    byteLength = source.byteLength,
    sourceOffset = 0,
    targetOffset = 0,
  ): void {
    this.#requireLive(source, sourceOffset + byteLength);
    this.#requireLive(target, targetOffset + byteLength);
    this.#endPass();
    this.#commands().copyBufferToBuffer(source.buffer, sourceOffset, target.buffer, targetOffset, byteLength);
  }

  /**
   * Records one dispatch.
   *
   * @param kernel What to run.
   * @param arrays One array for each storage binding, by its WGSL variable name.
   * @param parameters One number for each field of the kernel's `struct Params`, by name.
   * @param workgroups Workgroups in x, y, z; nothing happens if one of them is 0.
   * @param operations Rough count of arithmetic operations: long work is submitted in pieces.
   * @throws {GpuError} if a binding or parameter is missing or superfluous.
   */
  dispatch(
    kernel: Kernel,
    arrays: Readonly<Record<string, DeviceArray>>,
    parameters: Readonly<Record<string, number>>,
    workgroups: Workgroups,
    operations = 0,
  ): void {
    this.check();
    const [x, y = 1, z = 1] = workgroups;
    if (x === 0 || y === 0 || z === 0) return;
    if (this.#dispatches === dispatchesPerSubmission) this.submit();
    const offset = this.#parameters.pack(this.#dispatches, kernel, parameters);
    const group = bindGroup(this.device, kernel, arrays, this.#parameters.resource);
    const pass = this.#beginPass(kernel.name);
    pass.setPipeline(kernel.pipeline);
    // A typed array, because Deno takes a microsecond to convert a plain one.
    this.#offset[0] = offset;
    pass.setBindGroup(0, group, this.#offset, 0, 1);
    pass.dispatchWorkgroups(x, y, z);
    if (this.#timer) this.#endPass();
    this.#dispatches++;
    this.#operations += operations;
    if (this.#operations >= operationsPerSubmission) this.submit();
  }

  #commands(): GPUCommandEncoder {
    return this.#encoder ??= this.device.createCommandEncoder({ label: "hetcomp" });
  }

  #beginPass(name: string): GPUComputePassEncoder {
    if (this.#pass) return this.#pass;
    const timestampWrites = this.#timer?.begin(name);
    this.#pass = this.#commands().beginComputePass({
      label: this.#timer ? name : "hetcomp",
      ...(timestampWrites ? { timestampWrites } : {}),
    });
    return this.#pass;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }

  /** Sends the recorded work to the device without waiting for it. */
  submit(): void {
    if (!this.#encoder) return;
    this.#endPass();
    const encoder = this.#encoder;
    this.#encoder = null;
    this.#parameters.upload(this.device.queue, this.#dispatches);
    this.#timer?.resolve(encoder);
    this.device.queue.submit([encoder.finish()]);
    this.#dispatches = 0;
    this.#operations = 0;
  }

  /**
   * Waits for all recorded work and copies arrays to the host, all at once.
   *
   * @throws {GpuError} if anything went wrong on the device since the last call.
   */
  async read(...arrays: DeviceArray[]): Promise<ArrayBuffer[]> {
    this.check();
    for (const array of arrays) this.#requireLive(array, 0);
    return await readBack(
      this.device,
      arrays,
      (array, staging, start, bytes) => {
        this.#endPass();
        this.#commands().copyBufferToBuffer(array.buffer, 0, staging, start, bytes);
      },
      () => this.submit(),
      () => this.check(),
    );
  }

  /** Reads one array of floats; see {@linkcode Gpu.read}. */
  async readFloats(array: DeviceArray): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.read(array))[0]!);
  }

  /** Reads one array of integers; see {@linkcode Gpu.read}. */
  async readIntegers(array: DeviceArray): Promise<Uint32Array<ArrayBuffer>> {
    return new Uint32Array((await this.read(array))[0]!);
  }

  /**
   * Per-kernel device time since the last call; empty unless opened with `timing`.
   *
   * @throws {GpuError} if anything went wrong on the device since the last call.
   */
  async timings(): Promise<KernelTiming[]> {
    this.check();
    this.submit();
    if (!this.#timer) return [];
    try {
      return await this.#timer.collect();
    } catch (cause) {
      await nextTurn();
      this.check();
      throw new GpuError(
        `reading the times failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }

  /** Releases the device; work that was recorded but not submitted is dropped. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#endPass();
    this.#encoder = null;
    // Some software drivers crash when a device is destroyed under running work.
    this.device.queue.onSubmittedWorkDone().catch(() => {}).then(() => {
      this.#pool.clear();
      this.#timer?.close();
      this.#parameters.destroy();
      this.device.destroy();
    });
  }

  /** The same as {@linkcode Gpu.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a WebGPU device: a real GPU where there is one, else a software driver.
 *
 * @example Open and close
 * ```ts
 * import { openGpu } from "@hetcomp/hetcomp";
 * const gpu = await openGpu();
 * console.assert(["hardware", "software"].includes(gpu.adapter.kind));
 * gpu.close();
 * ```
 *
 * @throws {ArgumentError} if `adapter` is no such choice.
 * @throws {NoAdapterError} if no adapter of the wanted kind exists.
 * @throws {GpuError} if the adapter gives no device.
 */
export async function openGpu(options: GpuOptions = {}): Promise<Gpu> {
  const adapter = await chooseAdapter(options.adapter ?? "any");
  const description = describeAdapter(adapter);
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits;
  try {
    const wanted = {
      label: "hetcomp",
      requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query" as const] : [],
      requiredLimits: { maxStorageBufferBindingSize, maxBufferSize },
    };
    const shared = description.kind === "software" ? await deviceWithSharing(adapter, wanted) : null;
    const device = shared?.device ?? await adapter.requestDevice(wanted);
    return new Gpu(device, description, options.timing ?? false, shared?.sharing);
  } catch (cause) {
    throw new GpuError(
      `${description.name} gives no device: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}

/** Spreads a number of workgroups over x and y, since one dimension holds 65,535 at most; the kernel skips the rest. */
export function spread(groups: number): [number, number] {
  if (groups <= 65535) return [groups, 1];
  const y = Math.ceil(groups / 65535);
  return [Math.ceil(groups / y), y];
}
