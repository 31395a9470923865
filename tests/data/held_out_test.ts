import assert from "node:assert/strict";
import fc from "fast-check";
import type { Dataset } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { ArgumentError } from "../../src/errors.ts";
import { distinctRows, ragged, rowOf, sortedIncludes } from "../../src/ragged.ts";

const items = 8;

function datasetOf(rows: number[][], times?: (n: number) => number): Dataset {
  const interactions = distinctRows(ragged(rows));
  const users = rows.length;
  return {
    name: "some",
    users,
    items,
    interactions,
    userIds: Array.from({ length: users }, (_, u) => `u${u}`),
    itemIds: Array.from({ length: items }, (_, i) => `i${i}`),
    ...(times === undefined ? {} : { times: Float64Array.from(interactions.items, (_, n) => times(n)) }),
  };
}

/** Few distinct times, so that many are equal. */
const datasets = fc.record({
  rows: fc.array(fc.array(fc.nat(items - 1), { maxLength: 9 }), { maxLength: 10 }),
  times: fc.array(fc.integer({ min: -3, max: 6 }), { minLength: 100, maxLength: 100 }),
}).map(({ rows, times }) => datasetOf(rows, (n) => times[n]!));
const seeds = fc.nat(100);
const shares = fc.record({ test: fc.constantFrom(0, 0.1, 0.2, 0.5), valid: fc.constantFrom(0, 0.2, 0.4) });

/** The times of a user's items in one part. */
function timesOf(dataset: Dataset, u: number, row: ArrayLike<number>): number[] {
  const all = rowOf(dataset.interactions, u);
  return Array.from(row, (item) => dataset.times![dataset.interactions.offsets[u]! + all.indexOf(item)]!);
}

const most = (values: number[]) => Math.max(-Infinity, ...values);
const least = (values: number[]) => Math.min(Infinity, ...values);

Deno.test("splitDataset() holds out the last items of every user, never earlier than those it trains on", () => {
  fc.assert(fc.property(datasets, seeds, shares, (dataset, seed, share) => {
    const split = splitDataset(dataset, { ...share, seed, method: "leave-last-out" });
    const held = Number(share.test > 0) + Number(share.valid > 0);
    const trained = new Set(split.train.items);
    for (let u = 0; u < dataset.users; u++) {
      const all = rowOf(dataset.interactions, u);
      const [train, valid, test] = [rowOf(split.train, u), rowOf(split.valid, u), rowOf(split.test, u)];
      const [trainTimes, validTimes, testTimes] = [train, valid, test].map((row) => timesOf(dataset, u, row));
      assert.ok(most(trainTimes!) <= least(validTimes!) && most(trainTimes!) <= least(testTimes!));
      assert.ok(most(validTimes!) <= least(testTimes!));
      assert.equal(train.length, all.length > held ? all.length - held : all.length);
      assert.ok(valid.length <= Number(share.valid > 0) && test.length <= Number(share.test > 0));
      const missing = [...all].filter((item) =>
        ![train, valid, test].some((row) => sortedIncludes(row, item))
      );
      assert.ok(missing.every((item) => !trained.has(item)));
      assert.ok([...valid, ...test].every((item) => trained.has(item)));
    }
  }));
});

Deno.test("splitDataset() cuts all interactions at the same times, without a leak", () => {
  fc.assert(fc.property(datasets, seeds, shares, (dataset, seed, share) => {
    const split = splitDataset(dataset, { ...share, seed, method: "temporal" });
    const users = Array.from({ length: dataset.users }, (_, u) => u);
    const [train, valid, test] = [split.train, split.valid, split.test].map((part) =>
      users.flatMap((u) => timesOf(dataset, u, rowOf(part, u)))
    );
    assert.ok(most(train!) < least(valid!) && most(train!) < least(test!));
    assert.ok(most(valid!) < least(test!));
    const trained = new Set(split.train.items);
    for (const u of users) {
      const rows = [rowOf(split.train, u), rowOf(split.valid, u), rowOf(split.test, u)];
      if (rows[0]!.length === 0) assert.ok(rows.every((row) => row.length === 0));
      const missing = [...rowOf(dataset.interactions, u)].filter((item) =>
        !rows.some((row) => sortedIncludes(row, item))
      );
      assert.ok(rows[0]!.length === 0 || missing.every((item) => !trained.has(item)));
    }
    // No part is larger than its share, and none is smaller than ties demand.
    const sorted = [...dataset.times!].sort((one, two) => one - two);
    const count = (part: number) => Math.floor(part * sorted.length + 1e-9);
    const held = count(share.test) + count(share.valid);
    const earlier = sorted.filter((time) => time <= most(train!)).length;
    assert.equal(train!.length, train!.length === 0 ? 0 : earlier);
    if (train!.length > 0) assert.ok(earlier >= sorted.length - held);
    assert.ok(test!.length <= count(share.test));
    assert.deepEqual(splitDataset(dataset, { ...share, seed: seed + 1, method: "temporal" }), split);
  }));
});

Deno.test("splitDataset() takes as many of the latest as asked, and moves ties to the earlier part", () => {
  // Everybody has something, and somebody has every item, before the ten times that are given.
  const rows = [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]];
  const lengths = (times: number[]) => {
    const dataset = datasetOf(rows, (n) => n < 6 || n % 6 === 5 ? -1 : times[n < 12 ? n - 6 : n - 7]!);
    const split = splitDataset(dataset, { seed: 1, test: 0.17, valid: 0.17, method: "temporal" });
    return [split.train, split.valid, split.test].map((part) => part.items.length);
  };
  assert.deepEqual(lengths([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), [12, 3, 3]);
  assert.deepEqual(lengths([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]), [12, 4, 2]);
  assert.deepEqual(lengths([0, 1, 1, 1, 1, 2, 2, 2, 2, 3]), [13, 4, 1]);
  assert.deepEqual(lengths(Array(10).fill(4)), [18, 0, 0]);
});

Deno.test("splitDataset() lets the seed decide between items of the same time, and nothing else", () => {
  const rows = Array.from({ length: 60 }, () => [0, 1, 2, 3, 4, 5]);
  const options = { method: "leave-last-out", valid: 0 } as const;
  const tied = datasetOf(rows, (n) => n % 6 < 2 ? 0 : 1);
  const tests = [1, 2].map((seed) => splitDataset(tied, { ...options, seed }).test.items);
  assert.notDeepEqual(tests[0], tests[1]);
  assert.deepEqual(splitDataset(tied, { ...options, seed: 1 }).test.items, tests[0]);
  assert.deepEqual([...new Set(tests[0])].sort(), [2, 3, 4, 5]);
  const distinct = datasetOf(rows, (n) => (n * 5) % 6);
  assert.deepEqual(
    splitDataset(distinct, { ...options, seed: 1 }),
    splitDataset(distinct, { ...options, seed: 2 }),
  );
});

Deno.test("splitDataset() leaves those with too few items in training, and tests users without validation items", () => {
  const dataset = datasetOf([[0], [0, 1], [0, 1, 2], []], (n) => n);
  const split = splitDataset(dataset, { seed: 1, method: "leave-last-out" });
  assert.deepEqual([...split.train.offsets], [0, 1, 3, 4, 4]);
  // Item 2 is in no training row: its user is validated, and not tested.
  assert.deepEqual([...split.valid.items], [1]);
  assert.deepEqual([...split.test.items], []);
});

Deno.test("splitDataset() says what is missing for a split by time", () => {
  const dataset = datasetOf([[0, 1, 2]]);
  for (const method of ["leave-last-out", "temporal"] as const) {
    assert.throws(() => splitDataset(dataset, { seed: 1, method }), (error) => {
      assert.ok(error instanceof ArgumentError);
      assert.match(
        error.message,
        /'method' .*it is (leave|temp).*'some' has no times; expected random, or a log/,
      );
      return true;
    });
    const wrong = (times: number[]) => ({ ...dataset, times: Float64Array.from(times) });
    assert.throws(() => splitDataset(wrong([1]), { seed: 1, method }), /it has 1 times; expected 3/);
    assert.throws(() => splitDataset(wrong([1, NaN, 2]), { seed: 1, method }), /a time is NaN/);
  }
  assert.throws(
    () => splitDataset(dataset, { seed: 1, method: "last" as "random" }),
    /it is last; expected one of random/,
  );
});
