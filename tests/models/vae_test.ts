import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createVae, vaeDefaults } from "../../src/models/vae.ts";
import { ragged } from "../../src/ragged.ts";
import { testModelContract, twoTastes } from "./model_contract.ts";

testModelContract(
  "AE",
  (gpu, training) =>
    createVae(gpu, training, { dim: 5, hidden: 9, batch: 16, learningRate: 0.02, annealingSteps: 20 }),
  // The entropy of a user's or item's own list is the least that the loss can come to.
  { lossFallsTo: 0.85 },
);

Deno.test("createVae() shows every setting, and its factors are codes and decoder rows", async () => {
  using gpu = await openGpu();
  using model = createVae(gpu, twoTastes(3, 5), { dim: 7 });
  assert.deepEqual(model.hyperparameters, { ...vaeDefaults, dim: 7 });
  const { users, items, dim } = model.factors();
  assert.deepEqual([users.row, users.count, items.row, items.count, dim], [0, 3, 0, 5, 8]);
});

Deno.test("createVae() scores users without training items, and does not train on them", async () => {
  using gpu = await openGpu();
  const training = { users: 3, items: 4, interactions: ragged([[], [1, 2], []]) };
  using model = createVae(gpu, training, { dim: 2, hidden: 3, batch: 1 });
  assert.deepEqual(model.recordEpoch(0), { steps: 1 });
  const { users } = model.factors();
  const rows = await gpu.readFloats(users.array);
  assert.deepEqual(rows.subarray(0, 4), rows.subarray(8, 12));
  assert.notDeepEqual(rows.subarray(0, 4), rows.subarray(4, 8));
});

Deno.test("factors() do not depend on what was dropped, nor on how lists are batched", async () => {
  using gpu = await openGpu();
  const training = twoTastes(20, 11);
  const codesOf = async (batch: number, epochs: number) => {
    using model = createVae(gpu, training, { dim: 2, hidden: 3, batch, learningRate: 1e-30 });
    for (let epoch = 0; epoch < epochs; epoch++) model.recordEpoch(epoch);
    return await gpu.readFloats(model.factors().users.array);
  };
  assert.deepEqual(await codesOf(3, 0), await codesOf(20, 0));
  assert.deepEqual(await codesOf(3, 0), await codesOf(3, 2));
});

Deno.test("createVae() names the setting that is unusable", async () => {
  using gpu = await openGpu();
  const training = twoTastes(3, 5);
  const wrong = [
    { dim: 0 },
    { dim: 128 },
    { hidden: 0 },
    { learningRate: 0 },
    { weightDecay: -1 },
    { batch: 0 },
    { batch: gpu.adapter.kind === "software" ? 30_001 : 60_001 },
    { dropout: 1 },
    { dropout: -0.1 },
    { divergenceWeight: -1 },
    { annealingSteps: 0.5 },
    { seed: -1 },
    { margin: 1 },
  ];
  for (const options of wrong) {
    const name = Object.keys(options)[0]!;
    assert.throws(
      () => createVae(gpu, training, options as object),
      (error) => error instanceof ArgumentError && error.argument === name,
      name,
    );
  }
  assert.throws(() => createVae(gpu, { ...training, users: 2 }), /one for each of 2 users/);
  assert.throws(
    () => createVae(gpu, { users: 1, items: 2, interactions: ragged([[]]) }),
    /at least one training/,
  );
  const long = ragged([Array.from({ length: 20_001 }, (_, n) => n)]);
  assert.throws(
    () => createVae(gpu, { users: 1, items: 20_001, interactions: long }),
    /list 0 has 20001 entries/,
  );
  assert.equal(gpu.memory.inUse, 0);
});
