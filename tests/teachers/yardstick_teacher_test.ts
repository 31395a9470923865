import assert from "node:assert/strict";
import { distill } from "../../src/distill/distill.ts";
import { ArgumentError } from "../../src/errors.ts";
import { measureSplit } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { easeItemLimit } from "../../src/models/ease.ts";
import { createYardstick, yardstickKinds, yardstickLists } from "../../src/models/yardsticks.ts";
import { emptyPlace, ragged, rowOf } from "../../src/ragged.ts";
import { belongsTo, validateTrajectory } from "../../src/teachers/trajectory.ts";
import { yardstickTrajectory } from "../../src/teachers/yardstick_teacher.ts";
import { exampleSplit } from "./example_trajectory.ts";
import { smallWorld } from "./small_world.ts";

Deno.test("yardstickTrajectory() holds what the yardstick knows, important by rank", async () => {
  const split = smallWorld();
  const { users, items, train } = split;
  const length = 100;
  for (const kind of yardstickKinds) {
    const trajectory = await yardstickTrajectory(split, kind);
    validateTrajectory(trajectory, split);
    assert.ok(await belongsTo(trajectory, split));
    const yardstick = createYardstick({ users, items, interactions: train }, kind);
    assert.deepEqual(
      [trajectory.kind, trajectory.length, trajectory.states.length, trajectory.hyperparameters],
      [kind, length, 1, yardstick.hyperparameters],
    );
    const state = trajectory.states[0]!;
    const full = yardstickLists(split, kind, items);
    const cut = full.slice();
    for (let user = 0; user < users; user++) {
      const known = yardstick.rank(rowOf(train, user), new Uint32Array(items));
      cut.fill(emptyPlace, user * items + known, (user + 1) * items);
      for (let n = 0; n < length; n++) {
        const at = user * length + n;
        assert.equal(
          state.items[at],
          n < known ? full[user * items + n] : emptyPlace,
          `${kind} ${user} ${n}`,
        );
        assert.equal(state.importance[at], n < known ? Math.fround(Math.exp(-n / 10) + 1) : 0);
      }
    }
    assert.ok(trajectory.observed.every((importance) => importance === 2));
    const { valid, test } = measureSplit(split, cut, items, [10, 50]);
    assert.equal(state.metrics["recall@50"], valid.means["recall@50"], kind);
    assert.equal(state.metrics["test.recall@50"], test.means["recall@50"], kind);
  }
});

Deno.test("yardstickTrajectory() teaches nobody of whom it knows nothing", async () => {
  const split = { ...exampleSplit(), train: ragged([[0, 1], [], [0, 2, 3, 4]]) };
  for (const kind of ["ItemKNN", "EASE", "RP3beta"] as const) {
    const { items, importance } = (await yardstickTrajectory(split, kind)).states[0]!;
    // The first and the third user share item 0: each is taught what the other has beside it.
    assert.deepEqual([...items.subarray(0, 6)].sort(), [2, 3, 4, emptyPlace, emptyPlace, emptyPlace], kind);
    assert.ok(items.subarray(6, 12).every((item) => item === emptyPlace), kind);
    assert.ok(importance.subarray(6, 12).every((value) => value === 0), kind);
    assert.deepEqual([...items.subarray(12)], [1, ...new Array(5).fill(emptyPlace)], kind);
  }
  const popular = (await yardstickTrajectory(split, "TopPop")).states[0]!;
  assert.deepEqual([...popular.items.subarray(6, 12)], [0, 1, 2, 3, 4, emptyPlace]);
});

Deno.test("yardstickTrajectory() takes settings and refuses what the yardstick refuses", async () => {
  const split = smallWorld();
  const [usual, other] = [
    await yardstickTrajectory(split, "RP3beta"),
    await yardstickTrajectory(split, "RP3beta", { beta: 0 }),
  ];
  assert.equal(other.hyperparameters.beta, 0);
  assert.notDeepEqual(other.states[0]!.items, usual.states[0]!.items);
  await assert.rejects(yardstickTrajectory(split, "RP3beta", { beta: -1 }), ArgumentError);
  const wide = { ...split, items: easeItemLimit + 1 };
  await assert.rejects(yardstickTrajectory(wide, "EASE"), /at most 6000 items/);
});

Deno.test("distill() learns from a yardstick alone", async () => {
  const split = smallWorld();
  using gpu = await openGpu();
  const teacher = await yardstickTrajectory(split, "RP3beta");
  const { metrics } = await distill(gpu, split, [teacher], {
    dim: 4,
    epochs: 20,
    every: 10,
    seed: 1,
    learningRate: 0.03,
  });
  assert.ok(metrics.test.means["recall@50"]! > 0.5 * teacher.states[0]!.metrics["test.recall@50"]!);
});
