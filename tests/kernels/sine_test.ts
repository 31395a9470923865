import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { recordSine, recordSineGradient } from "../../src/kernels/sine.ts";
import { normal, uniform } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";

Deno.test("recordSine() and recordSineGradient() match sine and cosine over many turns, and stay within their count", async () => {
  using gpu = await openGpu();
  const cases = fc.record({
    quarters: fc.integer({ min: 1, max: 300 }),
    range: fc.constantFrom(0.01, 2, 10, 300),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ quarters, range, seed }) => {
      const count = 4 * quarters;
      const beyond = count + 4;
      const sums = Float32Array.from(
        { length: beyond },
        (_, n) => range * (2 * uniform(seed, 1, n, 0) - 1),
      );
      const slopes = Float32Array.from({ length: beyond }, (_, n) => normal(seed, 2, n, 0));
      using input = gpu.upload("sums", sums);
      using sines = gpu.upload("sines", new Float32Array(beyond).fill(7));
      using gradient = gpu.upload("gradient", slopes);
      recordSine(gpu, count, input, sines);
      recordSineGradient(gpu, count, input, gradient);
      const [sine, slope] = (await gpu.read(sines, gradient)).map((buffer) => new Float32Array(buffer));
      const exact = Float64Array.from(sums);
      assertClose(sine!.subarray(0, count), exact.subarray(0, count).map(Math.sin), 1e-6, 1, "sine");
      const expected = exact.map((sum, n) => slopes[n]! * Math.cos(sum)).subarray(0, count);
      assertClose(slope!.subarray(0, count), expected, 1e-6, 4, "gradient");
      assert.deepEqual([...sine!.subarray(count)], [7, 7, 7, 7]);
      assert.deepEqual(slope!.subarray(count), slopes.subarray(count));
    }),
    { numRuns: 60 },
  );
});

Deno.test("recordSine() keeps multiples of pi, zero and what is no number", async () => {
  using gpu = await openGpu();
  const values = Float32Array.from({ length: 80 }, (_, n) => (n - 40) * Math.PI / 2);
  using input = gpu.upload("sums", Float32Array.of(...values, 0, NaN, Infinity, -Infinity));
  using sines = gpu.array("sines", 4 * 84);
  recordSine(gpu, 84, input, sines);
  const found = await gpu.readFloats(sines);
  assertClose(found.subarray(0, 80), Float64Array.from(values).map(Math.sin), 1e-6, 1, "sine");
  assert.equal(found[80], 0);
  assert.ok(found.subarray(81).every(Number.isNaN), `${found.subarray(81)}`);
});
