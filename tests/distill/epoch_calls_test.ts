import assert from "node:assert/strict";
import { watchDevice } from "../../bench/device_calls.ts";
import { syntheticSplit, syntheticTrajectory } from "../../bench/synthetic_teachers.ts";
import { distill } from "../../src/distill/distill.ts";
import { distillSettings } from "../../src/distill/options.ts";
import { StudentTraining } from "../../src/distill/student_training.ts";
import { userBatches } from "../../src/distill/user_batches.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { ragged, rowOf, sortedIncludes } from "../../src/ragged.ts";

const split = syntheticSplit(60, 200);

Deno.test("distill() makes no pipeline from the second epoch on, nor in a second run", async () => {
  using gpu = await openGpu();
  const { calls } = watchDevice(gpu);
  for (const states of [3, 1]) {
    const trajectories = [
      await syntheticTrajectory(split, "MF", states),
      await syntheticTrajectory(split, "ML", states),
    ];
    const before = calls.pipelines;
    const made: number[] = [];
    const hooks = { onEpoch: () => void made.push(calls.pipelines) };
    const { history } = await distill(
      gpu,
      split,
      trajectories,
      { epochs: 4, every: 1, batchSize: 200 },
      hooks,
    );
    assert.equal(history[0]!.phase, states === 1 ? "ranked" : "overall");
    if (before === 0) assert.ok(made[0]! > 10);
    else assert.equal(made[0], before);
    assert.deepEqual(made, made.map(() => made[0]));
    assert.equal(calls.pipelines, made[0]);
  }
});

Deno.test("an epoch of distillation uploads its batches' users, and reads back once", async () => {
  using gpu = await openGpu();
  const watch = watchDevice(gpu);
  const settings = distillSettings({ batchSize: 128 });
  using training = new StudentTraining(gpu, split, settings);
  const positives = Array.from({ length: split.users }, (_, user) => rowOf(split.train, user).slice(0, 3));
  const tops = Array.from({ length: split.users }, (_, user) => {
    const seen = rowOf(split.train, user);
    return Uint32Array.from({ length: split.items }, (_, item) => item)
      .filter((item) => !sortedIncludes(seen, item)).slice(0, 100);
  });
  training.teach(split.train, ragged(positives), ragged(tops));
  const draw = userBatches(split.train, settings.batchSize, settings.seed);
  for (const [epoch, granularity] of (["overall", "ranked", "overall", "ranked"] as const).entries()) {
    const batches = draw(epoch);
    watch.reset();
    await training.epoch(batches, granularity);
    const { calls } = watch;
    const steps = batches.starts.length - 1;
    assert.ok(steps > 3);
    assert.equal(calls.uploadedBytes, batches.users.byteLength);
    assert.equal(calls.readBacks, 1);
    // 256 bytes a dispatch.
    assert.ok(calls.parameterBytes > 0 && calls.parameterBytes <= 256 * 20 * steps);
    assert.ok(calls.submissions <= 2 + steps * 20 / 512);
  }
});
