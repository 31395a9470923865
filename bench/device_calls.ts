/**
 * Watches what is asked of a device: pipelines, uploads, submissions, read-backs.
 *
 * @module
 */
import type { Gpu } from "../src/gpu/gpu.ts";

/** Calls since {@linkcode watchDevice} or the last `reset`. */
export interface DeviceCalls {
  /** Compute pipelines made. */
  pipelines: number;
  /** Milliseconds spent in making shader modules and pipelines. */
  pipelineMilliseconds: number;
  /** Bytes uploaded into the buffer that holds the parameters of dispatches. */
  parameterBytes: number;
  /** Bytes uploaded into all other buffers. */
  uploadedBytes: number;
  /** Submissions. */
  submissions: number;
  /** Buffers mapped to be read. */
  readBacks: number;
}

function none(): DeviceCalls {
  return {
    pipelines: 0,
    pipelineMilliseconds: 0,
    parameterBytes: 0,
    uploadedBytes: 0,
    submissions: 0,
    readBacks: 0,
  };
}

/** Counts the calls of a device from now on, by replacing its methods; `reset` starts from zero. */
export function watchDevice(gpu: Gpu): { readonly calls: DeviceCalls; reset(): void } {
  const calls = none();
  const { device } = gpu;
  const { queue } = device;
  const timed = <T>(work: () => T): T => {
    const start = performance.now();
    const result = work();
    calls.pipelineMilliseconds += performance.now() - start;
    return result;
  };
  const original = {
    module: device.createShaderModule.bind(device),
    pipeline: device.createComputePipeline.bind(device),
    buffer: device.createBuffer.bind(device),
    write: queue.writeBuffer.bind(queue),
    submit: queue.submit.bind(queue),
  };
  device.createShaderModule = (descriptor) => timed(() => original.module(descriptor));
  device.createComputePipeline = (descriptor) => {
    calls.pipelines++;
    return timed(() => original.pipeline(descriptor));
  };
  device.createBuffer = (descriptor) => {
    const buffer = original.buffer(descriptor);
    const map = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = (...given) => {
      calls.readBacks++;
      return map(...given);
    };
    return buffer;
  };
  queue.writeBuffer = (buffer, offset, data, ...rest) => {
    const bytes = data.byteLength;
    if (buffer.label === "parameters") calls.parameterBytes += bytes;
    else calls.uploadedBytes += bytes;
    original.write(buffer, offset, data, ...rest);
  };
  queue.submit = (commands) => {
    calls.submissions++;
    original.submit(commands);
  };
  return { calls, reset: () => void Object.assign(calls, none()) };
}
