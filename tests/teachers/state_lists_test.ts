import assert from "node:assert/strict";
import { RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { createModel } from "../../src/models/registry.ts";
import { fit, fitDefaults } from "../../src/teachers/fit.ts";
import { stateLists } from "../../src/teachers/state_lists.ts";
import { smallWorld } from "./small_world.ts";

Deno.test("stateLists() gives in blocks of users what it gives in one", async () => {
  const split = smallWorld();
  using gpu = await openGpu();
  const training = { users: split.users, items: split.items, interactions: split.train };
  for (const [kind, settings] of [["MF", { dim: 4 }], ["DL", { dim: 4, towerDim: 4, tower: "4" }]] as const) {
    using model = createModel(gpu, kind, training, settings);
    using whole = new RankingEvaluation(gpu, split);
    const options = { ...fitDefaults, epochs: 3, every: 1 };
    const run = { gpu, model, split, fit: await fit(gpu, model, whole, options, kind) };
    const expected = await stateLists({ ...run, evaluation: whole }, 2, 20);
    assert.equal(expected.items.length, 20 * split.users);
    for (const placesAtOnce of [1, 333]) {
      using evaluation = new RankingEvaluation(gpu, split, { placesAtOnce });
      assert.deepEqual(await stateLists({ ...run, evaluation }, 2, 20), expected, `${kind}, ${placesAtOnce}`);
    }
  }
});
