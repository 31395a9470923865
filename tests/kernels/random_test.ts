import assert from "node:assert/strict";
import fc from "fast-check";
import randomCode from "../../shaders/sample/random.wgsl" with { type: "text" };
import { openGpu } from "../../src/gpu/gpu.ts";
import { stream, threefry } from "../../src/random.ts";
import { bounded } from "../oracle/negatives.ts";

const probe = {
  name: "test/random",
  parts: [randomCode],
  code: `
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> words: array<vec4u>;
@group(0) @binding(8) var<uniform> params: Params;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  let c = counters[id.x];
  words[id.x] = vec4u(threefry(c.x, c.y, c.z, c.w), bounded(c.x, c.y), STREAM_NEGATIVE);
}`,
};

Deno.test("random.wgsl gives the bits of src/random.ts for any seed, stream and counter", async () => {
  using gpu = await openGpu();
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const edges = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffff0000, 0xfffffffe, 0xffffffff];
  const cases = [
    ...edges.flatMap((a) => edges.map((b) => [a, b, b ^ 5, a ^ 3])),
    ...fc.sample(fc.tuple(word, word, word, word), 2000),
  ].map((counter) => counter.map((value) => value >>> 0));
  using counters = gpu.upload("counters", Uint32Array.from(cases.flat()));
  using words = gpu.zeros("words", 16 * cases.length);
  gpu.dispatch(gpu.kernel(probe), { counters, words }, { count: cases.length }, [
    Math.ceil(cases.length / 64),
  ]);
  const actual = await gpu.readIntegers(words);
  const expected = cases.flatMap(([seed, purpose, a, b]) => [
    ...threefry(seed!, purpose!, a!, b!),
    bounded(seed!, purpose!),
    stream.negative,
  ]);
  assert.deepEqual(actual, Uint32Array.from(expected));
});
