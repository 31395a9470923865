import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import type { DeviceArray } from "../../src/gpu/device_array.ts";
import { PairwiseBatches, uniformPairs } from "../../src/models/pairwise_batches.ts";
import { permutation, stream } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { batchOrder } from "../oracle/batch_order.ts";
import { triples } from "../oracle/negatives.ts";
import { twoTastes } from "./model_contract.ts";

Deno.test("PairwiseBatches.record() gives every batch its triples and order, however many are drawn at once", async () => {
  using gpu = await openGpu();
  const training = twoTastes(20, 15);
  const count = training.interactions.items.length;
  const cases = [
    [7, 262144, 1],
    [7, 21, 1],
    [7, 1, 1],
    [1, 5, 1],
    [count, 1, 1],
    [1000, 10, 1],
    [7, 21, 3],
    [1000, 10, 2],
  ];
  for (const [batch, triplesAtOnce, negatives] of cases) {
    const width = 2 + negatives!;
    using batches = new PairwiseBatches(gpu, training, {
      batch: batch!,
      seed: 5,
      triplesAtOnce: triplesAtOnce!,
      negatives: negatives!,
    });
    assert.equal(batches.steps, Math.ceil(count / batch!));
    using drawn = gpu.zeros("drawn", 4 * width * count);
    using ordered = gpu.zeros("ordered", 8 * width * count);
    let place = 0;
    const take = (from: DeviceArray, to: DeviceArray, bytes: number, first: number, length: number) =>
      gpu.copy(from, to, bytes * length, bytes * first, bytes * place);
    batches.record(3, (piece) => {
      take(piece.triples, drawn, 4 * width, piece.first, piece.count);
      take(piece.sorted, ordered, 8 * width, piece.first, piece.count);
      gpu.write(piece.losses, new Float32Array(piece.count).fill(place), 4 * piece.first);
      place += piece.count;
    });
    const order = permutation(count, 5, stream.shuffle, 3);
    const expected = triples({ ...training, order, seed: 5, epoch: 3, negatives: negatives! });
    assert.equal(place, count);
    assert.deepEqual(await gpu.readIntegers(drawn), expected);
    assert.deepEqual(await gpu.readIntegers(ordered), batchOrder(expected, batch!, width));
    let sum = 0;
    for (let first = 0; first < count; first += batch!) sum += first * Math.min(batch!, count - first);
    assert.equal(await batches.meanLoss(), sum / count);
  }
});

Deno.test("uniformPairs() draws every user with pairs, and every pair of a user, equally often", () => {
  const lists = ragged([[0, 1, 2, 3, 4, 5, 6, 7], [], [3], [1, 2]]);
  const counts = new Float64Array(lists.items.length);
  const epochs = 2000;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const pair of uniformPairs(lists, 3, epoch)) counts[pair]!++;
  }
  const perUser = epochs * lists.items.length / 3;
  const expected = [...new Array(8).fill(perUser / 8), perUser, perUser / 2, perUser / 2];
  // six standard deviations
  expected.forEach((mean, pair) =>
    assert.ok(Math.abs(counts[pair]! - mean) < 6 * Math.sqrt(mean), `pair ${pair}`)
  );
});

Deno.test("uniformPairs() differs by epoch and seed, and never by call", () => {
  fc.assert(fc.property(fc.nat(), fc.nat({ max: 1000 }), (seed, epoch) => {
    const lists = ragged([[0, 1, 2, 3], [4, 5, 6, 7], [0, 7], [1, 2, 3, 4, 5, 6]]);
    const draw = uniformPairs(lists, seed, epoch);
    assert.deepEqual(uniformPairs(lists, seed, epoch), draw);
    assert.notDeepEqual(uniformPairs(lists, seed, epoch + 1), draw);
    assert.notDeepEqual(uniformPairs(lists, seed + 1, epoch), draw);
  }));
});

Deno.test("PairwiseBatches.record() can draw users uniformly", async () => {
  using gpu = await openGpu();
  const training = twoTastes(20, 15);
  using batches = new PairwiseBatches(gpu, training, { batch: 7, seed: 5, sampling: "uniform" });
  using drawn = gpu.zeros("drawn", 12 * batches.count);
  let place = 0;
  batches.record(3, (piece) => {
    gpu.copy(piece.triples, drawn, 12 * piece.count, 12 * piece.first, 12 * place);
    place += piece.count;
  });
  const order = uniformPairs(training.interactions, 5, 3);
  assert.deepEqual(await gpu.readIntegers(drawn), triples({ ...training, order, seed: 5, epoch: 3 }));
});
