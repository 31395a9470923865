import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createModel, modelFactories } from "../../src/models/registry.ts";
import { twoTastes } from "./model_contract.ts";

Deno.test("createModel() makes each registered kind under its own key", async () => {
  using gpu = await openGpu();
  assert.ok(Object.keys(modelFactories).length >= 2);
  for (const kind of Object.keys(modelFactories)) {
    using model = createModel(gpu, kind, twoTastes(4, 6));
    assert.equal(model.kind, kind);
  }
});

Deno.test("createModel() names an unknown kind and setting", async () => {
  using gpu = await openGpu();
  assert.throws(
    () => createModel(gpu, "toString", twoTastes(4, 6)),
    /"toString" is no model; expected MF, ML/,
  );
  assert.throws(() => createModel(gpu, "MF", twoTastes(4, 6), { margin: 1 }), ArgumentError);
});
