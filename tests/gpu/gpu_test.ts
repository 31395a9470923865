import assert from "node:assert/strict";
import { DeviceLostError, GpuError } from "../../src/errors.ts";
import { describeAdapter } from "../../src/gpu/adapter.ts";
import { Gpu, openGpu, spread } from "../../src/gpu/gpu.ts";
import { poolSize } from "../../src/gpu/device_array.ts";
import { readInterface } from "../../src/gpu/kernel.ts";

const scale = {
  name: "test/scale",
  code: `
struct Params { count: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;
override SIZE: u32 = 64;
@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { result[id.x] = source[id.x] * params.factor; }
}`,
};

Deno.test("gpu.dispatch() runs a kernel with named buffers and parameters, in program order", async () => {
  using gpu = await openGpu();
  const kernel = gpu.kernel(scale);
  using source = gpu.upload("source", Float32Array.of(1, 2, 3));
  using result = gpu.zeros("result", 12);
  for (let n = 0; n < 1500; n++) {
    gpu.dispatch(kernel, { source, result }, { count: 3, factor: n }, [1]);
  }
  assert.deepEqual([...await gpu.readFloats(result)], [1499, 2998, 4497]);
  gpu.write(source, Float32Array.of(10));
  gpu.dispatch(kernel, { source, result }, { count: 2, factor: 1 }, [1]);
  assert.deepEqual([...await gpu.readFloats(result)], [10, 2, 4497]);
});

Deno.test("gpu.dispatch() names the kernel when a buffer or parameter is missing or unknown", async () => {
  using gpu = await openGpu();
  const kernel = gpu.kernel(scale);
  using source = gpu.zeros("source", 12);
  using result = gpu.zeros("result", 12);
  assert.throws(
    () => gpu.dispatch(kernel, { source }, { count: 1, factor: 1 }, [1]),
    /test\/scale.*'result'/,
  );
  assert.throws(() => gpu.dispatch(kernel, { source, result }, { count: 1 }, [1]), /test\/scale.*'factor'/);
  assert.throws(
    () => gpu.dispatch(kernel, { source, result }, { count: 1, factor: 1, size: 2 }, [1]),
    /no parameter is called size/,
  );
  assert.throws(
    () => gpu.dispatch(kernel, { source, result, other: source }, { count: 1, factor: 1 }, [1]),
    /no buffer is called other/,
  );
});

Deno.test("a dispatch binds its own buffers, whatever the ones before it bound or were refused for", async () => {
  using gpu = await openGpu();
  const kernel = gpu.kernel(scale);
  using one = gpu.upload("one", Float32Array.of(1));
  using five = gpu.upload("five", Float32Array.of(5));
  using result = gpu.zeros("result", 4);
  using other = gpu.zeros("other", 4);
  const parameters = { count: 1, factor: 2 };
  gpu.dispatch(kernel, { source: one, result }, parameters, [1]);
  assert.throws(() => gpu.dispatch(kernel, { source: five }, parameters, [1]), /'result' was not given/);
  gpu.dispatch(kernel, { source: five, result }, parameters, [1]);
  gpu.dispatch(kernel, { source: one, result: other }, parameters, [1]);
  assert.deepEqual([...await gpu.readFloats(result)], [10]);
  assert.deepEqual([...await gpu.readFloats(other)], [2]);
});

Deno.test("gpu.clear() clears what it is told to, between dispatches too", async () => {
  for (const kind of ["software", "hardware"] as const) {
    using gpu = await openGpu();
    Object.defineProperty(gpu, "adapter", { value: { ...gpu.adapter, kind } });
    const kernel = gpu.kernel(scale);
    using result = gpu.zeros("result", 4);
    for (const count of [1, 63, 1024, 1025, 40_000, 5_000_000]) {
      const ones = new Float32Array(count + 1).fill(1);
      using source = gpu.upload("ones", ones);
      gpu.dispatch(kernel, { source, result }, { count: 1, factor: 3 }, [1]);
      gpu.clear(source, 4 * count);
      assert.equal((await gpu.readFloats(source)).reduce((sum, value) => sum + value), 1, `${count}`);
      assert.deepEqual([...await gpu.readFloats(result)], [3]);
      gpu.dispatch(kernel, { source, result }, { count: 1, factor: 3 }, [1]);
      assert.deepEqual([...await gpu.readFloats(result)], [0]);
    }
  }
});

Deno.test("gpu.kernel() refuses other code under a name that is taken, and compiles the same code once", async () => {
  using gpu = await openGpu();
  const kernel = gpu.kernel(scale);
  assert.equal(gpu.kernel({ ...scale, parts: [] }), kernel);
  assert.notEqual(gpu.kernel({ ...scale, constants: { SIZE: 32 } }), kernel);
  for (const other of [{ ...scale, code: `${scale.code}\n` }, { ...scale, parts: ["const ONE = 1u;"] }]) {
    assert.throws(() => gpu.kernel(other), /another kernel .*; expected a name of its own/);
  }
});

Deno.test("gpu.read() reports a shader that does not compile, by name", async () => {
  using gpu = await openGpu();
  gpu.kernel({ name: "test/broken", code: "@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }" });
  using array = gpu.zeros("any", 4);
  await assert.rejects(
    gpu.read(array),
    (error) => error instanceof GpuError && /test\/broken/.test(error.message),
  );
});

Deno.test("gpu.dispatch() refuses an array that was disposed", async () => {
  using gpu = await openGpu();
  const kernel = gpu.kernel(scale);
  using result = gpu.zeros("result", 12);
  const source = gpu.zeros("source", 12);
  source.dispose();
  assert.throws(() => gpu.dispatch(kernel, { source, result }, { count: 1, factor: 1 }, [1]), /was disposed/);
});

Deno.test("gpu.array() refuses what one binding cannot hold", async () => {
  using gpu = await openGpu();
  assert.throws(() => gpu.array("everything", 2 ** 40), /'everything' needs 1099511627776 bytes/);
});

Deno.test("gpu.array() refuses what is no number of bytes, and loses no count over it", () =>
  openGpu().then((gpu) => {
    for (const bytes of [NaN, -4, 1.5, Infinity]) assert.throws(() => gpu.array("odd", bytes), GpuError);
    assert.deepEqual(gpu.memory, { inUse: 0, allocated: 0, peak: 0 });
    gpu.close();
  }));

Deno.test("a kernel that cannot be made hides no error of later work", async () => {
  using gpu = await openGpu();
  assert.throws(() => gpu.kernel({ name: "test/bad", code: "struct Params { a: vec4f }" }), GpuError);
  using result = gpu.zeros("result", 12);
  using source = gpu.zeros("source", 12);
  gpu.dispatch(gpu.kernel(scale), { source, result }, { count: 3, factor: 1 }, [70_000]);
  await assert.rejects(gpu.read(result), GpuError);
});

Deno.test("gpu.read() reads more than one buffer can hold", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  using gpu = new Gpu(await adapter!.requestDevice(), describeAdapter(adapter!), false);
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
  const bytes = Math.min(100 * 2 ** 20, maxStorageBufferBindingSize);
  const count = Math.floor(maxBufferSize / bytes) + 1;
  const arrays = Array.from({ length: count }, (_, n) => gpu.zeros(`part ${n}`, bytes));
  arrays.forEach((array, n) => gpu.write(array, Uint32Array.of(n + 1), bytes - 4));
  const parts = await gpu.read(...arrays);
  parts.forEach((part, n) => {
    assert.equal(part.byteLength, bytes);
    assert.equal(new Uint32Array(part)[bytes / 4 - 1], n + 1);
  });
  for (const array of arrays) array.dispose();
});

Deno.test("what was disposed is neither read nor written, and nothing behind the end", async () => {
  using gpu = await openGpu();
  const gone = gpu.upload("gone", Uint32Array.of(1, 2, 3));
  gone.dispose();
  using other = gpu.upload("other", Uint32Array.of(7, 8, 9));
  const data = Uint32Array.of(0, 0, 0);
  await assert.rejects(gpu.read(other, gone), /'gone' was disposed/);
  assert.throws(() => gpu.write(gone, data), /'gone' was disposed/);
  assert.throws(() => gpu.clear(gone), /'gone' was disposed/);
  assert.throws(() => gpu.copy(other, gone), /'gone' was disposed/);
  assert.throws(() => gpu.write(other, data, 4), /'other' has 12 bytes, not 16/);
  assert.throws(() => gpu.clear(other, 16), /'other' has 12 bytes/);
  assert.throws(() => gpu.copy(other, other, 12, 0, 4), /'other' has 12 bytes/);
  assert.deepEqual([...await gpu.readIntegers(other)], [7, 8, 9]);
});

Deno.test("a lost device is said even where another error was waiting", async () => {
  const gpu = await openGpu();
  using array = gpu.zeros("array", 4);
  gpu.device.createBuffer({ size: 16, usage: 0x81 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  gpu.device.destroy();
  await gpu.device.lost;
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const _again of [1, 2]) await assert.rejects(gpu.read(array), DeviceLostError);
  assert.throws(() => gpu.array("more", 4), DeviceLostError);
  gpu.close();
  assert.throws(() => gpu.array("more", 4), GpuError);
});

Deno.test("gpu.allOrNothing() gives back what was taken for something that cannot be made", async () => {
  using gpu = await openGpu();
  using kept = gpu.array("kept", 1000);
  const { inUse } = gpu.memory;
  assert.throws(() =>
    gpu.allOrNothing(() => {
      gpu.array("first", 1000);
      gpu.allOrNothing(() => gpu.array("second", 1000));
      gpu.array("everything", 2 ** 40);
    }), /'everything'/);
  assert.equal(gpu.memory.inUse, inUse);
  using made = gpu.allOrNothing(() => gpu.array("made", 1000));
  assert.ok(made.live && kept.live);
});

Deno.test("gpu.read() fails once the device was closed or lost", async () => {
  const gpu = await openGpu();
  const array = gpu.zeros("any", 4);
  gpu.close();
  await assert.rejects(gpu.read(array), GpuError);
});

Deno.test("gpu.timings() says that the device was lost, however late it hears of it", async () => {
  for (const heard of [true, false]) {
    const gpu = await openGpu({ timing: true });
    const [source, result] = [gpu.zeros("source", 4), gpu.zeros("result", 4)];
    gpu.dispatch(gpu.kernel(scale), { source, result }, { count: 1, factor: 2 }, [1]);
    gpu.submit();
    gpu.device.destroy();
    if (heard) await gpu.device.lost;
    if (gpu.timing || heard) await assert.rejects(gpu.timings(), DeviceLostError);
    gpu.close();
  }
});

Deno.test("gpu.read() says that the device was lost, again and again", async () => {
  const gpu = await openGpu();
  const array = gpu.zeros("any", 4);
  await gpu.read(array);
  gpu.device.destroy();
  for (let n = 0; n < 2; n++) {
    await assert.rejects(gpu.read(array), (error) => {
      assert.ok(error instanceof DeviceLostError, String(error));
      assert.match(error.message, /was lost.*start again to resume/);
      return true;
    });
  }
  assert.throws(() => gpu.dispatch(gpu.kernel(scale), {}, {}, [1]), DeviceLostError);
  gpu.close();
});

Deno.test("gpu.timings() sums the time of each kernel", async () => {
  using gpu = await openGpu({ timing: true });
  const kernel = gpu.kernel(scale);
  using source = gpu.zeros("source", 12);
  using result = gpu.zeros("result", 12);
  for (let n = 0; n < 5; n++) gpu.dispatch(kernel, { source, result }, { count: 3, factor: 1 }, [1]);
  const timings = await gpu.timings();
  if (!gpu.timing) return console.warn("SKIPPED: this adapter has no timestamp queries");
  assert.equal(timings[0]!.kernel, "test/scale");
  assert.equal(timings[0]!.dispatches, 5);
  assert.ok(timings[0]!.milliseconds > 0);
});

Deno.test("buffers are handed out again after they were disposed", async () => {
  using gpu = await openGpu();
  for (let n = 0; n < 50; n++) {
    using _array = gpu.array("again", 1_000_000);
  }
  assert.ok(gpu.memory.peak < 1_200_000);
  assert.equal(gpu.memory.inUse, 0);
});

Deno.test("poolSize() never shrinks and wastes at most an eighth", () => {
  for (let length = 1; length < 1e9; length = Math.ceil(length * 1.37)) {
    assert.ok(
      poolSize(length) >= length && poolSize(length) <= Math.max(512, length * 1.13) &&
        poolSize(length) % 4 === 0,
    );
    assert.equal(poolSize(length, Math.max(256, length)), Math.max(256, length));
  }
});

Deno.test("spread() covers any number of workgroups within the limit of a dimension", () => {
  for (const groups of [0, 1, 65535, 65536, 1_000_000, 4_000_000_000]) {
    const [x, y] = spread(groups);
    assert.ok(x <= 65535 && y <= 65535 && x * y >= groups && x * y < groups + y + 1);
  }
});

Deno.test("readInterface() reads bindings and parameters, and refuses what is not a scalar", () => {
  const declared = readInterface("test/scale", scale.code);
  assert.deepEqual(declared.bindings.map((binding) => binding.name), ["source", "result"]);
  assert.deepEqual(declared.parameters, [{ name: "count", type: "u32" }, { name: "factor", type: "f32" }]);
  assert.throws(() => readInterface("x", "struct Params { place: vec2f }"), /'place' has type vec2f/);
});

Deno.test("openGpu() refuses what is no kind of adapter", async () => {
  await assert.rejects(
    openGpu({ adapter: "fast" as never }),
    /'adapter'.*it is fast; expected any or hardware/,
  );
});

Deno.test("openGpu() probes how many invocations load for each other, on software drivers only", async () => {
  using gpu = await openGpu();
  if (gpu.adapter.kind === "hardware") assert.equal(gpu.sharing, 1);
  else if (gpu.adapter.name.includes("256 bits")) assert.equal(gpu.sharing, 8);
  else assert.ok([1, 4, 8].includes(gpu.sharing));
});
