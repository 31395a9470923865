import assert from "node:assert/strict";
import fc from "fast-check";
import { transpose } from "../../src/data/csr.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { unpadRows } from "../../src/kernels/embedding.ts";
import type { AutoencoderSettings } from "../../src/models/autoencoder_settings.ts";
import { createItemVae } from "../../src/models/item_vae.ts";
import { createVae } from "../../src/models/vae.ts";
import { normal, permutation, uniform } from "../../src/random.ts";
import { type Ragged, ragged, rowCount } from "../../src/ragged.ts";
import { autoencoder, type AutoencoderCase } from "../oracle/autoencoder.ts";
import { assertClose } from "../oracle/close.ts";
import { trainAutoencoderTwin } from "./autoencoder_twin.ts";

function example(divergenceWeight: number): AutoencoderCase {
  const [vocabulary, hidden, dim] = [5, 3, 2];
  const numbers = (purpose: number, length: number) =>
    Float64Array.from({ length }, (_, n) => 0.7 * normal(1, purpose, n, 0));
  return {
    vocabulary,
    hidden,
    dim,
    parameters: {
      input: numbers(1, (vocabulary + 1) * hidden),
      encoder: numbers(2, hidden * 2 * dim),
      encoderBias: numbers(3, 2 * dim),
      output: numbers(4, vocabulary * (dim + 1)),
    },
    lists: [[0, 3], [], [1, 2, 3, 4, 0], [2]],
    weights: [[0.7, 0], [], [0.1, 0.2, 0.3, 0.4, 0.5], [2]],
    noise: [[1, -1], [0.5, 2], [0, 0.3], [-0.2, 0.9]],
    divergenceWeight,
  };
}

Deno.test("the autoencoder's twin has the gradient that finite differences have", () => {
  for (const divergenceWeight of [0, 0.2, 3]) {
    const shape = example(divergenceWeight);
    const mean = () => {
      const { losses } = autoencoder(shape);
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    };
    const { gradient } = autoencoder(shape);
    for (const name of ["input", "encoder", "encoderBias", "output"] as const) {
      const values = shape.parameters[name];
      values.forEach((value, n) => {
        values[n] = value + 1e-5;
        const above = mean();
        values[n] = value - 1e-5;
        const below = mean();
        values[n] = value;
        const slope = (above - below) / 2e-5;
        assert.ok(
          Math.abs(slope - gradient[name][n]!) < 1e-8,
          `${name} ${n}: ${slope}, ${gradient[name][n]}`,
        );
      });
    }
  }
});

Deno.test("the autoencoder's twin gives the entropy of a uniform softmax where nothing was learned", () => {
  const shape = example(1);
  for (const values of Object.values(shape.parameters)) values.fill(0);
  assert.deepEqual(
    [...autoencoder(shape).losses].map((loss) => loss.toFixed(12)),
    shape.lists.map(({ length }) => (length * Math.log(5)).toFixed(12)),
  );
});

/** Random lists; empty ones, full ones, and vocabulary that no list holds are among them. */
function randomSets(seed: number, rows: number, vocabulary: number): Ragged {
  const lists = Array.from({ length: rows }, (_, row) => {
    const length = Math.round(vocabulary * Math.min(1, Math.max(0, 1.5 * uniform(seed, 90, row, 0) - 0.25)));
    return [...permutation(vocabulary, seed, 91, row).subarray(0, length)].sort((a, b) => a - b);
  });
  if (lists.every((list) => list.length === 0)) lists[rows - 1] = [vocabulary - 1];
  return ragged(lists);
}

/** The same model on the device and in float64, after some epochs. */
async function bothTrained(gpu: Gpu, lists: Ragged, vocabulary: number, shape: Shape, epochs: number) {
  const { byItem, ...settings } = shape;
  const rows = rowCount(lists);
  const training = byItem
    ? { users: vocabulary, items: rows, interactions: transpose(lists, vocabulary) }
    : { users: rows, items: vocabulary, interactions: lists };
  using model = byItem ? createItemVae(gpu, training, settings) : createVae(gpu, training, settings);
  const losses = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    model.recordEpoch(epoch);
    losses.push(await model.epochLoss());
  }
  const factors = model.factors();
  const codes = unpadRows(
    await gpu.readFloats((byItem ? factors.items : factors.users).array),
    factors.dim,
  );
  const twin = trainAutoencoderTwin(lists, vocabulary, settings, epochs);
  return { losses, codes, checkpoint: await model.checkpoint(), twin };
}

type Shape = AutoencoderSettings & { byItem: boolean };

const tables = [
  ["input", "input"],
  ["encoder.weights", "encoder"],
  ["encoder.bias", "encoderBias"],
  ["output", "output"],
] as const;

Deno.test("both autoencoders have the losses and gradients of their float64 twin, on random shapes", async () => {
  using gpu = await openGpu();
  const shapes = fc.record({
    // few different ones, because each compiles kernels of its own
    dim: fc.constantFrom(1, 3, 7),
    hidden: fc.constantFrom(1, 5, 8),
    dropout: fc.constantFrom(0, 0.5, 0.9),
    divergenceWeight: fc.constantFrom(0, 0.2, 1),
    annealingSteps: fc.constantFrom(0, 3),
    weightDecay: fc.constantFrom(0, 0.01),
    seed: fc.nat(),
    byItem: fc.boolean(),
    learningRate: fc.constant(0.01),
    batch: fc.constant(100),
  });
  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 20 }),
    vocabulary: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 40 })),
  });
  await fc.assert(
    fc.asyncProperty(shapes, sizes, async (shape, { rows, vocabulary }) => {
      const lists = randomSets(shape.seed, rows, vocabulary);
      const { losses, checkpoint, twin } = await bothTrained(gpu, lists, vocabulary, shape, 1);
      assertClose(losses, twin.losses, 1e-5, 1, "loss");
      for (const [name, part] of tables) {
        // After one step, the mean gradient is a tenth of the gradient.
        assertClose(checkpoint[`${name}.firstMoment`]!, twin.firstMoments[part], 1e-5, 0.2, name);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("both autoencoders train as their float64 twin does, for several epochs of several batches", async () => {
  using gpu = await openGpu();
  const settings = { dim: 3, hidden: 5, weightDecay: 0, learningRate: 0.01, annealingSteps: 9 };
  for (
    const [seed, batch, dropout, byItem] of [[1, 4, 0.5, false], [2, 7, 0.2, true], [3, 1, 0, true]] as const
  ) {
    const shape = { ...settings, divergenceWeight: 0.2, seed, batch, dropout, byItem };
    const { losses, codes, checkpoint, twin } = await bothTrained(
      gpu,
      randomSets(seed, 15, 22),
      22,
      shape,
      4,
    );
    assertClose(losses, twin.losses, 1e-4, 1, "losses");
    for (const [name, part] of tables) {
      assertClose(checkpoint[`${name}.table`]!, twin.parameters[part], 2e-4, 1, name);
    }
    assertClose(codes, twin.codes.flatMap((code) => [...code, 1]), 5e-4, 1, "codes");
  }
});
