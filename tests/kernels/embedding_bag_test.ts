import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { columnsOf, cutBags } from "../../src/kernels/bag_batches.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { EmbeddingBag } from "../../src/kernels/embedding_bag.ts";
import { normal, permutation, stream, threefry } from "../../src/random.ts";
import { ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { bag, bagGradient } from "../oracle/bag.ts";
import { assertClose } from "../oracle/close.ts";
import { randomLists } from "./random_lists.ts";

interface Shape {
  rows: number;
  vocabulary: number;
  dim: number;
  batch: number;
  left: number;
  rate: number;
  seed: number;
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  vocabulary: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 90 })),
  dim: fc.constantFrom(1, 4, 6, 33),
  batch: fc.integer({ min: 1, max: 45 }),
  // lists that the epoch does not visit
  left: fc.integer({ min: 0, max: 5 }),
  rate: fc.constantFrom(0, 0.25, 0.9),
  seed: fc.nat(),
}).map((shape) => ({ ...shape, left: Math.min(shape.left, shape.rows - 1) }));

const table = (purpose: number, { seed }: Shape, rows: number, dim: number) =>
  Float32Array.from({ length: rows * dim }, (_, n) => normal(seed, purpose, Math.floor(n / dim), n % dim));

Deno.test("cutBags() lists for each batch what it touches, in order", () => {
  fc.assert(fc.property(shapes, ({ rows, vocabulary, batch, left, seed }) => {
    const lists = ragged(randomLists(seed, rows, vocabulary).observed);
    const order = permutation(rows, seed, 1, 1).slice(left);
    const { touched, entries, segments } = cutBags(columnsOf(lists, vocabulary), rows, order, batch);
    assert.equal(segments.length, Math.ceil(order.length / batch) + 1);
    for (let b = 0; b + 1 < segments.length; b++) {
      const wanted: Record<number, [number, number][]> = {};
      order.subarray(b * batch, (b + 1) * batch).forEach((row, slot) =>
        rowOf(lists, row).forEach((item, e) => (wanted[item] ??= []).push([slot, lists.offsets[row]! + e]))
      );
      const found: Record<number, [number, number][]> = {};
      let before = -1;
      for (let s = segments[b]!; s < segments[b + 1]!; s++) {
        const row = touched[2 * s]!;
        assert.ok(row > before, "ascending");
        before = row;
        found[row] = [];
        for (let n = touched[2 * s + 1]!; n < touched[2 * s + 3]!; n++) {
          found[row].push([entries[2 * n]!, entries[2 * n + 1]!]);
        }
      }
      for (const pairs of Object.values(wanted)) pairs.sort((a, b) => a[1] - b[1]);
      assert.deepEqual(found, wanted);
    }
  }));
});

async function compare(gpu: Gpu, shape: Shape) {
  const { rows, vocabulary, dim, batch, left, rate, seed } = shape;
  const lists = ragged(randomLists(seed, rows, vocabulary).observed);
  const order = permutation(rows, seed, 1, 1).slice(left);
  const weights = Array.from({ length: rows }, (_, row) =>
    Array.from(rowOf(lists, row), (_, e) => {
      const dropped =
        threefry(seed, stream.dropout, 5, lists.offsets[row]! + e)[0] < Math.round(rate * 2 ** 32);
      return dropped ? 0 : 1 / (1 - rate) / Math.sqrt(rowOf(lists, row).length);
    }));
  const values = table(2, shape, vocabulary + 1, dim);
  using layer = new EmbeddingBag(gpu, lists, vocabulary);
  using device = gpu.upload("table", padRows("table", values, dim));
  using hidden = gpu.array("hidden", 4 * rows * strideOf(dim));
  layer.recordOrder(order, batch);
  layer.recordWeights({ rate, seed, epoch: 5 });
  const first = Math.floor(rows / 3);
  layer.recordForward({ ordered: false, start: first, count: rows - first }, device, dim, hidden);
  const plain = Array.from({ length: rows - first }, (_, n) => first + n);
  const unordered = unpadRows(await gpu.readFloats(hidden), dim).subarray(0, (rows - first) * dim);
  assertClose(unordered, bag(lists, plain, weights, values, dim), 3e-6, 1, "lists by number");
  for (let b = 0; b * batch < order.length; b++) {
    const here = [...order.subarray(b * batch, (b + 1) * batch)];
    layer.recordForward({ ordered: true, start: b * batch, count: here.length }, device, dim, hidden);
    const found = unpadRows(await gpu.readFloats(hidden), dim).subarray(0, here.length * dim);
    assertClose(found, bag(lists, here, weights, values, dim), 3e-6, 1, `batch ${b}`);
    const slope = table(3, shape, here.length, dim);
    // The batch's slopes may stand behind others.
    const firstSlot = b % 3;
    const behind = new Float32Array(firstSlot * dim).fill(7);
    using slopes = gpu.upload("slope", padRows("slope", Float32Array.of(...behind, ...slope), dim));
    using gradient = gpu.upload("gradient", padRows("before", values, dim));
    layer.recordGradient(b, slopes, dim, gradient, firstSlot);
    const wanted = bagGradient(lists, here, weights, slope, dim, values);
    const size = Math.sqrt(here.length) / (1 - rate);
    assertClose(unpadRows(await gpu.readFloats(gradient), dim), wanted, 3e-6, size, `gradient of batch ${b}`);
  }
}

Deno.test("EmbeddingBag gives sums and gradients as its twin, for every batch of an epoch", async () => {
  using gpu = await openGpu();
  await fc.assert(fc.asyncProperty(shapes, (shape) => compare(gpu, shape)), { numRuns: 40 });
});

Deno.test("EmbeddingBag sums batches of 30,000 lists, and refuses larger ones", async () => {
  using gpu = await openGpu();
  const count = 30_000;
  // An item that all have, beside one that half of them have, and the bias.
  const lists = ragged(Array.from({ length: count }, (_, row) => row % 2 === 0 ? [0] : [0, 1]));
  using layer = new EmbeddingBag(gpu, lists, 2);
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  if (gpu.adapter.kind === "software") {
    assert.throws(() => layer.recordOrder(order, count + 1), /'batch'.*30001.*from 1 to 30000/);
  }
  layer.recordOrder(order, count);
  layer.recordWeights({ rate: 0, seed: 1, epoch: 1 });
  using slope = gpu.upload("slope", padRows("slope", new Float32Array(count).fill(1), 1));
  using gradient = gpu.zeros("gradient", 48);
  layer.recordGradient(0, slope, 1, gradient);
  const sums = unpadRows(await gpu.readFloats(gradient), 1);
  assertClose(sums, [count / 2 * (1 + Math.SQRT1_2), count / 2 * Math.SQRT1_2, count], 1e-3, 1, "sums");
});

Deno.test("EmbeddingBag drops all but nothing at a rate of all but 1", async () => {
  using gpu = await openGpu();
  const lists = ragged([Array.from({ length: 1000 }, (_, n) => n)]);
  using layer = new EmbeddingBag(gpu, lists, 1000);
  layer.recordWeights({ rate: 1 - 1e-12, seed: 1, epoch: 1 });
  using table = gpu.upload("table", padRows("table", new Float32Array(1001).fill(1), 1));
  using hidden = gpu.array("hidden", 16);
  layer.recordForward({ ordered: false, start: 0, count: 1 }, table, 1, hidden);
  // The bias alone.
  assertClose([(await gpu.readFloats(hidden))[0]!], [Math.tanh(1)], 1e-6, 1, "hidden");
});

Deno.test("EmbeddingBag drops other entries in other epochs, and the share that is asked for", async () => {
  using gpu = await openGpu();
  const entries = 4000;
  const lists = ragged([Array.from({ length: entries }, (_, n) => n)]);
  using layer = new EmbeddingBag(gpu, lists, entries);
  // Each entry's row is 1: the sum of the weights stands in the hidden number.
  using device = gpu.upload("table", padRows("table", new Float32Array(entries + 1).fill(0.004), 1));
  using hidden = gpu.array("hidden", 16);
  const kept = new Set<number>();
  for (let epoch = 0; epoch < 5; epoch++) {
    layer.recordWeights({ rate: 0.5, seed: 3, epoch });
    layer.recordForward({ ordered: false, start: 0, count: 1 }, device, 1, hidden);
    const sum = Math.atanh((await gpu.readFloats(hidden))[0]!) / 0.004 - 1;
    const count = Math.round(sum / 2 * Math.sqrt(entries));
    assert.ok(Math.abs(count - entries / 2) < 150, `${count} of ${entries} were kept`);
    kept.add(count);
  }
  assert.ok(kept.size > 2);
});

Deno.test("EmbeddingBag refuses lists that it cannot use, and gives its memory back", async () => {
  using gpu = await openGpu();
  for (const rows of [[[1, 0]], [[0, 0]], [[2]]]) {
    assert.throws(() => new EmbeddingBag(gpu, ragged(rows), 2), ArgumentError);
  }
  const long = ragged([Array.from({ length: 60_001 }, (_, n) => n)]);
  assert.equal(rowCount(long), 1);
  assert.throws(() => new EmbeddingBag(gpu, long, 60_001), /list 0 has 60001 entries/);
  new EmbeddingBag(gpu, ragged([[], [1]]), 2).dispose();
  assert.equal(gpu.memory.inUse, 0);
});
