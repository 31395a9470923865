import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { recordNegatives } from "../../src/kernels/negatives.ts";
import { TrainingPairs } from "../../src/kernels/training_pairs.ts";
import { type Ragged, ragged, rowOf, sortedIncludes } from "../../src/ragged.ts";
import { permutation, stream } from "../../src/random.ts";
import { triples as expectedTriples } from "../oracle/negatives.ts";

interface Draw {
  interactions: Ragged;
  items: number;
  seed: number;
  epoch: number;
  pieces?: number;
  negatives?: number;
}

/** Draws an epoch in `pieces` runs of positions. */
async function draw(gpu: Gpu, { interactions, items, seed, epoch, pieces = 1, negatives = 1 }: Draw) {
  using pairs = new TrainingPairs(gpu, interactions, items);
  const order = permutation(pairs.count, seed, stream.shuffle, epoch);
  using orderArray = gpu.upload("order", order);
  const size = Math.ceil(pairs.count / pieces);
  const width = 2 + negatives;
  const result = new Uint32Array(width * pairs.count);
  for (let first = 0; first < pairs.count; first += size) {
    const count = Math.min(size, pairs.count - first);
    using triples = gpu.array("triples", 4 * width * count);
    recordNegatives(gpu, { pairs, order: orderArray, triples, seed, epoch, first, count, negatives });
    result.set(await gpu.readIntegers(triples), width * first);
  }
  return { order, triples: result };
}

Deno.test("recordNegatives() gives the twin's integers on random training sets", async () => {
  using gpu = await openGpu();
  const training = fc.integer({ min: 1, max: 40 }).chain((items) =>
    fc.record({
      items: fc.constant(items),
      rows: fc.array(fc.subarray(Array.from({ length: items }, (_, item) => item)), {
        minLength: 1,
        maxLength: 30,
      }),
      seed: fc.integer({ min: 0, max: 0xffffffff }),
      epoch: fc.nat(1000),
      pieces: fc.integer({ min: 1, max: 3 }),
      negatives: fc.integer({ min: 1, max: 4 }),
    })
  );
  await fc.assert(
    fc.asyncProperty(training, async ({ rows, ...rest }) => {
      const interactions = ragged(rows);
      const { order, triples } = await draw(gpu, { interactions, ...rest });
      assert.deepEqual(triples, expectedTriples({ interactions, users: rows.length, order, ...rest }));
    }),
    { numRuns: 60 },
  );
});

Deno.test("recordNegatives() draws each absent item equally often, and never one that the user has", async () => {
  using gpu = await openGpu();
  const items = 21;
  const has = [0, 1, 2, 5, 8, 9, 13, 20];
  const interactions = ragged(Array.from({ length: 500 }, () => has));
  const counts = new Float64Array(items);
  for (let epoch = 0; epoch < 5; epoch++) {
    const { triples } = await draw(gpu, { interactions, items, seed: 3, epoch });
    for (let n = 2; n < triples.length; n += 3) counts[triples[n]! - 500]!++;
  }
  for (const item of has) assert.equal(counts[item], 0);
  const expected = 5 * 500 * has.length / (items - has.length);
  let chiSquare = 0;
  for (let item = 0; item < items; item++) {
    if (!has.includes(item)) chiSquare += (counts[item]! - expected) ** 2 / expected;
  }
  // 12 degrees of freedom: above 32.9 with probability 0.001
  assert.ok(chiSquare < 32.9, `chi-square ${chiSquare}`);
});

Deno.test("recordNegatives() changes with epoch and seed, and repeats itself for the same", async () => {
  using gpu = await openGpu();
  const interactions = ragged(Array.from({ length: 50 }, (_, user) => [user, user + 1]));
  const base = { interactions, items: 1000, seed: 1, epoch: 1 };
  const once = (await draw(gpu, base)).triples;
  assert.deepEqual((await draw(gpu, base)).triples, once);
  assert.notDeepEqual((await draw(gpu, { ...base, epoch: 2 })).triples, once);
  assert.notDeepEqual((await draw(gpu, { ...base, seed: 2 })).triples, once);
});

Deno.test("recordNegatives() gives the positive itself to a user who has every item", async () => {
  using gpu = await openGpu();
  const interactions = ragged([[0, 1, 2], [1]]);
  const { triples } = await draw(gpu, { interactions, items: 3, seed: 0, epoch: 0 });
  for (let n = 0; n < triples.length; n += 3) {
    if (triples[n] === 0) assert.equal(triples[n + 2], triples[n + 1]);
    else {
      assert.ok(triples[n + 2] !== triples[n + 1]);
      assert.ok(!sortedIncludes(rowOf(interactions, 1), triples[n + 2]! - 2));
    }
  }
});

Deno.test("TrainingPairs refuses lists that are out of order, repeat an item or exceed the items", async () => {
  using gpu = await openGpu();
  assert.throws(() => new TrainingPairs(gpu, ragged([[0], [2, 1]]), 3), ArgumentError);
  assert.throws(() => new TrainingPairs(gpu, ragged([[0], [1, 1]]), 3), /user 1 holds item 1 out of order/);
  assert.throws(() => new TrainingPairs(gpu, ragged([[3]]), 3), /user 0 holds item 3.*below 3/);
  using pairs = new TrainingPairs(gpu, ragged([[2], [0], [0, 2]]), 3);
  assert.equal(pairs.count, 4);
});
