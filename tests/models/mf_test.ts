import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createMf, mfDefaults } from "../../src/models/mf.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { testModelContract, twoTastes } from "./model_contract.ts";
import { trainTwin } from "./training_twin.ts";

testModelContract(
  "MF",
  (gpu, training) =>
    createMf(gpu, training, { dim: 6, batch: 32, learningRate: 0.02, initialDeviation: 0.1 }),
);

Deno.test("createMf() trains as its float64 twin does, for sum and mean", async () => {
  using gpu = await openGpu();
  const training = twoTastes(9, 13);
  for (const reduction of ["sum", "mean"] as const) {
    const settings = {
      ...mfDefaults,
      dim: 5,
      batch: 7,
      learningRate: 0.01,
      initialDeviation: 0.5,
      seed: 3,
      reduction,
    };
    using model = createMf(gpu, training, settings);
    const twin = trainTwin(training, "bpr", settings, 4);
    for (let epoch = 0; epoch < 4; epoch++) {
      assert.deepEqual(model.recordEpoch(epoch), {
        steps: Math.ceil(training.interactions.items.length / 7),
      });
      assertClose([await model.epochLoss()], [twin.losses[epoch]!], 1e-5, 1, `loss of epoch ${epoch}`);
    }
    assertClose((await model.checkpoint()).table!, twin.table, 1e-4, 1, "table");
  }
});

Deno.test("createMf() shows every setting, and its factors are the rows of users and items", async () => {
  using gpu = await openGpu();
  using model = createMf(gpu, twoTastes(3, 5), { dim: 7 });
  assert.deepEqual(model.hyperparameters, { ...mfDefaults, dim: 7 });
  const { users, items, dim } = model.factors();
  assert.deepEqual([users.row, users.count, items.row, items.count, dim], [0, 3, 3, 5, 7]);
});

Deno.test("createMf() names the setting that is unusable", async () => {
  using gpu = await openGpu();
  const training = twoTastes(3, 5);
  const wrong = [
    { dim: 0 },
    { dim: 2.5 },
    { learningRate: 0 },
    { learningRate: NaN },
    { weightDecay: -1 },
    { batch: 0 },
    { reduction: "none" },
    { initialDeviation: Infinity },
    { seed: -1 },
    { seed: 2 ** 32 },
    { margin: 1 },
  ];
  for (const options of wrong) {
    const name = Object.keys(options)[0]!;
    assert.throws(
      () => createMf(gpu, training, options as object),
      (error) => error instanceof ArgumentError && error.argument === name,
      name,
    );
  }
  assert.throws(
    () => createMf(gpu, { users: 2, items: 2, interactions: ragged([[0]]) }),
    /one for each of 2 users/,
  );
  assert.throws(
    () => createMf(gpu, { users: 1, items: 2, interactions: ragged([[]]) }),
    /at least one training/,
  );
});
