import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { initialRows } from "../../src/models/embedding_table.ts";
import { createLightGcn, lightGcnDefaults, type LightGcnOptions } from "../../src/models/lightgcn.ts";
import type { TrainingSet } from "../../src/models/model.ts";
import { permutation, stream, threefry } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { type GraphShape, randomInteractions } from "../kernels/random_graph.ts";
import { AdamTwin } from "../oracle/adam.ts";
import { assertClose } from "../oracle/close.ts";
import { lightGcn, type LightGcnCase, normalizedAdjacency, propagated } from "../oracle/light_gcn.ts";
import { triples } from "../oracle/negatives.ts";
import { scoresOf, testModelContract, twoTastes } from "./model_contract.ts";

testModelContract(
  "GNN",
  (gpu, training) => createLightGcn(gpu, training, { dim: 6, batch: 64, learningRate: 0.02 }),
);

/** Trains in float64 with dense matrices and the same random numbers. */
function trainTwin(training: TrainingSet, settings: Required<LightGcnOptions>, epochs: number) {
  const { batch, seed, learningRate } = settings;
  const rows = training.users + training.items;
  const operator = normalizedAdjacency(training.interactions, training.items);
  const adam = new AdamTwin(initialRows({ ...settings, rows }), {
    learningRate,
    weightDecay: 0,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  const count = training.interactions.items.length;
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, seed, stream.shuffle, epoch);
    const drawn = triples({ ...training, order, seed, epoch });
    let sum = 0;
    for (let first = 0; first < count; first += batch) {
      const part = drawn.subarray(3 * first, 3 * (first + batch));
      const step = lightGcn({ ...settings, operator, triples: part, table: adam.values });
      for (const loss of step.losses) sum += loss;
      adam.step(step.gradient);
    }
    losses.push(sum / count);
  }
  return {
    table: adam.values,
    losses,
    final: propagated(operator, adam.values, settings.dim, settings.layers),
  };
}

const graphs: fc.Arbitrary<GraphShape> = fc.record({
  users: fc.integer({ min: 1, max: 6 }),
  items: fc.integer({ min: 2, max: 7 }),
  percent: fc.constantFrom(10, 40),
  hubs: fc.constant(true),
  seed: fc.nat(),
});

Deno.test("the twin's gradient is that of its mean loss, by finite differences", () => {
  fc.assert(
    fc.property(
      graphs,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (shape, layers, count) => {
        const { users, items, seed } = shape;
        const dim = 3;
        const rows = users + items;
        // any three rows do, also equal ones; where the negative is the positive, the twin passes no gradient of BPR
        const rowsOf = Uint32Array.from({ length: 3 * count }, (_, n) => threefry(seed, 8, n, 0)[0] % rows);
        for (let n = 0; n < count; n++) {
          if (rowsOf[3 * n + 1] === rowsOf[3 * n + 2]) rowsOf[3 * n + 2] = (rowsOf[3 * n + 2]! + 1) % rows;
        }
        const table = Float64Array.from(initialRows({ rows, dim, initialDeviation: 1, seed }));
        const operator = normalizedAdjacency(randomInteractions(shape), items);
        const step: LightGcnCase = { operator, triples: rowsOf, table, dim, layers, regularization: 0.3 };
        const { gradient } = lightGcn(step);
        const meanAt = (place: number, shift: number) => {
          const moved = table.map((x, n) => n === place ? x + shift : x);
          return lightGcn({ ...step, table: moved }).losses.reduce((sum, x) => sum + x, 0) / count;
        };
        const width = 1e-5;
        for (let place = 0; place < table.length; place++) {
          const slope = (meanAt(place, width) - meanAt(place, -width)) / (2 * width);
          assert.ok(Math.abs(slope - gradient[place]!) < 1e-8, `${place}: ${gradient[place]}, not ${slope}`);
        }
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("createLightGcn() trains as its float64 twin does", async () => {
  using gpu = await openGpu();
  const lonely = { users: 4, items: 6, interactions: ragged([[0, 1, 4], [], [1, 2], [4]]) };
  const cases: [TrainingSet, LightGcnOptions][] = [
    [twoTastes(9, 13), { layers: 3, dim: 5, batch: 7 }],
    [twoTastes(9, 13), { layers: 2, dim: 64, batch: 32, regularization: 0.1 }],
    [lonely, { layers: 1, dim: 1, batch: 4 }],
    [lonely, { layers: 4, dim: 6, batch: 1, regularization: 0 }],
  ];
  for (const [training, options] of cases) {
    const settings = { ...lightGcnDefaults, learningRate: 0.01, initialDeviation: 0.5, seed: 3, ...options };
    using model = createLightGcn(gpu, training, settings);
    const twin = trainTwin(training, settings, 4);
    for (let epoch = 0; epoch < 4; epoch++) {
      model.recordEpoch(epoch);
      assertClose([await model.epochLoss()], [twin.losses[epoch]!], 1e-5, 1, `loss of epoch ${epoch}`);
    }
    assertClose((await model.checkpoint()).table!, twin.table, 1e-4, 1, "table");
    const { users, items, dim } = model.factors();
    const final = await gpu.readFloats(users.array);
    assert.equal(items.array, users.array);
    assert.deepEqual([users.row, users.count, items.row, items.count], [
      0,
      training.users,
      training.users,
      training.items,
    ]);
    const length = (training.users + training.items) * strideOf(dim);
    assertClose(unpadRows(final.subarray(0, length), dim), twin.final, 1e-4, 1, "final embeddings");
  }
});

Deno.test("factors() of LightGcn follow an epoch, load() and restore()", async () => {
  using gpu = await openGpu();
  using model = createLightGcn(gpu, twoTastes(6, 9), { dim: 3, learningRate: 0.1 });
  const start = await model.checkpoint();
  const before = await scoresOf(gpu, model);
  assert.deepEqual(await scoresOf(gpu, model), before);
  model.recordEpoch(0);
  const after = await scoresOf(gpu, model);
  assert.notDeepEqual(after, before);
  const { table } = await model.parameters();
  model.restore(start);
  assert.deepEqual(await scoresOf(gpu, model), before);
  model.load({ table: table! });
  assert.deepEqual(await scoresOf(gpu, model), after);
});

Deno.test("createLightGcn() shows every setting and names the one that is unusable", async () => {
  using gpu = await openGpu();
  using model = createLightGcn(gpu, twoTastes(3, 5), { dim: 7 });
  assert.deepEqual(model.hyperparameters, { ...lightGcnDefaults, dim: 7 });
  const wrong = [{ layers: 0 }, { layers: 1.5 }, { regularization: -1 }, { weightDecay: 0 }, { batch: 0 }];
  for (const options of wrong) {
    const name = Object.keys(options)[0]!;
    assert.throws(
      () => createLightGcn(gpu, twoTastes(3, 5), options as object),
      (error) => error instanceof ArgumentError && error.argument === name,
      name,
    );
  }
  assert.throws(
    () => createLightGcn(gpu, { users: 1, items: 2, interactions: ragged([[]]) }),
    /at least one training/,
  );
});
