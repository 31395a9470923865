import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import {
  type Activation,
  type DenseShape,
  recordDense,
  recordDenseGradient,
} from "../../src/kernels/dense.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { dense, denseGradient } from "../oracle/dense.ts";

function numbers(count: number, seed: number, purpose: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, n) => normal(seed, purpose, n, 0));
}

function layerOf(shape: DenseShape, seed: number) {
  const { rows, inputs, outputs } = shape;
  return {
    ...shape,
    input: numbers(rows * inputs, seed, 1),
    weights: numbers(inputs * outputs, seed, 2),
    bias: numbers(outputs, seed, 3),
    outputGradient: numbers(rows * outputs, seed, 4),
  };
}

/** Forward and backward on the device; gradients start from 1 to show that they are added to. */
async function run(gpu: Gpu, layer: ReturnType<typeof layerOf>) {
  const { rows, inputs, outputs, activation } = layer;
  // garbage behind the end must not matter: pooled buffers are longer than asked
  {
    using _garbage = gpu.upload("garbage", new Float32Array(4096).fill(NaN));
  }
  using input = gpu.upload("input", padRows("input", layer.input, inputs));
  using weights = gpu.upload("weights", padRows("weights", layer.weights, outputs));
  using bias = gpu.upload("bias", padRows("bias", layer.bias, outputs));
  using output = gpu.array("output", 4 * rows * strideOf(outputs));
  using outputGradient = gpu.upload("slope", padRows("slope", layer.outputGradient, outputs));
  using inputGradient = gpu.array("input gradient", 4 * rows * strideOf(inputs));
  const ones = padRows("ones", new Float32Array(inputs * outputs).fill(1), outputs);
  using weightGradient = gpu.upload("weight gradient", ones);
  using biasGradient = gpu.upload("bias gradient", ones.slice(0, strideOf(outputs)));
  const shape = { rows, inputs, outputs, activation };
  recordDense(gpu, { ...shape, input, weights, bias, output });
  recordDenseGradient(gpu, {
    ...shape,
    input,
    weights,
    output,
    outputGradient,
    inputGradient,
    weightGradient,
    biasGradient,
  });
  const padded = (await gpu.read(output, inputGradient, weightGradient, biasGradient))
    .map((buffer) => new Float32Array(buffer));
  const dims = [outputs, inputs, outputs, outputs];
  padded.forEach((values, n) => {
    values.forEach((value, at) => {
      if (at % strideOf(dims[n]!) >= dims[n]!) assert.equal(value, 0, `padding of result ${n}`);
    });
  });
  const [values, ofInput, ofWeights, ofBias] = padded.map((array, n) => unpadRows(array, dims[n]!));
  return { output: values!, input: ofInput!, weights: ofWeights!, bias: ofBias! };
}

const size = fc.oneof(
  fc.constantFrom(1, 2, 3, 4, 5, 8, 16, 17, 32, 33, 64, 65),
  fc.integer({ min: 1, max: 100 }),
);
const shapes: fc.Arbitrary<DenseShape> = fc.record({
  rows: fc.oneof(fc.constantFrom(1, 63, 64, 65, 128, 129, 256, 257, 300), fc.integer({ min: 1, max: 300 })),
  inputs: size,
  outputs: size,
  activation: fc.constantFrom<Activation>("none", "relu", "tanh"),
});

Deno.test("a dense layer and its gradients match the twin on random shapes", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), async (shape, seed) => {
      const layer = layerOf(shape, seed);
      const twin = dense(layer);
      const actual = await run(gpu, layer);
      const { rows, inputs, outputs, activation } = shape;
      assertClose(actual.output, twin.output, 2e-6, 1 + Math.sqrt(inputs), "output");
      // at the corner of relu rounding decides which side a sum is on
      if (activation === "relu" && twin.sums.some((sum) => Math.abs(sum) < 1e-5 * Math.sqrt(inputs))) return;
      const gradient = denseGradient(layer, layer.outputGradient);
      // rounding of the sums moves the slope of tanh
      const moved = activation === "tanh" ? 1 + Math.sqrt(inputs) : 1;
      assertClose(actual.input, gradient.input, 2e-6, moved * (1 + 2 * Math.sqrt(outputs)), "input gradient");
      const added = moved * (1 + 2 * Math.sqrt(rows));
      assertClose(actual.weights, gradient.weights.map((g) => g + 1), 2e-6, added, "weight gradient");
      assertClose(actual.bias, gradient.bias.map((g) => g + 1), 2e-6, added, "bias gradient");
    }),
    { numRuns: 60 },
  );
});

Deno.test("the twin's gradients are the slopes of its loss", () => {
  for (const activation of ["none", "relu", "tanh"] as const) {
    const layer = layerOf({ rows: 3, inputs: 4, outputs: 5, activation }, 11);
    const loss = (input: ArrayLike<number>, weights: ArrayLike<number>, bias: ArrayLike<number>) =>
      dense({ ...layer, input, weights, bias }).output
        .reduce((sum, value, n) => sum + value * layer.outputGradient[n]!, 0);
    const gradient = denseGradient(layer, layer.outputGradient);
    const parts = [layer.input, layer.weights, layer.bias].map((part) => Float64Array.from(part));
    [gradient.input, gradient.weights, gradient.bias].forEach((slopes, part) => {
      slopes.forEach((slope, n) => {
        const moved = (by: number) => {
          const values = parts.map((values) => values.slice());
          values[part]![n]! += by;
          return loss(values[0]!, values[1]!, values[2]!);
        };
        const measured = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assertClose([slope], [measured], 1e-7, 1, `${activation}, part ${part}, entry ${n}`);
      });
    });
  }
});

Deno.test("a dense layer takes thousands of inputs, outputs and rows", async () => {
  using gpu = await openGpu();
  for (
    const shape of [
      { rows: 3, inputs: 5001, outputs: 2, activation: "none" },
      { rows: 2, inputs: 3, outputs: 5003, activation: "tanh" },
      { rows: 9001, inputs: 2, outputs: 3, activation: "none" },
    ] as const
  ) {
    const layer = layerOf(shape, 5);
    const actual = await run(gpu, layer);
    const gradient = denseGradient(layer, layer.outputGradient);
    assertClose(actual.output, dense(layer).output, 4e-6, Math.sqrt(shape.inputs), "output");
    assertClose(actual.input, gradient.input, 4e-6, 2 * Math.sqrt(shape.outputs), "input gradient");
    assertClose(
      actual.weights,
      gradient.weights.map((g) => g + 1),
      4e-6,
      2 * Math.sqrt(shape.rows),
      "weights",
    );
    assertClose(actual.bias, gradient.bias.map((g) => g + 1), 4e-6, 2 * Math.sqrt(shape.rows), "bias");
  }
});

Deno.test("tanh stays finite for sums of any size, and its slope is then 0", async () => {
  using gpu = await openGpu();
  const actual = await run(gpu, {
    ...layerOf({ rows: 4, inputs: 1, outputs: 1, activation: "tanh" }, 1),
    input: Float32Array.of(1e20, -1e20, 60, -100),
    weights: Float32Array.of(1),
    bias: Float32Array.of(0),
  });
  assert.deepEqual([...actual.output], [1, -1, 1, -1]);
  assert.deepEqual([...actual.input].map((value) => value + 0), [0, 0, 0, 0]);
});

Deno.test("the same layer gives the same bits, and its memory back", async () => {
  using gpu = await openGpu();
  const layer = layerOf({ rows: 700, inputs: 40, outputs: 31, activation: "tanh" }, 2);
  assert.deepEqual(await run(gpu, layer), await run(gpu, layer));
  assert.equal(gpu.memory.inUse, 0);
});

Deno.test("recordDense() and recordDenseGradient() say which size is unusable", async () => {
  using gpu = await openGpu();
  using array = gpu.zeros("any", 256);
  const arrays = {
    input: array,
    weights: array,
    bias: array,
    output: array,
    outputGradient: array,
    weightGradient: array,
    biasGradient: array,
  };
  const good = { rows: 1, inputs: 1, outputs: 1, activation: "none" } as const;
  for (const wrong of [{ rows: 0 }, { inputs: 0 }, { outputs: 1.5 }, { inputs: 240_001 }]) {
    const named = (error: unknown) =>
      error instanceof ArgumentError && error.argument === Object.keys(wrong)[0];
    assert.throws(() => recordDense(gpu, { ...good, ...arrays, ...wrong }), named);
    assert.throws(() => recordDenseGradient(gpu, { ...good, ...arrays, ...wrong }), named);
  }
});

Deno.test("a dense layer has the same bits with the register tile of the other kind of adapter", async () => {
  using gpu = await openGpu();
  const kind = gpu.adapter.kind === "software" ? "hardware" : "software";
  using other = await openGpu();
  Object.assign(other, { adapter: { ...other.adapter, kind } });
  for (const [rows, inputs, outputs] of [[1, 1, 1], [130, 9, 3], [67, 4, 13], [300, 37, 21]] as const) {
    const layer = layerOf({ rows, inputs, outputs, activation: "tanh" }, rows);
    assert.deepEqual(await run(other, layer), await run(gpu, layer));
  }
});
