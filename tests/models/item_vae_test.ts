import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createItemVae, itemVaeDefaults } from "../../src/models/item_vae.ts";
import { ragged } from "../../src/ragged.ts";
import { testModelContract, twoTastes } from "./model_contract.ts";

testModelContract(
  "I-AE",
  (gpu, training) =>
    createItemVae(gpu, training, { dim: 5, hidden: 9, batch: 16, learningRate: 0.02, annealingSteps: 20 }),
  // The entropy of a user's or item's own list is the least that the loss can come to.
  { lossFallsTo: 0.85 },
);

Deno.test("createItemVae() shows every setting, and its factors are codes and decoder rows", async () => {
  using gpu = await openGpu();
  using model = createItemVae(gpu, twoTastes(3, 5), { dim: 7 });
  assert.deepEqual(model.hyperparameters, { ...itemVaeDefaults, dim: 7 });
  const { users, items, dim } = model.factors();
  assert.deepEqual([users.row, users.count, items.row, items.count, dim], [0, 3, 0, 5, 8]);
});

Deno.test("createItemVae() refuses lists out of order or out of range", async () => {
  using gpu = await openGpu();
  for (const rows of [[[1, 0]], [[0, 0]], [[2]]]) {
    const training = { users: 1, items: 2, interactions: ragged(rows) };
    assert.throws(
      () => createItemVae(gpu, training),
      (error) => error instanceof ArgumentError && error.argument === "interactions",
    );
  }
  assert.throws(
    () => createItemVae(gpu, { users: 1, items: 2, interactions: ragged([[]]) }),
    /at least one training/,
  );
});
