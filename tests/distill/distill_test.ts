import assert from "node:assert/strict";
import { generateSample } from "../../src/data/sample.ts";
import { splitDataset, splitFingerprint } from "../../src/data/split.ts";
import { distill } from "../../src/distill/distill.ts";
import { ArgumentError, DivergenceError, TrajectoryError } from "../../src/errors.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { Student } from "../../src/models/student.ts";
import { encodeStudent } from "../../src/models/student_file.ts";
import { folderCheckpoints, memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { ragged } from "../../src/ragged.ts";
import { loadTrajectory, saveTrajectory } from "../../src/teachers/trajectory_file.ts";
import { trainTeacher } from "../../src/teachers/train_teacher.ts";
import { type EpochRecord, Interrupted } from "../../src/teachers/training.ts";
import { smallWorld, stopAfter } from "../teachers/small_world.ts";

const split = smallWorld();
const gpu = await openGpu();
const teacher = { learningRate: 0.02, epochs: 40, every: 4, patience: 20 };
const trajectories = [
  await trainTeacher(gpu, split, { kind: "MF", dim: 16, ...teacher }),
  await trainTeacher(gpu, split, { kind: "ML", dim: 16, ...teacher }),
];
const options = { dim: 4, batchSize: 128, every: 4, patience: 2, epochs: 80, learningRate: 0.02 };

Deno.test("distill() moves every teacher to its final state, then changes the loss, then stops early", async () => {
  const records: EpochRecord[] = [];
  const { history, phaseSwitch, bestEpoch, student, metrics } = await distill(
    gpu,
    split,
    trajectories,
    options,
    {
      onEpoch: (record) => records.push(record),
    },
  );
  assert.deepEqual(records, history);
  assert.ok(phaseSwitch !== null && phaseSwitch > 4 * options.every, `switch at ${phaseSwitch}`);
  for (const { epoch, phase, meanState, loss, valid } of history) {
    assert.equal(phase, epoch < phaseSwitch ? "overall" : "ranked");
    assert.equal(Object.values(meanState!).every((mean) => mean === 3), epoch >= phaseSwitch);
    assert.ok(Number.isFinite(loss) && loss > 0);
    assert.equal(valid !== undefined, epoch % options.every === 0);
  }
  for (let n = 1; n < history.length; n++) {
    for (const kind of ["MF", "ML"]) {
      assert.ok(history[n]!.meanState![kind]! >= history[n - 1]!.meanState![kind]!);
    }
  }
  const evaluations = history.filter((record) => record.valid);
  const best = Math.max(...evaluations.map((record) => record.valid!["recall@50"]!));
  const bestRecord = evaluations.find((record) => record.valid!["recall@50"] === best)!;
  assert.equal(bestEpoch, bestRecord.epoch);
  assert.deepEqual(metrics.valid.means, bestRecord.valid);
  const again = await evaluate(gpu, student, split);
  assert.deepEqual(again.test.means, metrics.test.means);
});

Deno.test("distill() teaches: the student ranks better than an untrained one", async () => {
  const { history } = await distill(gpu, split, trajectories, { ...options, epochs: 24 });
  const first = await distill(gpu, split, trajectories, { ...options, epochs: 1, learningRate: 1e-6 });
  const untrained = first.history[0]!.test!["recall@10"]!;
  assert.ok(history.at(-1)!.test!["recall@10"]! > 2 * untrained);
});

Deno.test("distill() gives the same student file, byte for byte, for the same call", async () => {
  const short = { ...options, epochs: 10 };
  const one = encodeStudent((await distill(gpu, split, trajectories, short)).student);
  const two = encodeStudent((await distill(gpu, split, trajectories, short)).student);
  const other = encodeStudent((await distill(gpu, split, trajectories, { ...short, seed: 2 })).student);
  assert.deepEqual(one, two);
  assert.notDeepEqual(one, other);
});

Deno.test("distill() that was stopped continues to the same bytes, from memory and from a folder", async () => {
  const undisturbed = await distill(gpu, split, trajectories, options);
  const folder = await Deno.makeTempDir();
  for (const checkpoints of [memoryCheckpoints(), folderCheckpoints(`${folder}/checkpoints`)]) {
    for (const epoch of [3, 8, 13, 30]) {
      await assert.rejects(
        distill(gpu, split, trajectories, options, { checkpoints, ...stopAfter(epoch) }),
        // Further epochs may be under way, but none beyond an evaluation: after epoch 8 none is.
        (error) =>
          error instanceof Interrupted && error.epoch >= epoch &&
          error.epoch <= options.every * Math.ceil(epoch / options.every),
      );
    }
    const resumed = await distill(gpu, split, trajectories, options, { checkpoints });
    assert.deepEqual(encodeStudent(resumed.student), encodeStudent(undisturbed.student));
    assert.deepEqual(
      resumed.history.map((record) => ({ ...record, seconds: 0 })),
      undisturbed.history.map((record) => ({ ...record, seconds: 0 })),
    );
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("distill() goes on with more patience, and starts anew with other lists of a teacher", async () => {
  const checkpoints = memoryCheckpoints();
  const epochs: number[] = [];
  const hooks = { checkpoints, onEpoch: ({ epoch }: EpochRecord) => void epochs.push(epoch) };
  await distill(gpu, split, trajectories, { ...options, epochs: 8 }, hooks);
  await distill(gpu, split, trajectories, { ...options, epochs: 12, patience: 9 }, hooks);
  assert.deepEqual(epochs, Array.from({ length: 12 }, (_, n) => n + 1));
  const states = trajectories[0]!.states.map((state) => ({
    ...state,
    importance: state.importance.map((value) => value / 2),
  }));
  const others = [{ ...trajectories[0]!, states }, trajectories[1]!];
  await distill(gpu, split, others, { ...options, epochs: 4 }, hooks);
  assert.deepEqual(epochs.slice(12), [1, 2, 3, 4]);
});

Deno.test("distill() ends where scores leave the range of 32-bit floats, and evaluate() refuses such a student", async () => {
  const wild = { ...options, every: 1, learningRate: 1e30 };
  await assert.rejects(distill(gpu, split, trajectories, { ...wild, epochs: 1 }), DivergenceError);
  const { student } = await distill(gpu, split, trajectories, { ...options, epochs: 1 });
  const wide = new Student({
    ...student,
    userFactors: student.userFactors.map((value) => 1e25 * Math.sign(value)),
    itemFactors: student.itemFactors.map((value) => 1e25 * Math.sign(value)),
  });
  await assert.rejects(evaluate(gpu, wide, split), /products with the items may reach/);
});

Deno.test("a split without a test part serves teachers and students", async () => {
  const without = splitDataset(
    { ...generateSample({ users: 60, items: 300, interactions: 1200, communities: 4 }) },
    { test: 0, valid: 0.2, seed: 1 },
  );
  const made = await trainTeacher(gpu, without, { kind: "MF", dim: 8, ...teacher });
  assert.ok(made.states.every(({ metrics }) => metrics["recall@50"]! >= 0 && !("test.recall@50" in metrics)));
  const folder = await Deno.makeTempDir();
  await saveTrajectory(folder, made);
  const { metrics } = await distill(gpu, without, [await loadTrajectory(folder)], { ...options, epochs: 4 });
  assert.ok(metrics.valid.means["recall@50"]! > 0);
  assert.equal(metrics.test.perUser.users.length, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("distill() refuses a split that is none, before anything is taken from the device", async () => {
  const { inUse } = gpu.memory;
  const rows = Array.from({ length: split.users - 1 }, () => []);
  await assert.rejects(distill(gpu, { ...split, valid: ragged(rows) }, trajectories), /valid has 89 rows/);
  await assert.rejects(
    trainTeacher(gpu, { ...split, valid: ragged(rows) }, { kind: "MF" }),
    /valid has 89 rows/,
  );
  assert.equal(gpu.memory.inUse, inUse);
});

Deno.test("distill() works with the released clamp, uniform users and one teacher", async () => {
  const { history } = await distill(gpu, split, trajectories.slice(0, 1), {
    ...options,
    scores: "clamped",
    sampling: "uniform",
    gain: "student",
    epochs: 8,
  });
  assert.ok(history[7]!.loss < history[0]!.loss);
});

Deno.test("distill() takes a teacher with a single state as it is", async () => {
  const single = trajectories.map((trajectory) => ({ ...trajectory, states: trajectory.states.slice(3) }));
  const { history } = await distill(gpu, split, single, { ...options, epochs: 5 });
  assert.ok(history.every((record) => record.phase === "ranked" && record.meanState!.MF === 0));
});

Deno.test("distill() refuses teachers of other data, two of a kind, none, and unknown options", async () => {
  const other = smallWorld(2);
  await assert.rejects(distill(gpu, other, trajectories, options), TrajectoryError);
  await assert.rejects(distill(gpu, split, [trajectories[0]!, trajectories[0]!], options), ArgumentError);
  await assert.rejects(distill(gpu, split, [], options), ArgumentError);
  await assert.rejects(distill(gpu, split, trajectories, { depth: 3 } as never), ArgumentError);
  const { offsets } = split.valid;
  const blind = { ...split, valid: { offsets: offsets.map(() => 0), items: new Uint32Array(0) } };
  const fingerprint = await splitFingerprint(blind);
  const own = trajectories.map((trajectory) => ({ ...trajectory, fingerprint }));
  await assert.rejects(distill(gpu, blind, own, options), /'split'.*nobody has validation items/);
  await assert.rejects(
    trainTeacher(gpu, blind, { kind: "MF", dim: 4, epochs: 4 }),
    /nobody has validation items/,
  );
});

Deno.test("distill() takes lists as long as the teachers' together, however long they are to be", async () => {
  const lengths = { epochs: 2, every: 1, listLength: 1e9 };
  const { student } = await distill(gpu, split, trajectories, { ...options, ...lengths });
  const longest = trajectories.reduce((sum, { length }) => sum + length, 0);
  const same = await distill(gpu, split, trajectories, { ...options, ...lengths, listLength: longest });
  assert.deepEqual(student.itemFactors, same.student.itemFactors);
});
