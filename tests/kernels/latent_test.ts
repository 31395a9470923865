import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { recordLatent, recordLatentGradient } from "../../src/kernels/latent.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { latent, latentGradient } from "../oracle/latent.ts";

const shapes = fc.record({
  count: fc.integer({ min: 1, max: 130 }),
  dim: fc.constantFrom(1, 3, 4, 63),
  deviation: fc.constantFrom(0, 0.005, 0.5, 2),
  noisy: fc.boolean(),
  divergenceWeight: fc.constantFrom(0, 0.01, 1),
  seed: fc.nat(),
});

Deno.test("latent rows, divergences and gradients match the twin", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, async ({ count, dim, deviation, noisy, divergenceWeight, seed }) => {
      const random = (purpose: number, width: number) =>
        Float32Array.from(
          { length: count * width },
          (_, n) => deviation * normal(seed, purpose, Math.floor(n / width), n % width),
        );
      const encoded = random(1, 2 * dim);
      const slope = random(2, dim + 1);
      const numbers = Uint32Array.from({ length: count + 2 }, (_, n) => 7 * n + 1);
      const noise = noisy ? { numbers: numbers.subarray(2), seed, epoch: 9 } : null;
      using encodedArray = gpu.upload("encoded", padRows("encoded", encoded, 2 * dim));
      using slopeArray = gpu.upload("slope", padRows("slope", slope, dim + 1));
      using numbersArray = gpu.upload("numbers", numbers);
      using latents = gpu.upload("latents", new Float32Array((count + 3) * strideOf(dim + 1)).fill(5));
      using divergences = gpu.array("divergences", 4 * count);
      using gradient = gpu.upload("gradient", new Float32Array(count * strideOf(2 * dim)).fill(5));
      const batch = { dim, count, encoded: encodedArray, latents };
      const from = noise ? { ...noise, numbers: numbersArray, start: 2 } : null;
      // Noise is as wide as the standard deviation, exp(log variance / 2).
      const size = Math.exp(2 * deviation);
      const wanted = latent(encoded, dim, noise);
      recordLatent(gpu, batch, divergences, from, 3);
      const shifted = await gpu.readFloats(latents);
      assert.ok(shifted.subarray(0, 3 * strideOf(dim + 1)).every((value) => value === 5));
      recordLatent(gpu, batch, divergences, from);
      recordLatentGradient(gpu, batch, slopeArray, divergenceWeight, gradient);
      const [rows, found, byEncoded] = (await gpu.read(latents, divergences, gradient))
        .map((buffer) => new Float32Array(buffer));
      const flat = [...wanted.latents].flatMap((value, n) => n % dim === dim - 1 ? [value, 1] : [value]);
      for (
        const values of [
          rows!.subarray(0, count * strideOf(dim + 1)),
          shifted.subarray(3 * strideOf(dim + 1)),
        ]
      ) {
        assertClose(unpadRows(values, dim + 1), flat, 1e-5, size, "latents");
        values.forEach((value, n) => n % strideOf(dim + 1) > dim && assert.equal(value, 0, "padding"));
      }
      assertClose(found!, wanted.divergences, 1e-5, Math.max(1e-4, deviation ** 2), "divergences");
      const wantedGradient = latentGradient(encoded, wanted.latents, slope, dim, divergenceWeight);
      assertClose(unpadRows(byEncoded!, 2 * dim), wantedGradient, 1e-5, size, "gradient");
      byEncoded!.forEach((value, n) => n % strideOf(2 * dim) >= 2 * dim && assert.equal(value, 0, "padding"));
    }),
    { numRuns: 60 },
  );
});

Deno.test("the noise has the mean, variance and tails of a normal distribution", async () => {
  using gpu = await openGpu();
  const [count, dim] = [1000, 64];
  using encoded = gpu.zeros("encoded", 4 * count * 2 * dim);
  using numbers = gpu.upload("numbers", Uint32Array.from({ length: count }, (_, n) => n));
  using latents = gpu.array("latents", 4 * count * strideOf(dim + 1));
  using divergences = gpu.array("divergences", 4 * count);
  recordLatent(gpu, { dim, count, encoded, latents }, divergences, { numbers, start: 0, seed: 1, epoch: 2 });
  const rows = unpadRows(await gpu.readFloats(latents), dim + 1).filter((_, n) => n % (dim + 1) < dim);
  const share = (test: (value: number) => boolean) => rows.filter(test).length / rows.length;
  const mean = rows.reduce((sum, value) => sum + value, 0) / rows.length;
  const variance = rows.reduce((sum, value) => sum + value * value, 0) / rows.length;
  // Four standard errors of 64,000 draws.
  assert.ok(Math.abs(mean) < 0.016, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.023, `variance ${variance}`);
  assert.ok(Math.abs(share((value) => value > 1.959964) - 0.025) < 0.0025);
  assert.ok(Math.abs(share((value) => value < -1.959964) - 0.025) < 0.0025);
  assert.deepEqual(await gpu.readFloats(divergences), new Float32Array(count));
});
