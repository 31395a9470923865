import assert from "node:assert/strict";
import { ArgumentError, DivergenceError, HetcompError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { rowOf } from "../../src/ragged.ts";
import { memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { rankingImportance } from "../../src/teachers/importance.ts";
import { trainTeacher } from "../../src/teachers/train_teacher.ts";
import { validateTrajectory } from "../../src/teachers/trajectory.ts";
import { Interrupted } from "../../src/teachers/training.ts";
import { smallWorld, stopAfter } from "./small_world.ts";

const split = smallWorld();
const options = {
  kind: "MF",
  dim: 8,
  learningRate: 0.02,
  epochs: 36,
  every: 3,
  patience: 20,
  seed: 5,
} as const;

/** Ranks of all items by float64 scores of a kept table, ties to the lower item; `left out` items rank nowhere. */
function exactOrder(table: Float32Array, user: number, leftOut: Iterable<number>): number[] {
  const dim = options.dim;
  const out = new Set(leftOut);
  const scores = Array.from({ length: split.items }, (_, item) => {
    let score = 0;
    for (let d = 0; d < dim; d++) score += table[user * dim + d]! * table[(split.users + item) * dim + d]!;
    return score;
  });
  return scores.map((_, item) => item).filter((item) => !out.has(item))
    .sort((left, right) => scores[right]! - scores[left]! || left - right);
}

Deno.test("trainTeacher() keeps four valid states whose lists and importances follow from the checkpoints", async () => {
  using gpu = await openGpu();
  const checkpoints = memoryCheckpoints();
  const trajectory = await trainTeacher(gpu, split, options, { checkpoints });
  validateTrajectory(trajectory, split);
  assert.equal(trajectory.kind, "MF");
  assert.equal(trajectory.states.length, 4);
  assert.equal(trajectory.curve.length, 12);
  const quality = trajectory.curve.map((point) => point.metrics["recall@50"]!);
  const final = trajectory.states[3]!;
  assert.equal(final.epoch, trajectory.curve[quality.indexOf(Math.max(...quality))]!.epoch);
  assert.equal(final.metrics["recall@50"], Math.max(...quality));

  const tableAt = async (epoch: number) => {
    return (await checkpoints.get(`epoch-${String(epoch).padStart(5, "0")}`))!.arrays.table as Float32Array;
  };
  const evaluated = trajectory.curve.map((point) => point.epoch);
  for (const state of trajectory.states) {
    const place = evaluated.indexOf(state.epoch);
    const window = await Promise.all(evaluated.slice(Math.max(0, place - 4), place + 1).map(tableAt));
    let different = 0;
    for (let user = 0; user < split.users; user++) {
      const orders = window.map((table) => exactOrder(table, user, rowOf(split.train, user)));
      const items = state.items.subarray(user * 100, user * 100 + 100);
      const expected = orders.at(-1)!.slice(0, 100);
      const listed = [...items].slice(0, expected.length);
      // Scores that differ by less than float32 can tell may change places.
      different += listed.filter((item, n) => item !== expected[n]).length;
      const ranks = orders.map((order) => listed.map((item) => order.indexOf(item)));
      const importance = rankingImportance([...ranks.slice(0, -1), listed.map((_, rank) => rank)]);
      importance.forEach((value, n) => {
        assert.ok(Math.abs(value - state.importance[user * 100 + n]!) < 0.02, `user ${user}, place ${n}`);
      });
    }
    assert.ok(different <= 4, `${different} places differ`);
  }
});

Deno.test("trainTeacher() ranks observed items among themselves", async () => {
  using gpu = await openGpu();
  const checkpoints = memoryCheckpoints();
  const trajectory = await trainTeacher(gpu, split, options, { checkpoints });
  const evaluated = trajectory.curve.map((point) => point.epoch);
  const place = evaluated.indexOf(trajectory.states[3]!.epoch);
  const names = evaluated.slice(Math.max(0, place - 4), place + 1).map((epoch) =>
    `epoch-${String(epoch).padStart(5, "0")}`
  );
  const window = await Promise.all(
    names.map(async (name) => (await checkpoints.get(name))!.arrays.table as Float32Array),
  );
  for (let user = 0; user < split.users; user++) {
    const observed = [...rowOf(split.train, user)];
    const others = Array.from({ length: split.items }, (_, item) => item).filter((item) =>
      !observed.includes(item)
    );
    const ranks = window.map((table) => {
      const order = exactOrder(table, user, others);
      return observed.map((item) => order.indexOf(item));
    });
    const start = split.train.offsets[user]!;
    rankingImportance(ranks).forEach((value, n) => {
      assert.ok(Math.abs(value - trajectory.observed[start + n]!) < 0.1, `user ${user}, item ${observed[n]}`);
    });
  }
});

Deno.test("trainTeacher() that was stopped continues to the same bits", async () => {
  using gpu = await openGpu();
  const undisturbed = await trainTeacher(gpu, split, options);
  const checkpoints = memoryCheckpoints();
  await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, ...stopAfter(7) }), Interrupted);
  await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, ...stopAfter(20) }), Interrupted);
  const resumed = await trainTeacher(gpu, split, options, { checkpoints });
  assert.deepEqual({ ...resumed, seconds: 0 }, { ...undisturbed, seconds: 0 });
});

Deno.test("trainTeacher() starts anew when the checkpoints are of another run", async () => {
  using gpu = await openGpu();
  const checkpoints = memoryCheckpoints();
  await assert.rejects(
    trainTeacher(gpu, split, { ...options, seed: 6 }, { checkpoints, ...stopAfter(7) }),
    Interrupted,
  );
  const epochs: number[] = [];
  await trainTeacher(gpu, split, options, { checkpoints, onEpoch: ({ epoch }) => epochs.push(epoch) });
  assert.equal(epochs[0], 1);
});

Deno.test("trainTeacher() evaluates more often when a teacher converges within the first evaluations", async () => {
  using gpu = await openGpu();
  const stages: string[] = [];
  const fast = { ...options, epochs: 16, every: 8, patience: 4 };
  const trajectory = await trainTeacher(gpu, split, fast, { onStage: (stage) => stages.push(stage) });
  assert.ok(stages.some((stage) => stage.includes("converges fast")));
  validateTrajectory(trajectory, split);
  assert.equal(trajectory.states.length, 4);
  assert.equal(trajectory.hyperparameters.every, 2);

  const patient = await trainTeacher(gpu, split, { ...fast, patience: 17 });
  assert.deepEqual(patient.states.map(({ epoch }) => epoch), trajectory.states.map(({ epoch }) => epoch));
  const checkpoints = memoryCheckpoints();
  const controller = new AbortController();
  const stopped = trainTeacher(gpu, split, fast, {
    checkpoints,
    signal: controller.signal,
    onEvaluation: ({ epoch }) => epoch === 6 && controller.abort(),
  });
  await assert.rejects(stopped, Interrupted);
  const resumed = await trainTeacher(gpu, split, fast, { checkpoints });
  assert.deepEqual({ ...resumed, seconds: 0 }, { ...trajectory, seconds: 0 });
});

Deno.test("trainTeacher() that found no four states takes more epochs in the same store", async () => {
  using gpu = await openGpu();
  const few = { ...options, epochs: 4, patience: 1 };
  const more = { ...few, epochs: 30 };
  const expected = { ...await trainTeacher(gpu, split, more), seconds: 0 };
  const checkpoints = memoryCheckpoints();
  await assert.rejects(
    trainTeacher(gpu, split, few, { checkpoints }),
    (error) =>
      error instanceof HetcompError && /before four evaluations .* train more epochs/.test(error.message),
  );
  assert.deepEqual({ ...await trainTeacher(gpu, split, more, { checkpoints }), seconds: 0 }, expected);

  // Stopped while it looks at every epoch, as a longer training need not.
  const stopped = memoryCheckpoints();
  const controller = new AbortController();
  const training = trainTeacher(gpu, split, few, {
    checkpoints: stopped,
    signal: controller.signal,
    onEvaluation: ({ epoch }) => epoch === 2 && controller.abort(),
  });
  await assert.rejects(training, Interrupted);
  assert.deepEqual(
    { ...await trainTeacher(gpu, split, more, { checkpoints: stopped }), seconds: 0 },
    expected,
  );

  // Other evaluations that are asked for are another training.
  const again = await trainTeacher(gpu, split, { ...more, every: 2 }, { checkpoints: stopped });
  assert.equal(again.hyperparameters.every, 2);
});

Deno.test("trainTeacher() refuses parameters that leave the range of floats in its only step", async () => {
  using gpu = await openGpu();
  for (const kind of ["GNN", "AE"] as const) {
    await assert.rejects(
      trainTeacher(gpu, split, { kind, learningRate: 1e30, epochs: 1, every: 1 }),
      (error) => error instanceof DivergenceError && /a parameter after epoch 1 is/.test(error.message),
    );
  }
});

Deno.test("trainTeacher() names a hyperparameter that is unknown or out of range", async () => {
  using gpu = await openGpu();
  await assert.rejects(trainTeacher(gpu, split, { kind: "MF", dimension: 4 }), ArgumentError);
  await assert.rejects(trainTeacher(gpu, split, { kind: "MF", dim: 0 }), /'dim'/);
  await assert.rejects(trainTeacher(gpu, split, { kind: "MF", epochs: 0 }), /'epochs'/);
  await assert.rejects(trainTeacher(gpu, split, { kind: "other" as never }), /'kind'/);
});
