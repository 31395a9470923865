import { usage } from "./usage.ts";

/**
 * How many consecutive invocations of a workgroup run in step and can read each other's values, so that each may load
 * another part of what all need: 1 if none can or it would gain nothing.
 */
export type Sharing = 1 | 4 | 8;

const invocations = 16;

/** What every invocation reads from each of its subgroup's first eight; a kernel of its own, before a Gpu exists. */
const code = `
@group(0) @binding(0) var<storage, read_write> seen: array<u32>;
@compute @workgroup_size(${invocations})
fn main(@builtin(local_invocation_index) own: u32, @builtin(subgroup_size) size: u32) {
  let place = own * 10u;
  seen[place] = size;
  ${
  Array.from({ length: 8 }, (_, lane) =>
    `seen[place + ${lane + 1}u] = subgroupShuffle(own, min(${lane}u, size - 1u));`).join("\n  ")
}
  seen[place + 9u] = subgroupBroadcast(own, 3u);
}`;

function sharingOf(seen: Uint32Array): Sharing {
  const inStep = (width: number) =>
    Array.from({ length: invocations }, (_, own) => own).every((own) => {
      const first = own - own % width;
      const read = seen.subarray(own * 10, own * 10 + 10);
      return read[0] === width && read[9] === first + 3 &&
        read.subarray(1, 1 + width).every((value, lane) => value === first + lane);
    });
  return inStep(8) ? 8 : inStep(4) ? 4 : 1;
}

/**
 * A device with subgroups, and how far its invocations share loads; null where there are none. Deno grants subgroups without listing them among an
 * adapter's features, and its shaders take no `enable` line; other implementations are left without.
 */
export async function deviceWithSharing(
  adapter: GPUAdapter,
  wanted: GPUDeviceDescriptor,
): Promise<{ device: GPUDevice; sharing: Sharing } | null> {
  if (!("Deno" in globalThis)) return null;
  const device = await adapter.requestDevice({
    ...wanted,
    requiredFeatures: [...wanted.requiredFeatures ?? [], "subgroups" as GPUFeatureName],
  }).catch(() => null);
  if (!device) return null;
  device.pushErrorScope("validation");
  const bytes = 4 * 10 * invocations;
  const seen = device.createBuffer({ size: bytes, usage: usage.storage | usage.copySource });
  const staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: seen } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(seen, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  const mapped = await staging.mapAsync(usage.mapRead).then(() => true, () => false);
  const error = await device.popErrorScope();
  const sharing = mapped && !error ? sharingOf(new Uint32Array(staging.getMappedRange())) : 1;
  for (const buffer of [seen, staging]) buffer.destroy();
  return { device, sharing };
}
