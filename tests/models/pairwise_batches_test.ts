import assert from "node:assert/strict";
import { openGpu } from "../../src/gpu/gpu.ts";
import type { DeviceArray } from "../../src/gpu/device_array.ts";
import { PairwiseBatches } from "../../src/models/pairwise_batches.ts";
import { permutation, stream } from "../../src/random.ts";
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
