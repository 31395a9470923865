import assert from "node:assert/strict";
import { watchDevice } from "../../bench/device_calls.ts";
import { syntheticSplit, syntheticTrajectory } from "../../bench/synthetic_teachers.ts";
import { distill } from "../../src/distill/distill.ts";
import { HetCompRun } from "../../src/distill/methods/hetcomp.ts";
import { distillSettings } from "../../src/distill/options.ts";
import { FactorStudent } from "../../src/distill/student_model.ts";
import { userBatches } from "../../src/distill/user_batches.ts";
import { openGpu } from "../../src/gpu/gpu.ts";

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
  using student = new FactorStudent(gpu, split, settings);
  const trajectories = [await syntheticTrajectory(split, "MF", 2)];
  const context = { gpu, split, student, trajectories, settings };
  const draw = userBatches(split.train, settings.batchSize, settings.seed);
  for (const onlyLoss of ["overall", "ranked"] as const) {
    using training = new HetCompRun(context, settings, { onlyLoss });
    for (const epoch of [1, 2]) {
      const batches = draw(epoch);
      watch.reset();
      await training.epoch(epoch);
      const { calls } = watch;
      const steps = batches.starts.length - 1;
      assert.ok(steps > 3);
      assert.equal(calls.uploadedBytes, batches.users.byteLength);
      assert.equal(calls.readBacks, 1);
      // 256 bytes a dispatch.
      assert.ok(calls.parameterBytes > 0 && calls.parameterBytes <= 256 * 20 * steps);
      assert.ok(calls.submissions <= 2 + steps * 20 / 512);
    }
  }
});
