import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { cmlDefaults, createCml } from "../../src/models/cml.ts";
import { assertClose } from "../oracle/close.ts";
import { scoresOf, testModelContract, twoTastes } from "./model_contract.ts";
import { trainTwin } from "./training_twin.ts";

testModelContract(
  "ML",
  (gpu, training) => createCml(gpu, training, { dim: 6, batch: 32, learningRate: 0.02 }),
);

Deno.test("createCml() trains as its float64 twin does", async () => {
  using gpu = await openGpu();
  const training = twoTastes(9, 13);
  const settings = { ...cmlDefaults, dim: 5, batch: 7, learningRate: 0.01, initialDeviation: 0.5, seed: 3 };
  using model = createCml(gpu, training, settings);
  const twin = trainTwin(training, "hinge", settings, 3);
  for (let epoch = 0; epoch < 3; epoch++) {
    model.recordEpoch(epoch);
    assertClose([await model.epochLoss()], [twin.losses[epoch]!], 1e-5, 1, `loss of epoch ${epoch}`);
  }
  assertClose((await model.checkpoint()).table!, twin.table, 1e-4, 1, "table");
});

Deno.test("createCml() scores by the negative squared distance, with all rows in the unit ball", async () => {
  using gpu = await openGpu();
  using model = createCml(gpu, twoTastes(6, 9), { dim: 3, initialDeviation: 2, batch: 5, learningRate: 0.3 });
  for (let epoch = 0; epoch < 3; epoch++) {
    const scores = await scoresOf(gpu, model);
    const table = (await model.checkpoint()).table!;
    const rows = Array.from({ length: 15 }, (_, row) => [...table.subarray(3 * row, 3 * row + 3)]);
    for (const row of rows) assert.ok(Math.hypot(...row) <= 1 + 1e-6);
    scores.forEach((line, user) =>
      assertClose(
        line,
        line.map((_, item) => -(Math.hypot(...rows[user]!.map((p, d) => p - rows[6 + item]![d]!)) ** 2)),
        1e-6,
        4,
        `scores of user ${user} in epoch ${epoch}`,
      )
    );
    model.recordEpoch(epoch);
  }
});

Deno.test("createCml() refuses a negative margin and shows every setting", async () => {
  using gpu = await openGpu();
  assert.throws(
    () => createCml(gpu, twoTastes(2, 5), { margin: -1 }),
    (error) => error instanceof ArgumentError && error.argument === "margin",
  );
  using model = createCml(gpu, twoTastes(2, 5), { margin: 0.5 });
  assert.deepEqual(model.hyperparameters, { ...cmlDefaults, margin: 0.5 });
});
