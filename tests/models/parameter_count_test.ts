import assert from "node:assert/strict";
import { openGpu } from "../../src/gpu/gpu.ts";
import { parameterCount } from "../../src/models/parameter_count.ts";
import { createModel, modelFactories } from "../../src/models/registry.ts";
import { twoTastes } from "./model_contract.ts";

const settings: Readonly<Record<string, readonly object[]>> = {
  MF: [{}, { dim: 5 }],
  ML: [{ dim: 3 }],
  GNN: [{ dim: 6 }],
  DL: [{}, { dim: 5, towerDim: 3, tower: "7,4" }, { dim: 4, towerDim: 2, tower: "" }],
  AE: [{}, { dim: 3, hidden: 5 }],
  "I-AE": [{}, { dim: 7, hidden: 2 }],
};

Deno.test("parameterCount() counts the numbers that each kind of model reads back", async () => {
  using gpu = await openGpu();
  const training = twoTastes(8, 11);
  assert.deepEqual(Object.keys(settings).sort(), Object.keys(modelFactories).sort());
  for (const [kind, choices] of Object.entries(settings)) {
    for (const choice of choices) {
      using model = createModel(gpu, kind, training, choice);
      const parameters = Object.values(await model.parameters());
      const count = parameters.reduce((sum, values) => sum + values.length, 0);
      assert.equal(parameterCount(kind, training, model.hyperparameters), count, kind);
    }
  }
});

Deno.test("parameterCount() does not guess at other kinds and missing settings", () => {
  const sizes = { users: 2, items: 3 };
  assert.equal(parameterCount("BERT", sizes, { dim: 4 }), undefined);
  assert.equal(parameterCount("toString", sizes, { dim: 4 }), undefined);
  assert.equal(parameterCount("MF", sizes, {}), undefined);
  assert.equal(parameterCount("DL", sizes, { dim: 4, towerDim: 4, tower: "x" }), undefined);
});
