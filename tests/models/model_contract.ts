import assert from "node:assert/strict";
import { ModelError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import type { Model, TrainingSet } from "../../src/models/model.ts";
import { rankerOf } from "../../src/models/ranker.ts";
import { ragged, rowOf, sortedIncludes } from "../../src/ragged.ts";

/** Makes the model under test; settings are its own. */
export type MakeModel = (gpu: Gpu, training: TrainingSet) => Model;

/** Users of two tastes, each with all items of its kind but one: the one withheld. */
export function twoTastes(users: number, items: number): TrainingSet {
  const rows = Array.from({ length: users }, (_, user) => {
    const taste = Array.from({ length: items }, (_, item) => item).filter((item) => item % 2 === user % 2);
    return taste.filter((_, n) => n !== (user >> 1) % taste.length);
  });
  return { users, items, interactions: ragged(rows) };
}

/** Scores of a model, users x items: for small tests only. */
export async function scoresOf(gpu: Gpu, model: Model): Promise<number[][]> {
  const factors = model.factors();
  if (!factors) {
    const everything = Array.from({ length: model.users }, () => [...Array(model.items).keys()]);
    using lists = new DeviceRagged(gpu, "all pairs", ragged(everything));
    using listed = rankerOf(gpu, model).listScores(lists);
    const values = await gpu.readFloats(listed);
    return everything.map((row, user) => row.map((item) => values[user * model.items + item]!));
  }
  const stride = strideOf(factors.dim);
  const [users, items] = (await gpu.read(factors.users.array, factors.items.array))
    .map((buffer) => new Float32Array(buffer));
  return Array.from(
    { length: factors.users.count },
    (_, user) =>
      Array.from({ length: factors.items.count }, (_, item) => {
        let score = 0;
        for (let d = 0; d < stride; d++) {
          score += users![(factors.users.row + user) * stride + d]! *
            items![(factors.items.row + item) * stride + d]!;
        }
        return score;
      }),
  );
}

/**
 * The tests that every model has to pass; its settings must let it learn {@linkcode twoTastes} in 60 epochs.
 * `lossFallsTo` is the share of the first epoch's loss that the last one's must be below: 0.5, unless the least
 * possible loss is not 0.
 */
export function testModelContract(
  kind: string,
  make: MakeModel,
  { lossFallsTo = 0.5 }: { lossFallsTo?: number } = {},
): void {
  const training = twoTastes(40, 31);

  Deno.test(`${kind}: two runs with the same settings give the same bits`, async () => {
    using gpu = await openGpu();
    const results = [];
    for (let run = 0; run < 2; run++) {
      using model = make(gpu, training);
      for (let epoch = 0; epoch < 3; epoch++) model.recordEpoch(epoch);
      results.push({ loss: await model.epochLoss(), checkpoint: await model.checkpoint() });
    }
    assert.deepEqual(results[1], results[0]);
  });

  Deno.test(`${kind}: a model restored from a checkpoint goes on bit for bit`, async () => {
    using gpu = await openGpu();
    using model = make(gpu, training);
    for (let epoch = 0; epoch < 2; epoch++) model.recordEpoch(epoch);
    const checkpoint = await model.checkpoint();
    for (let epoch = 2; epoch < 4; epoch++) model.recordEpoch(epoch);
    using second = make(gpu, training);
    second.recordEpoch(7);
    second.restore(checkpoint);
    assert.deepEqual(await second.checkpoint(), checkpoint);
    for (let epoch = 2; epoch < 4; epoch++) second.recordEpoch(epoch);
    assert.deepEqual(await second.checkpoint(), await model.checkpoint());
    assert.notDeepEqual(await model.checkpoint(), checkpoint);
  });

  Deno.test(`${kind}: learns two tastes: the loss falls and withheld items come first`, async () => {
    using gpu = await openGpu();
    using model = make(gpu, training);
    assert.ok(model.recordEpoch(0).steps >= 1);
    const first = await model.epochLoss();
    for (let epoch = 1; epoch < 60; epoch++) model.recordEpoch(epoch);
    assert.ok(
      await model.epochLoss() < lossFallsTo * first,
      `the loss went from ${first} to ${await model.epochLoss()}`,
    );
    const scores = await scoresOf(gpu, model);
    let right = 0;
    scores.forEach((row, user) => {
      const seen = rowOf(training.interactions, user);
      const best = row.map((score, item) => ({ score, item })).filter(({ item }) =>
        !sortedIncludes(seen, item)
      )
        .sort((a, b) => b.score - a.score)[0]!;
      if (best.item % 2 === user % 2) right++;
    });
    // guessing gives 2 or 3; a few may be lost, because withheld items are drawn as negatives too
    assert.ok(right >= 30, `only ${right} of 40 users get their withheld item first`);
  });

  Deno.test(`${kind}: says its kind, sizes and settings, and fits a set of one pair`, async () => {
    using gpu = await openGpu();
    using model = make(gpu, { users: 1, items: 1, interactions: ragged([[0]]) });
    assert.equal(model.kind, kind);
    assert.deepEqual([model.users, model.items], [1, 1]);
    assert.ok("seed" in model.hyperparameters && "dim" in model.hyperparameters);
    assert.deepEqual(model.recordEpoch(0), { steps: 1 });
    assert.ok(Number.isFinite(await model.epochLoss()));
    for (const array of Object.values(await model.checkpoint())) assert.ok(array.every(Number.isFinite));
  });

  Deno.test(`${kind}: refuses the loss before an epoch, and a checkpoint of another shape`, async () => {
    using gpu = await openGpu();
    using model = make(gpu, training);
    await assert.rejects(async () => await model.epochLoss(), ModelError);
    const checkpoint = await model.checkpoint();
    for (const name of Object.keys(checkpoint)) {
      const { [name]: _left, ...rest } = checkpoint;
      assert.throws(
        () => model.restore(rest),
        (error) => error instanceof ModelError && error.message.includes(name),
      );
      assert.throws(() => model.restore({ ...checkpoint, [name]: new Float32Array(3) }), ModelError);
    }
    assert.deepEqual(await model.checkpoint(), checkpoint);
    model.restore(checkpoint);
  });

  Deno.test(`${kind}: dispose() gives all device memory back`, async () => {
    using gpu = await openGpu();
    const model = make(gpu, training);
    model.recordEpoch(0);
    model.factors();
    await model.epochLoss();
    model.dispose();
    assert.equal(gpu.memory.inUse, 0);
  });
}
