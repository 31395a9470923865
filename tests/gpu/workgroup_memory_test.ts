import assert from "node:assert/strict";
import { GpuError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { workgroupBytes } from "../../src/gpu/workgroup_memory.ts";

Deno.test("workgroupBytes() adds up what WGSL text declares, each on a border of 16", () => {
  const code = `const LIST = 10u;
const KNOWN: u32 = 3u;
// var<workgroup> none: array<u32, 1000>;
var<private> own: array<u32, 1000>;
var<workgroup> one: u32;
var<workgroup> bins: array<atomic<u32>, LIST>;
var<workgroup> pairs: array<vec2u, KNOWN * 5u>;
var<workgroup> slab: array<array<vec4f, KNOWN>, LIST>;`;
  assert.equal(workgroupBytes("sum", code), 16 + 48 + 128 + 480);
  assert.equal(workgroupBytes("none", "fn main() {}"), 0);
  const unknown = [/length LENGTH is no known constant/, /type mat4x4f has no known size/] as const;
  assert.throws(() => workgroupBytes("x", "var<workgroup> a: array<u32, LENGTH>;"), unknown[0]);
  assert.throws(() => workgroupBytes("x", "var<workgroup> a: mat4x4f;"), unknown[1]);
});

Deno.test("a kernel that takes more workgroup memory than devices allow is refused, also where the driver takes it", async () => {
  using gpu = await openGpu();
  const source = (length: number) => ({
    name: `test/memory_${length}`,
    code: `@group(0) @binding(0) var<storage, read_write> out: array<u32>;
var<workgroup> list: array<u32, LENGTH>;
@compute @workgroup_size(1) fn main() { list[out[0]] = 1u; out[1] = list[out[0]]; }`,
    header: { LENGTH: length },
  });
  gpu.kernel(source(4096));
  assert.throws(
    () => gpu.kernel(source(4097)),
    (error) =>
      error instanceof GpuError && /memory_4097 takes 16400 bytes .* devices allow 16384/.test(error.message),
  );
});
