import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { measureThroughput, probeCopy, probeExponential, probeMultiplyAdd } from "../../src/kernels/probe.ts";
import { exponentialSum, multiplyAddSum } from "../oracle/probe.ts";

Deno.test("probeCopy() copies whole vectors of any number", async () => {
  using gpu = await openGpu();
  for (const vectors of [1, 2, 5, 63, 255, 256, 257, 1003]) {
    const numbers = Float32Array.from({ length: 4 * vectors }, (_, n) => n + 1);
    using source = gpu.upload("source", numbers);
    using result = gpu.zeros("result", numbers.byteLength);
    probeCopy(gpu, source, result);
    assert.deepEqual(await gpu.readFloats(result), numbers);
  }
});

Deno.test("probeMultiplyAdd() is exact for few rounds", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 3 }),
      async (count, rounds) => {
        using result = gpu.zeros("result", 4 * count);
        probeMultiplyAdd(gpu, result, rounds);
        const expected = Float32Array.from({ length: count }, (_, n) => multiplyAddSum(n, rounds));
        assert.deepEqual(await gpu.readFloats(result), expected);
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("probeExponential() agrees with float64", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 10 }),
      async (count, rounds) => {
        using result = gpu.zeros("result", 4 * count);
        probeExponential(gpu, result, rounds);
        (await gpu.readFloats(result)).forEach((value, n) => {
          const expected = exponentialSum(n, rounds);
          assert.ok(Math.abs(value - expected) <= 2e-5 * expected, `${n}: ${value}, expected ${expected}`);
        });
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("measureThroughput() gives finite figures with and without timestamps", async () => {
  for (const timing of [true, false]) {
    using gpu = await openGpu({ timing });
    const figures = await measureThroughput(gpu);
    assert.equal(figures.clock, gpu.timing ? "device" : "host");
    const { copyBytesPerSecond, operationsPerSecond, roundTripMilliseconds } = figures;
    for (const figure of [copyBytesPerSecond, operationsPerSecond, roundTripMilliseconds]) {
      assert.ok(Number.isFinite(figure) && figure > 0);
    }
    assert.ok(copyBytesPerSecond > 1e7 && copyBytesPerSecond < 1e14);
    assert.ok(operationsPerSecond > 1e7 && operationsPerSecond < 1e16);
  }
});
