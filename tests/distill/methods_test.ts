import assert from "node:assert/strict";
import { distill } from "../../src/distill/distill.ts";
import { distillWith } from "../../src/distill/distill_with.ts";
import { methodSettings, trialSettings } from "../../src/distill/method_settings.ts";
import { orderedHeads, stageLists } from "../../src/distill/methods/cl_drd.ts";
import { softmaxOf, stepLogits } from "../../src/distill/methods/mtd.ts";
import { distillationMethods, methodOf } from "../../src/distill/methods/registry.ts";
import { trainWithoutDistillation } from "../../src/distill/without_distillation.ts";
import type { StudentModel } from "../../src/distill/student_model.ts";
import { createStudent, studentParameters } from "../../src/distill/students.ts";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { decodeStudent, encodeStudent } from "../../src/models/student_file.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { memoryCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { trainTeacher } from "../../src/teachers/train_teacher.ts";
import { Interrupted } from "../../src/teachers/training.ts";
import { assertClose } from "../oracle/close.ts";
import { sirenRows } from "../oracle/siren.ts";
import { smallWorld, stopAfter } from "../teachers/small_world.ts";

const split = smallWorld();
const gpu = await openGpu();
const teacher = { learningRate: 0.02, epochs: 24, every: 4, patience: 20 };
const trajectories = [
  await trainTeacher(gpu, split, { kind: "MF", dim: 16, ...teacher }),
  await trainTeacher(gpu, split, { kind: "ML", dim: 16, ...teacher }),
];
const short = { dim: 4, batchSize: 256, every: 2, epochs: 6, learningRate: 0.03 };
const own: Record<string, Record<string, number>> = {
  "cl-drd": { stageEpochs: 2 },
  "hetcomp-final": { switchEpoch: 3 },
  dcd: { compareEvery: 2 },
};

const rowsOf = async (student: StudentModel) => student.rowsOf(await student.snapshot()).rows;

const trainings = [...Object.keys(distillationMethods).map((key) => [key, "MF"]), ["weighted", "Quadric"], [
  "weighted",
  "Siren",
]];
for (const [key, student] of trainings as [string, string][]) {
  Deno.test(`distillWith("${key}") learns ${student}, and continues to the same bytes after a stop`, async () => {
    const options = { ...short, ...own[key], student };
    const whole = await distillWith(gpu, split, trajectories, key, options);
    const { history } = whole;
    assert.equal(history.length, 6);
    assert.ok(history.every(({ loss }) => Number.isFinite(loss) && loss > 0));
    assert.ok(history[5]!.valid!["recall@50"]! > 0.4, `${history[5]!.valid!["recall@50"]}`);
    const checkpoints = memoryCheckpoints();
    for (const epoch of [1, 3]) {
      const stopped = distillWith(gpu, split, trajectories, key, options, {
        checkpoints,
        ...stopAfter(epoch),
      });
      await assert.rejects(stopped, Interrupted);
    }
    const resumed = await distillWith(gpu, split, trajectories, key, options, { checkpoints });
    assert.deepEqual(encodeStudent(resumed.student), encodeStudent(whole.student));
  });
}

for (const student of ["MF", "Quadric", "Siren"]) {
  Deno.test(`final epochs of ${student} take short steps from its best, and continue to the same bytes`, async () => {
    const options = { ...short, student, every: 1, finalEpochs: 3 };
    const whole = await distillWith(gpu, split, trajectories, "weighted", options);
    const finals = whole.history.map(({ final = false }) => final);
    assert.deepEqual(finals, [...Array(options.epochs - 3).fill(false), true, true, true]);
    const recalls = whole.history.map(({ valid }) => valid!["recall@50"]!);
    // Before them nothing differs.
    const plain = await distillWith(gpu, split, trajectories, "weighted", { ...short, student, every: 1 });
    assert.deepEqual(
      recalls.slice(0, -3),
      plain.history.slice(0, -3).map(({ valid }) => valid!["recall@50"]!),
    );
    const best = Math.max(...recalls.slice(0, -3));
    assert.ok(Math.abs(recalls[options.epochs - 3]! - best) < 0.03, `${recalls}`);
    const checkpoints = memoryCheckpoints();
    for (const epoch of [options.epochs - 3, options.epochs - 2, options.epochs - 1]) {
      const stopped = distillWith(gpu, split, trajectories, "weighted", options, {
        checkpoints,
        ...stopAfter(epoch),
      });
      await assert.rejects(stopped, Interrupted);
    }
    const resumed = await distillWith(gpu, split, trajectories, "weighted", options, { checkpoints });
    assert.deepEqual(encodeStudent(resumed.student), encodeStudent(whole.student));
  });
}

Deno.test('distillWith("hetcomp") trains the student of distill(), and "bpr" that of trainWithoutDistillation()', async () => {
  const one = await distill(gpu, split, trajectories, short);
  const two = await distillWith(gpu, split, trajectories, "hetcomp", short);
  assert.deepEqual(one.student.itemFactors, two.student.itemFactors);
  const plain = await trainWithoutDistillation(gpu, split, { dim: 4, epochs: 4, every: 2 });
  const same = await distillWith(gpu, split, [], "bpr", { dim: 4, epochs: 4, every: 2 });
  assert.deepEqual(plain.metrics, same.metrics);
});

for (const student of ["Quadric", "Siren", "GNN", "AE"]) {
  Deno.test(`distillWith() teaches a student of kind ${student}, and continues to the same bytes after a stop`, async () => {
    for (const key of ["hetcomp", "cl-drd"]) {
      const options = { ...short, student, initialScale: 0.1, ...own[key] };
      const whole = await distillWith(gpu, split, trajectories, key, options);
      const checkpoints = memoryCheckpoints();
      const stopped = distillWith(gpu, split, trajectories, key, options, { checkpoints, ...stopAfter(3) });
      await assert.rejects(stopped, Interrupted);
      const resumed = await distillWith(gpu, split, trajectories, key, options, { checkpoints });
      assert.deepEqual(encodeStudent(resumed.student), encodeStudent(whole.student));
      const { valid } = whole.history.at(-1)!;
      assert.ok(valid!["recall@50"]! > 0.4, `${key} ${valid!["recall@50"]}`);
    }
  });
}

for (const kind of ["Quadric", "Siren", "GNN", "AE"]) {
  Deno.test(`a step of a student of kind ${kind} descends along the gradient by its rows`, async () => {
    const options = { dim: 3, seed: 1, learningRate: 1e-4, weightDecay: 0, initialScale: 0.3 };
    using student = createStudent(gpu, kind, split, options);
    student.recordRows();
    const before = await rowsOf(student);
    // The loss is the product with a fixed table: no step may raise it.
    const slopes = Float32Array.from(before, (_, n) => Math.sin(n));
    gpu.write(student.gradient, padRows("slopes", slopes, student.dim));
    student.recordStep();
    student.recordRows();
    const after = await rowsOf(student);
    const loss = (rows: Float32Array) => rows.reduce((sum, value, n) => sum + value * slopes[n]!, 0);
    assert.ok(loss(after) < loss(before));
    assert.ok((await gpu.readFloats(student.gradient)).every((value) => value === 0));
  });
}

Deno.test("a student of quadrics starts as planes, and is saved without what follows of its items", async () => {
  const options = { dim: 3, seed: 1, learningRate: 0.05, weightDecay: 0.01, initialScale: 0.3 };
  using student = createStudent(gpu, "Quadric", split, options);
  const { users, items } = split;
  const start = Float32Array.from({ length: 3 * (users + items) }, (_, n) => Math.cos(n));
  student.start!(start);
  student.recordRows();
  const rows = await rowsOf(student);
  assert.equal(student.dim, 6);
  for (let n = 0; n < users + items; n++) {
    const own = rows.subarray(6 * n, 6 * n + 3);
    assert.deepEqual(own, start.subarray(3 * n, 3 * n + 3));
    own.forEach((value, d) => {
      assert.ok(Math.abs(rows[6 * n + 3 + d]! - (n < users ? 0 : -value * value / 2)) < 1e-6);
    });
  }
  const { student: distilled } = await distillWith(gpu, split, trajectories, "weighted", {
    ...short,
    student: "Quadric",
  });
  assert.deepEqual([distilled.squares, distilled.dim], [true, 8]);
  assert.deepEqual(decodeStudent(encodeStudent(distilled)).itemFactors, distilled.itemFactors);
  assert.equal(studentParameters("Quadric", split, 4), 8 * users + 4 * items);
  const settings = { ...short, student: "Quadric", start: "spectral", loss: "weighted" } as const;
  const same = await distill(gpu, split, trajectories, settings);
  assert.deepEqual(same.student.userFactors, distilled.userFactors);
});

Deno.test("a student of codes starts as its codes, descends by the whole network, and is saved as both", async () => {
  const dim = 3;
  const options = { dim, seed: 1, learningRate: 1e-3, weightDecay: 0, initialScale: 0.8 };
  using student = createStudent(gpu, "Siren", split, options);
  const { users, items } = split;
  const rows = users + items;
  student.recordRows();
  const snapshot = await student.snapshot();
  const { rows: own, siren } = student.rowsOf(snapshot);
  const onDevice = unpadRows(await gpu.readFloats(student.table), student.dim);
  assertClose(onDevice, own, 1e-5, 1, "rows");
  assert.equal(snapshot.length, studentParameters("Siren", split, dim));

  // Adam's first moment after one step is a tenth of the gradient; the loss is the product of the rows with the slopes.
  const slopes = Float32Array.from(own, (_, n) => Math.sin(n));
  gpu.write(student.gradient, padRows("slopes", slopes, student.dim));
  student.recordStep();
  const checkpoint = await student.checkpoint();
  const network = Float64Array.from(siren!);
  const codes = Float64Array.from(snapshot.subarray(0, rows * dim));
  const loss = () => sirenRows(codes, dim, network).reduce((sum, value, n) => sum + value * slopes[n]!, 0);
  const moments = (...names: string[]) => names.flatMap((name) => [...checkpoint[`${name}.firstMoment`]!]);
  const layers = [0, 1, 2].flatMap((n) => [`layer${n}.weights`, `layer${n}.bias`]);
  for (const [values, moment] of [[codes, moments("codes")], [network, moments(...layers)]] as const) {
    assert.equal(moment.length, values.length);
    for (let place = 0; place < values.length; place += 97) {
      const before = values[place]!;
      values[place] = before + 1e-5;
      const above = loss();
      values[place] = before - 1e-5;
      const slope = (above - loss()) / 2e-5;
      values[place] = before;
      assertClose([10 * moment[place]!], [slope], 1e-4, 1, `gradient ${place} of ${values.length}`);
    }
  }

  const start = Float32Array.from({ length: rows * dim }, (_, n) => Math.cos(n));
  student.start!(start);
  student.recordRows();
  const started = unpadRows(await gpu.readFloats(student.table), student.dim);
  assert.deepEqual(started.filter((_, n) => n % student.dim < dim), start);

  const { student: distilled } = await distillWith(gpu, split, trajectories, "weighted", {
    ...short,
    student: "Siren",
  });
  const back = decodeStudent(encodeStudent(distilled));
  assert.deepEqual([back.dim, back.userFactors], [14, distilled.userFactors]);
  assert.deepEqual(back.itemFactors, distilled.itemFactors);
});

Deno.test("an autoencoder student of tens of thousands of users sums the gradient of all of them", async () => {
  const users = 66_000;
  const offsets = Uint32Array.from({ length: users + 1 }, (_, user) => user + Math.floor(user / 2));
  const items = Uint32Array.from({ length: offsets[users]! }, (_, n) => n % 3 === 2 ? 1 : 0);
  const large = { ...split, users, items: 2, train: { offsets, items } };
  const options = { dim: 1, seed: 1, learningRate: 1e-4, weightDecay: 0, initialScale: 0.3 };
  using student = createStudent(gpu, "AE", large, options);
  student.recordRows();
  const rows = await rowsOf(student);
  const gradient = new Float32Array(rows.length).fill(1, 0, users);
  gpu.write(student.gradient, padRows("gradient", gradient, 1));
  student.recordStep();
  const expected = [0, 0, 0];
  for (let user = 0; user < users; user++) {
    const slope = 1 - rows[user]! ** 2;
    const own = items.subarray(offsets[user]!, offsets[user + 1]!);
    for (const item of own) expected[item]! += slope / Math.sqrt(own.length);
    expected[2]! += slope;
  }
  const found = (await student.checkpoint())["encoder.firstMoment"]!;
  expected.forEach((sum, n) =>
    assert.ok(Math.abs(10 * found[n]! / sum - 1) < 1e-3, `${10 * found[n]!} ${sum}`)
  );
});

Deno.test("the ablations use the losses and states that they say", async () => {
  const facts = async (key: string) =>
    (await distillWith(gpu, split, trajectories, key, { ...short, ...own[key] })).history;
  assert.ok((await facts("hetcomp-overall")).every(({ phase }) => phase === "overall"));
  assert.ok((await facts("hetcomp-ranked")).every(({ phase }) => phase === "ranked"));
  const final = await facts("hetcomp-final");
  assert.ok(final.every(({ meanState }) => meanState!.MF === 3 && meanState!.ML === 3));
  assert.deepEqual(final.map(({ phase }) => phase === "ranked"), [false, false, false, true, true, true]);
  for (const [key, phase] of [["spectral", "ranked"], ["weighted", "weighted"]] as const) {
    const own = await facts(key);
    assert.ok(own.every((record) => record.phase === phase && record.meanState!.MF === 3), key);
  }
  const led = await distillWith(gpu, split, trajectories, "hetcomp", { ...short, loss: "weighted" });
  assert.ok(led.history.every(({ phase }) => phase === "weighted"));
  assert.equal(led.history[0]!.meanState!.MF, 0);
  assert.deepEqual((await facts("cl-drd")).map(({ stage }) => stage), [1, 1, 2, 2, 3, 3]);
  for (const { teacherWeights } of await facts("mtd")) {
    const weights = Object.values(teacherWeights!);
    assert.ok(Math.abs(weights[0]! + weights[1]! - 1) < 1e-12);
  }
});

Deno.test("lists that are asked to be longer than the teachers' are as long as these, whatever is asked for", async () => {
  for (
    const [key, name] of [["rrd", "listLength"], ["mtd", "listLength"], ["hetcomp", "discrepancyLength"]]
  ) {
    const students = [];
    for (const length of [split.items + 200, 5e9]) {
      const settings = { ...short, ...own[key!], [name!]: length };
      students.push((await distillWith(gpu, split, trajectories, key!, settings)).student);
    }
    assert.deepEqual(students[0]!.userFactors, students[1]!.userFactors, key);
  }
});

Deno.test("a training that is judged by another metric does not go on from what was best by the first", async () => {
  const settings = { dim: 4, epochs: 8, every: 2, patience: 20 };
  const byRank = { ...settings, metric: "reciprocalRank@10" };
  const expected = await trainWithoutDistillation(gpu, split, byRank);
  const checkpoints = memoryCheckpoints();
  const stopped = trainWithoutDistillation(gpu, split, settings, { checkpoints, ...stopAfter(5) });
  await assert.rejects(stopped, Interrupted);
  const { best, metrics } = await trainWithoutDistillation(gpu, split, byRank, { checkpoints });
  assert.deepEqual(metrics.test.means, best.test);
  assert.deepEqual(best.test, expected.best.test);
});

Deno.test("methods refuse unknown keys, settings of another kind, and missing teachers", async () => {
  assert.throws(() => methodOf("rdd"), /rrd/);
  assert.throws(() => methodSettings(methodOf("rrd"), { lamda: 1 }), /lambda/);
  for (
    const wrong of [{ dim: 129 }, { lambda: 0 }, { lambda: "1" }, { dim: 1.5 }, { every: 0 }, {
      student: "ML",
    }, {
      learningRate: NaN,
    }]
  ) {
    assert.throws(() => methodSettings(methodOf("rrd"), wrong), ArgumentError);
  }
  assert.throws(() => methodSettings(methodOf("hetcomp"), { scores: "open" }), ArgumentError);
  assert.throws(() => methodSettings(methodOf("cl-drd"), { negatives: 501 }), /500/);
  assert.throws(() => methodSettings(methodOf("dcd"), { listLength: 513 }), /'listLength'.*at most 512/);
  assert.throws(() => methodSettings(methodOf("bpr"), { seed: 2 ** 32 }), /'seed'.*from 0 to 4294967295/);
  assert.throws(() => methodSettings(methodOf("spectral"), { student: "GNN" }), /GNN/);
  assert.throws(
    () => methodSettings(methodOf("hetcomp"), { student: "AE", finalEpochs: 5 }),
    /'finalEpochs'.*5 with the student AE.*MF, Quadric, Siren/,
  );
  for (const key of ["rrd", "mtd", "softmax", "hetcomp"]) {
    assert.throws(
      () => methodSettings(methodOf(key), { student: "Quadric", dim: 65 }),
      /'dim'.*it is 65; expected at most 64/,
    );
  }
  await assert.rejects(distillWith(gpu, split, [], "rrd", short), ArgumentError);
});

Deno.test("trialSettings() starts with the defaults and gives distinct usable points of the grid", () => {
  for (const method of Object.values(distillationMethods)) {
    for (const name of Object.keys(methodSettings(method))) {
      assert.throws(() => methodSettings(method, { [name]: NaN }), new RegExp(`'${name}'.*NaN; expected`));
    }
    const trials = trialSettings(method, 1000, 1);
    const size = Object.values(method.grid).reduce((points, values) => points * values.length, 1);
    assert.ok(trials.length >= size && trials.length <= size + 1, method.key);
    assert.equal(new Set(trials.map((trial) => JSON.stringify(trial))).size, trials.length);
    const standard = methodSettings(method);
    assert.deepEqual(methodSettings(method, trials[0]), standard);
    for (const trial of trials) methodSettings(method, trial);
    assert.deepEqual(trialSettings(method, 3, 1), trials.slice(0, 3));
    assert.equal(trialSettings(method, 1, 5).length, 1);
    for (const few of [trialSettings(method, 3, 1), trialSettings(method, 3, 2)]) {
      assert.equal(new Set(few.map(({ learningRate }) => learningRate)).size, 3);
    }
  }
  assert.notDeepEqual(trialSettings(methodOf("rrd"), 4, 1), trialSettings(methodOf("rrd"), 4, 2));
});

Deno.test("stageLists() orders a head, groups the tail, and adds unobserved items that are not listed", () => {
  const tops = ragged([[9, 8, 7, 6, 5, 4], [1], []]);
  const observed = ragged([[0, 1], [], Array.from({ length: 20 }, (_, n) => n)]);
  const options = { items: 20, observed, head: 2, length: 6, negatives: 5, seed: 1, stage: 1 };
  const { lists, labels } = stageLists(tops, options);
  const first = [...rowOf(lists, 0)];
  assert.deepEqual(first.slice(0, 6), [9, 8, 7, 6, 5, 4]);
  assert.deepEqual([...labels.slice(0, 11)], [0, 1, 2, 3, 3, 3, 4, 4, 4, 4, 4]);
  assert.ok(new Set(first).size === 11 && first.every((item) => item > 1 && item < 20));
  assert.equal(rowOf(lists, 1).length, 6);
  assert.equal(rowOf(lists, 2).length, 0);
  assert.notDeepEqual(stageLists(tops, { ...options, stage: 2 }).lists, lists);
  assert.deepEqual(orderedHeads, [5, 10, 20]);
});

Deno.test("stepLogits() descends the weighted loss", () => {
  const losses = [3, 1, 2];
  const weighted = (logits: number[]) => softmaxOf(logits).reduce((sum, w, m) => sum + w * losses[m]!, 0);
  const logits = [0.3, -0.2, 0];
  const stepped = stepLogits(logits, losses, 1e-6);
  logits.forEach((logit, m) => {
    const moved = (by: number) => weighted(logits.map((value, n) => n === m ? value + by : value));
    const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    assert.ok(Math.abs((logit - stepped[m]!) / 1e-6 - slope) < 1e-6);
  });
});
