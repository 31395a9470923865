import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { Adam } from "../../src/kernels/adam.ts";
import { normal } from "../../src/random.ts";
import { AdamTwin } from "../oracle/adam.ts";
import { assertClose } from "../oracle/close.ts";

Deno.test("Adam's first two steps are those of the formulas, by hand", async () => {
  using gpu = await openGpu();
  using parameters = gpu.upload("parameters", Float32Array.of(1, -2, 0, 3));
  using gradient = gpu.upload("gradient", Float32Array.of(0.5, -4, 0, 0));
  using adam = new Adam(gpu, parameters, gradient, { learningRate: 0.1, weightDecay: 0.1 });
  adam.record();
  // g = gradient + 0.1 * parameter = .6, -4.2, 0, .3; both corrected moments are g and g^2: a step of 0.1 * sign(g)
  assertClose(await gpu.readFloats(parameters), [0.9, -1.9, 0, 2.9], 1e-6, 1, "first step");
  assert.deepEqual(await gpu.readFloats(gradient), new Float32Array(4));
  gpu.write(gradient, Float32Array.of(-1, 0, 0, 0));
  adam.record();
  // first entry: g = -1 + .09 = -.91; m = .9 * .06 + .1 * -.91 = -.037; v = .999 * 36e-5 + .001 * .8281 = 118.774e-5
  // m / .19 = -.194737; v / .001999 = .594167; step = .1 * -.194737 / .770822 = -.0252635
  assertClose((await gpu.readFloats(parameters)).subarray(0, 1), [0.9252635], 1e-6, 1, "second step");
  assert.equal(adam.steps, 2);
});

Deno.test("Adam follows its float64 twin over a hundred steps, with settings and sparse gradients", async () => {
  using gpu = await openGpu();
  const settings = fc.record({
    learningRate: fc.constantFrom(1e-3, 0.05),
    beta1: fc.constantFrom(0.9, 0.5, 0),
    beta2: fc.constantFrom(0.999, 0.9),
    epsilon: fc.constantFrom(1e-8, 1e-3),
    weightDecay: fc.constantFrom(0, 1e-4, 1e-2),
  });
  await fc.assert(
    fc.asyncProperty(settings, fc.integer({ min: 1, max: 70 }), fc.nat(), async (options, fours, seed) => {
      const count = 4 * fours;
      const start = Float32Array.from({ length: count }, (_, n) => normal(seed, 0, n, 0));
      using parameters = gpu.upload("parameters", start);
      using gradient = gpu.zeros("gradient", 4 * count);
      using adam = new Adam(gpu, parameters, gradient, options);
      const twin = new AdamTwin(start, options);
      for (let step = 1; step <= 100; step++) {
        // well away from 0, so that the sign of a rounded mean gradient never matters
        const slope = Float32Array.from(
          { length: count },
          (_, n) => (n + step) % 3 === 0 ? 0 : 1 + 0.3 * normal(seed, 1, n, step),
        );
        gpu.write(gradient, slope);
        adam.record();
        twin.step(slope);
      }
      const actual = await gpu.readFloats(parameters);
      assert.ok(actual.every(Number.isFinite));
      assertClose(actual, twin.values, 3e-5, 1, "parameters");
      assertClose(await gpu.readFloats(adam.firstMoment), twin.first, 1e-5, 1, "first moment");
      assertClose(await gpu.readFloats(adam.secondMoment), twin.second, 1e-5, 1, "second moment");
      assert.deepEqual(await gpu.readFloats(gradient), new Float32Array(count));
    }),
    { numRuns: 12 },
  );
});

Deno.test("Adam leaves zeros with zero gradient at zero, and everything finite, over 100 steps", async () => {
  using gpu = await openGpu();
  using parameters = gpu.upload("parameters", Float32Array.of(0, 0, 0, 0, 1e-20, 1e20, -1, 1));
  using gradient = gpu.zeros("gradient", 32);
  using adam = new Adam(gpu, parameters, gradient, { weightDecay: 1e-4 });
  for (let step = 0; step < 100; step++) adam.record();
  const actual = await gpu.readFloats(parameters);
  assert.deepEqual([...actual.subarray(0, 4)], [0, 0, 0, 0]);
  assert.ok(actual.every(Number.isFinite), String(actual));
});

Deno.test("Adam starts again with moments of zero, and takes steps as long as it is told", async () => {
  using gpu = await openGpu();
  using parameters = gpu.upload("parameters", Float32Array.of(1, -2, 0, 3));
  using gradient = gpu.upload("gradient", Float32Array.of(0.5, -4, 0, 2));
  using adam = new Adam(gpu, parameters, gradient, { learningRate: 0.1 });
  adam.record();
  gpu.write(gradient, Float32Array.of(7, 7, 7, 7));
  adam.record();
  adam.restart();
  assert.equal(adam.steps, 0);
  assert.deepEqual(await gpu.readFloats(adam.firstMoment), new Float32Array(4));
  assert.deepEqual(await gpu.readFloats(adam.secondMoment), new Float32Array(4));
  adam.learningRate = 0.25;
  gpu.write(parameters, Float32Array.of(1, 1, 1, 1));
  gpu.write(gradient, Float32Array.of(-3, 0, 2, 5));
  adam.record();
  // As every first step: the learning rate against the sign of the gradient.
  assertClose(await gpu.readFloats(parameters), [1.25, 1, 0.75, 0.75], 1e-6, 1, "first step again");
});

Deno.test("Adam refuses a gradient of another length", async () => {
  using gpu = await openGpu();
  using parameters = gpu.zeros("parameters", 32);
  using gradient = gpu.zeros("gradient", 16);
  using odd = gpu.zeros("odd", 20);
  assert.throws(() => new Adam(gpu, parameters, gradient), ArgumentError);
  assert.throws(() => new Adam(gpu, odd, odd), /multiple of 16/);
});
