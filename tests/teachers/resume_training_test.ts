import assert from "node:assert/strict";
import { openGpu } from "../../src/gpu/gpu.ts";
import { type CheckpointStore, memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { type TeacherOptions, trainTeacher } from "../../src/teachers/train_teacher.ts";
import { Interrupted } from "../../src/teachers/training.ts";
import { smallWorld, stopAfter } from "./small_world.ts";

const split = smallWorld();
const course = { epochs: 9, every: 1, patience: 9, seed: 3 } as const;
const teachers: TeacherOptions[] = [
  { kind: "MF", dim: 6, learningRate: 0.02, ...course },
  { kind: "ML", dim: 6, learningRate: 0.02, ...course },
  { kind: "DL", dim: 6, towerDim: 4, tower: "4", learningRate: 0.02, ...course },
  { kind: "GNN", dim: 6, learningRate: 0.02, batch: 256, ...course },
  { kind: "AE", dim: 6, hidden: 8, learningRate: 0.02, batch: 40, annealingSteps: 12, ...course },
  { kind: "I-AE", dim: 6, hidden: 8, learningRate: 0.02, batch: 60, annealingSteps: 12, ...course },
];

/** A store whose `n`-th write fails, before or after it has taken effect: what a killed process leaves. */
function dyingAt(n: number, store: CheckpointStore, written: boolean): CheckpointStore {
  let writes = 0;
  return {
    ...store,
    put: async (name, checkpoint) => {
      const dies = ++writes === n;
      if (!dies || written) await store.put(name, checkpoint);
      if (dies) throw new Error("killed");
    },
  };
}

for (const options of teachers) {
  Deno.test(`trainTeacher() of ${options.kind} ends with the same bits however often it dies`, async () => {
    using gpu = await openGpu();
    const undisturbed = await trainTeacher(gpu, split, options);
    const checkpoints = memoryCheckpoints();
    const killed = /killed/;
    const dyingIn = (epoch: number) => (record: { epoch: number }) => {
      if (record.epoch === epoch) throw new Error("killed");
    };
    await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, onEpoch: dyingIn(1) }), killed);
    await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, onEpoch: dyingIn(4) }), killed);
    for (const written of [false, true]) {
      for (const write of [1, 2]) {
        const store = dyingAt(write, checkpoints, written);
        await assert.rejects(trainTeacher(gpu, split, options, { checkpoints: store }), killed);
      }
    }
    await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, ...stopAfter(7) }), Interrupted);
    await assert.rejects(trainTeacher(gpu, split, options, { checkpoints, onEpoch: dyingIn(9) }), killed);
    const epochs: number[] = [];
    const onEpoch = ({ epoch }: { epoch: number }) => epochs.push(epoch);
    const resumed = await trainTeacher(gpu, split, options, { checkpoints, onEpoch });
    assert.ok(epochs.length <= 3, "it continues, and does not start anew");
    assert.deepEqual({ ...resumed, seconds: 0 }, { ...undisturbed, seconds: 0 });
  });
}
