import assert from "node:assert/strict";
import { ArgumentError, ModelError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { uploadExclusions } from "../../src/kernels/exclusions.ts";
import type { Model, TrainingSet } from "../../src/models/model.ts";
import { createNeumf } from "../../src/models/neumf.ts";
import { neumfDefaults, type NeumfOptions } from "../../src/models/neumf_options.ts";
import { rankerOf } from "../../src/models/ranker.ts";
import { normal, permutation, stream, uniform } from "../../src/random.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { AdamTwin } from "../oracle/adam.ts";
import { assertClose } from "../oracle/close.ts";
import { triples } from "../oracle/negatives.ts";
import { neumf, type NeumfCase, neumfScore } from "../oracle/neumf.ts";
import { testModelContract, twoTastes } from "./model_contract.ts";

testModelContract(
  "DL",
  (gpu, training) =>
    createNeumf(gpu, training, {
      dim: 6,
      towerDim: 5,
      tower: "8,6",
      negatives: 1,
      weightDecay: 0,
      batch: 32,
      learningRate: 0.01,
      initialDeviation: 0.1,
    }),
);

const towers = ["", "7", "8,6", "6,5,4,3"];

function widthsOf(tower: string): number[] {
  return tower === "" ? [] : tower.split(",").map(Number);
}

/** A model's network, from its parameters. */
async function networkOf(model: Model, settings: Required<NeumfOptions>): Promise<NeumfCase> {
  const parameters = Object.entries(await model.parameters())
    .map(([name, values]) => [name.replace(/\.table$/, ""), Float64Array.from(values)] as const);
  return { ...settings, tower: widthsOf(settings.tower), parameters: Object.fromEntries(parameters) };
}

/** Trains in float64 with the same random numbers. */
function trainTwin(
  training: TrainingSet,
  start: NeumfCase,
  settings: Required<NeumfOptions>,
  epochs: number,
) {
  const { batch, seed, negatives, reduction } = settings;
  const options = { ...settings, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const adams = Object.entries(start.parameters)
    .map(([name, values]) => [name, new AdamTwin(values, options)] as const);
  const parameters = Object.fromEntries(adams.map(([name, adam]) => [name, adam.values]));
  const count = training.interactions.items.length;
  const width = 2 + negatives;
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(count, seed, stream.shuffle, epoch);
    const drawn = triples({ ...training, order, seed, epoch, negatives });
    let sum = 0;
    for (let first = 0; first < count; first += batch) {
      const part = drawn.subarray(width * first, width * (first + batch));
      const scale = reduction === "mean" ? width / (part.length * (1 + negatives)) : 1;
      const step = neumf({ ...start, parameters }, part, width, scale);
      for (const loss of step.losses) sum += loss;
      for (const [name, adam] of adams) adam.step(step.gradient[name]!);
    }
    losses.push(sum / count / (1 + negatives));
  }
  return { parameters, losses };
}

Deno.test("the twin's gradients are the slopes of its loss, for towers of any depth", () => {
  for (const tower of towers) {
    const [dim, towerDim, rows] = [3, 2, 5];
    const sizes: [string, number][] = [["multiplied", rows * dim], ["concatenated", rows * towerDim]];
    let inputs = 2 * towerDim;
    widthsOf(tower).forEach((width, n) => {
      sizes.push([`hidden${n}.weights`, inputs * width], [`hidden${n}.bias`, width]);
      inputs = width;
    });
    sizes.push(["output.weights", inputs + dim], ["output.bias", 1]);
    const parameters = Object.fromEntries(sizes.map(([name, size], part) => [
      name,
      Float64Array.from({ length: size }, (_, n) => normal(5, 1, part, n)),
    ]));
    const network = { dim, towerDim, tower: widthsOf(tower), parameters };
    const groups = [0, 2, 3, 4, 1, 3, 3, 2];
    const { gradient } = neumf(network, groups, 4, 0.5);
    for (const [name, values] of Object.entries(parameters)) {
      for (let n = 0; n < values.length; n++) {
        const moved = (by: number) => {
          const other = Float64Array.from(values);
          other[n]! += by;
          const { losses } = neumf(
            { ...network, parameters: { ...parameters, [name]: other } },
            groups,
            4,
            1,
          );
          return losses.reduce((sum, loss) => sum + loss, 0);
        };
        const slope = 0.5 * (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assertClose([gradient[name]![n]!], [slope], 1e-6, 1, `tower "${tower}", ${name} ${n}`);
      }
    }
  }
});

Deno.test("createNeumf() trains as its float64 twin does, for any depth, negatives, sum and mean", async () => {
  using gpu = await openGpu();
  const training = twoTastes(9, 13);
  for (const [n, tower] of towers.entries()) {
    const settings = {
      ...neumfDefaults,
      dim: [5, 4, 3, 1][n]!,
      towerDim: [3, 4, 2, 6][n]!,
      tower,
      negatives: [1, 3, 2, 1][n]!,
      batch: [7, 16, 1000, 5][n]!,
      learningRate: 0.005,
      weightDecay: n % 2 * 0.01,
      initialDeviation: 0.5,
      seed: 3 + n,
      reduction: n % 2 === 0 ? "sum" as const : "mean" as const,
    };
    using model = createNeumf(gpu, training, settings);
    const twin = trainTwin(training, await networkOf(model, settings), settings, 3);
    for (let epoch = 0; epoch < 3; epoch++) {
      const steps = Math.ceil(training.interactions.items.length / settings.batch);
      assert.deepEqual(model.recordEpoch(epoch), { steps });
      assertClose([await model.epochLoss()], [twin.losses[epoch]!], 1e-5, 1, `loss of epoch ${epoch}`);
    }
    for (const [name, values] of Object.entries((await networkOf(model, settings)).parameters)) {
      assertClose(values, twin.parameters[name]!, 1e-4, 1, `tower "${tower}", ${name}`);
    }
  }
});

/** A model whose scores differ enough to be ranked in float64 as in float32. */
function spreadModel(gpu: Gpu, training: TrainingSet, settings: Required<NeumfOptions>) {
  const model = createNeumf(gpu, training, settings);
  for (let epoch = 0; epoch < 3; epoch++) model.recordEpoch(epoch);
  return model;
}

Deno.test("NeuMF's ranker scores and ranks as the float64 network does, for towers of any depth", async () => {
  using gpu = await openGpu();
  const [users, items, k] = [70, 90, 20];
  const training = twoTastes(users, items);
  for (const [n, tower] of towers.entries()) {
    const settings = {
      ...neumfDefaults,
      dim: [5, 4, 3, 1][n]!,
      towerDim: [3, 4, 7, 6][n]!,
      tower,
      initialDeviation: 1,
      seed: 11 + n,
    };
    using model = spreadModel(gpu, training, settings);
    const network = await networkOf(model, settings);
    const scores = Array.from(
      { length: users },
      (_, user) => Array.from({ length: items }, (_, item) => neumfScore(network, user, users + item)),
    );
    const ranker = rankerOf(gpu, model);
    assert.deepEqual([ranker.users, ranker.items], [users, items]);
    const lists = ragged(
      Array.from({ length: users }, (_, user) => user === 3 ? [] : [...Array(items).keys()].reverse()),
    );
    using uploaded = new DeviceRagged(gpu, "lists", lists);
    using listed = ranker.listScores(uploaded);
    const wanted = Array.from(
      { length: users },
      (_, user) => [...rowOf(lists, user)].map((i) => scores[user]![i]!),
    );
    const listScores = await gpu.readFloats(listed);
    assertClose(listScores, wanted.flat(), 1e-5, 5, `scores of tower "${tower}"`);

    // the order must be that of the scores as the device has them
    const exact = scores.map((row, user) => user === 3 ? row : row.map(() => 0));
    rowsOf(lists).forEach((row, user) =>
      row.forEach((item, place) => exact[user]![item] = listScores[lists.offsets[user]! + place]!)
    );
    using exclude = uploadExclusions(gpu, training.interactions);
    using best = ranker.topK(k, exclude);
    using ranks = ranker.rankCounts(best, k, exclude);
    const found = await gpu.readIntegers(best);
    assert.deepEqual([...await gpu.readIntegers(ranks)], [...found].map((_, place) => place % k));
    for (let user = 0; user < users; user++) {
      if (user === 3) continue;
      const seen = new Set(rowOf(training.interactions, user));
      const order = [...Array(items).keys()].filter((item) => !seen.has(item))
        .sort((a, b) => exact[user]![b]! - exact[user]![a]! || a - b);
      assert.deepEqual([...found.subarray(user * k, (user + 1) * k)], order.slice(0, k), `user ${user}`);
    }
    using few = gpu.upload(
      "targets",
      Uint32Array.from({ length: 2 * users }, (_, t) => t % 2 ? 0xffffffff : t % items),
    );
    using fewRanks = ranker.rankCounts(few, 2);
    const actual = await gpu.readIntegers(fewRanks);
    for (let user = 0; user < users; user++) {
      if (user === 3) continue;
      const [row, target] = [exact[user]!, 2 * user % items];
      const before = row.filter((s, item) => s > row[target]! || (s === row[target] && item < target)).length;
      assert.deepEqual([actual[2 * user], actual[2 * user + 1]], [before, 0xffffffff], `user ${user}`);
    }
  }
});

function rowsOf(lists: ReturnType<typeof ragged>): Uint32Array[] {
  return Array.from({ length: lists.offsets.length - 1 }, (_, row) => rowOf(lists, row));
}

Deno.test("NeuMF's ranker scores many users and items in tiles, and gives all memory back", async () => {
  using gpu = await openGpu();
  const [users, items] = [300, 2000];
  const interactions = ragged(
    Array.from({ length: users }, (_, user) => [Math.floor(items * uniform(1, 1, user, 0))]),
  );
  const settings = { ...neumfDefaults, dim: 4, towerDim: 4, tower: "64,32", initialDeviation: 1 };
  const model = createNeumf(gpu, { users, items, interactions }, settings);
  const network = await networkOf(model, settings);
  const held = gpu.memory.inUse;
  const best = rankerOf(gpu, model).topK(3);
  const found = await gpu.readIntegers(best);
  for (const user of [0, 1, 255, 256, 299]) {
    const scores = Array.from({ length: items }, (_, item) => neumfScore(network, user, users + item));
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
    for (let n = 0; n < 3; n++) {
      const [own, wanted] = [scores[found[3 * user + n]!]!, scores[order[n]!]!];
      assertClose([own], [wanted], 1e-5, 1, `user ${user}, place ${n}`);
    }
  }
  best.dispose();
  assert.equal(gpu.memory.inUse, held);
  model.dispose();
  assert.equal(gpu.memory.inUse, 0);
});

Deno.test("NeuMF refuses the layers of a higher tower", async () => {
  using gpu = await openGpu();
  const training = { users: 2, items: 3, interactions: ragged([[0], [1]]) };
  const model = (tower: string) => createNeumf(gpu, training, { dim: 2, towerDim: 2, tower, batch: 2 });
  using low = model("4,4");
  using high = model("4,4,4");
  const checkpoint = await high.checkpoint();
  const before = await low.checkpoint();
  assert.throws(() => low.restore(checkpoint), /has 'hidden2.*expected 2 hidden layers/);
  assert.throws(() => low.load(checkpoint), ModelError);
  assert.deepEqual(await low.checkpoint(), before);
});

Deno.test("createNeumf() shows every setting, has no factors, and names the setting that is unusable", async () => {
  using gpu = await openGpu();
  const training = twoTastes(3, 5);
  using model = createNeumf(gpu, training, { dim: 7, tower: " 9 , 4" });
  assert.deepEqual(model.hyperparameters, { ...neumfDefaults, dim: 7, tower: " 9 , 4" });
  assert.equal(model.factors(), null);
  const wrong = [
    { dim: 0 },
    { towerDim: 1.5 },
    { tower: "8,0" },
    { tower: "8,,4" },
    { tower: "x" },
    { tower: [8] },
    { negatives: 0 },
    { batch: 60_000 },
    { reduction: "none" },
    { margin: 1 },
  ];
  for (const options of wrong) {
    assert.throws(
      () => createNeumf(gpu, training, options as object),
      (error) => error instanceof ArgumentError && error.argument === Object.keys(options)[0],
      JSON.stringify(options),
    );
  }
});
