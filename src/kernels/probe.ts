/**
 * Tiny kernels that measure an adapter: memory throughput, multiply-adds, exponentials. This module is browser
 * compatible.
 *
 * @module
 */
import copyCode from "../../shaders/probe/copy.wgsl" with { type: "text" };
import exponentialCode from "../../shaders/probe/exponential.wgsl" with { type: "text" };
import multiplyAddCode from "../../shaders/probe/multiply_add.wgsl" with { type: "text" };
import { GpuError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/** What an adapter was measured to do. */
export interface Throughput {
  /** Bytes read plus bytes written per second by a copy of 32 MiB. */
  readonly copyBytesPerSecond: number;
  /** Floating-point operations per second in chains of fused multiply-adds, two operations each. */
  readonly operationsPerSecond: number;
  /** Milliseconds from recording one tiny dispatch until its result is on the host. */
  readonly roundTripMilliseconds: number;
  /** Whether the device's own timestamps or the host's clock took the time. */
  readonly clock: "device" | "host";
}

const invocationsPerGroup = 64;
/** Eight vectors of four lanes, four links a round. */
export const linksPerRound: number = 8 * 4 * 4;
/** A multiply-add is two. */
const operationsPerRound = 2 * linksPerRound;
const copiedBytes = 32 * 1024 * 1024;
const enoughMilliseconds = 25;

/** Records a copy of `source` into `result`; memory: both arrays. */
export function probeCopy(gpu: Gpu, source: DeviceArray, result: DeviceArray): void {
  const kernel = gpu.kernel({ name: "probe/copy", code: copyCode });
  const count = Math.floor(source.byteLength / 16);
  const share = Math.ceil(count / 4);
  const [x, y] = spread(Math.ceil(share / invocationsPerGroup));
  gpu.dispatch(kernel, { source, result }, { count, share, width: x * invocationsPerGroup }, [x, y], count);
}

/** Records `rounds` times four multiply-adds on 32 numbers for each float of `result`; memory: that array. */
export function probeMultiplyAdd(gpu: Gpu, result: DeviceArray, rounds: number): void {
  const kernel = gpu.kernel({ name: "probe/multiply_add", code: multiplyAddCode });
  const count = Math.floor(result.byteLength / 4);
  const groups = Math.ceil(count / invocationsPerGroup);
  const operations = count * rounds * operationsPerRound;
  gpu.dispatch(kernel, { result }, { count, rounds, factor: 0.5, addend: 0.5 }, [groups], operations);
}

/** Records `rounds` times four exponentials of 32 numbers for each float of `result`; memory: that array. */
export function probeExponential(gpu: Gpu, result: DeviceArray, rounds: number): void {
  const kernel = gpu.kernel({ name: "probe/exponential", code: exponentialCode });
  const count = Math.floor(result.byteLength / 4);
  const groups = Math.ceil(count / invocationsPerGroup);
  gpu.dispatch(kernel, { result }, { count, rounds }, [groups], count * rounds * linksPerRound * 16);
}

async function milliseconds(gpu: Gpu, record: () => void): Promise<number> {
  await gpu.timings();
  const started = performance.now();
  record();
  if (gpu.timing) return (await gpu.timings()).reduce((sum, timing) => sum + timing.milliseconds, 0);
  using flag = gpu.zeros("probe", 4);
  await gpu.read(flag);
  return performance.now() - started;
}

async function fastest(gpu: Gpu, record: () => void): Promise<number> {
  let best = Infinity;
  for (let n = 0; n < 5; n++) best = Math.min(best, await milliseconds(gpu, record));
  // A clock may tick more slowly than a fast device works.
  return Math.max(best, 1e-3);
}

/**
 * Measures an adapter in about a second: a copy, multiply-adds, and one round trip. The sums of the multiply-adds are
 * checked, since drivers have been seen to compute wrongly.
 *
 * @param gpu The device; opened with `timing` it is measured by its own clock.
 * @returns What was measured, the best of five runs each.
 * @throws {GpuError} if the device computes wrong numbers.
 */
export async function measureThroughput(gpu: Gpu): Promise<Throughput> {
  using source = gpu.upload("probe source", new Uint32Array(copiedBytes / 4).fill(0x3f800000));
  using target = gpu.zeros("probe target", copiedBytes);
  const copyTime = await fastest(gpu, () => probeCopy(gpu, source, target));

  const lanes = gpu.adapter.kind === "hardware" ? 65536 * 8 : 8192;
  using sums = gpu.zeros("probe sums", 4 * lanes);
  let rounds = 64;
  while (
    rounds < 65536 && await milliseconds(gpu, () => probeMultiplyAdd(gpu, sums, rounds)) < enoughMilliseconds
  ) {
    rounds *= 2;
  }
  const arithmeticTime = await fastest(gpu, () => probeMultiplyAdd(gpu, sums, rounds));
  const [copied, summed] = await gpu.read(target, sums);
  if (!new Float32Array(copied!).every((value) => value === 1)) {
    throw new GpuError(`${gpu.adapter.name} copies memory wrongly; update its driver`);
  }
  if (!new Float32Array(summed!).every((value) => value === 32)) {
    throw new GpuError(`${gpu.adapter.name} multiplies and adds wrongly; update its driver`);
  }

  using tiny = gpu.zeros("probe tiny", 4);
  let roundTrip = Infinity;
  for (let n = 0; n < 5; n++) {
    const started = performance.now();
    probeMultiplyAdd(gpu, tiny, 1);
    await gpu.read(tiny);
    roundTrip = Math.min(roundTrip, performance.now() - started);
  }
  return {
    copyBytesPerSecond: 2 * copiedBytes / copyTime * 1000,
    operationsPerSecond: lanes * rounds * operationsPerRound / arithmeticTime * 1000,
    roundTripMilliseconds: roundTrip,
    clock: gpu.timing ? "device" : "host",
  };
}
