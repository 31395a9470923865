import assert from "node:assert/strict";
import { ArgumentError, GpuError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { uploadExclusions } from "../../src/kernels/exclusions.ts";
import { rankerOf } from "../../src/models/ranker.ts";
import { createModel } from "../../src/models/registry.ts";
import { ragged } from "../../src/ragged.ts";

const training = { users: 3, items: 5, interactions: ragged([[0], [1], [2]]) };
const settings = {
  MF: { dim: 4, batch: 2 },
  DL: { dim: 4, towerDim: 4, tower: "4", batch: 2, negatives: 1 },
};

Deno.test("rankers refuse counts that are none, and fewer rows than users", async () => {
  using gpu = await openGpu();
  for (const [kind, options] of Object.entries(settings)) {
    using model = createModel(gpu, kind, training, options);
    const ranker = rankerOf(gpu, model);
    using few = uploadExclusions(gpu, ragged([[0], [1]]));
    using many = new DeviceRagged(gpu, "lists", ragged([[0], [1], [2], [3]]));
    using targets = gpu.upload("targets", Uint32Array.of(0, 1, 2));
    const { inUse } = gpu.memory;
    for (const k of [0, -1, 4 / 3, NaN]) {
      assert.throws(() => ranker.topK(k), ArgumentError, `k ${k}`);
      assert.throws(() => ranker.rankCounts(targets, k), ArgumentError, `length ${k}`);
    }
    assert.throws(() => ranker.topK(2, few), /'exclude'.*2 rows; expected one for each of the 3 users/);
    assert.throws(() => ranker.rankCounts(targets, 1, few), /'exclude'/);
    assert.throws(() => ranker.rankCounts(targets, 2), /'targets'/);
    for (const [first, count] of [[0, 4], [3, 1], [-1, 2], [0.5, 1], [2, 2], [0, NaN]] as const) {
      assert.throws(() => ranker.topK(2, undefined, { first, count }), /'range'.*some of the 3 users/);
      assert.throws(() => ranker.rankCounts(targets, 1, undefined, { first, count }), /'range'/);
    }
    assert.throws(() => ranker.rankCounts(targets, 2, undefined, { first: 1, count: 2 }), /'targets'/);
    assert.throws(() => ranker.listScores(many), /'lists'.*4 rows/);
    assert.throws(() => ranker.topK(2 ** 31), GpuError);
    assert.equal(gpu.memory.inUse, inUse);
    using best = ranker.topK(2);
    assert.equal((await gpu.readIntegers(best)).length, 6);
  }
});

Deno.test("rankers serve a range of users as they serve all", async () => {
  using gpu = await openGpu();
  const users = 131;
  const items = 90;
  const interactions = ragged(
    Array.from(
      { length: users },
      (_, user) => Array.from({ length: 1 + user % 9 }, (_, n) => user % 7 + 8 * n),
    ),
  );
  for (const [kind, options] of Object.entries(settings)) {
    using model = createModel(gpu, kind, { users, items, interactions }, { ...options, batch: 64 });
    const ranker = rankerOf(gpu, model);
    using exclude = uploadExclusions(gpu, interactions);
    for (const excluded of [undefined, exclude]) {
      using all = ranker.topK(5, excluded);
      using ranks = ranker.rankCounts(all, 5);
      const [best, counts] = [await gpu.readIntegers(all), await gpu.readIntegers(ranks)];
      for (const [first, count] of [[0, users], [0, 1], [130, 1], [60, 71], [7, 64], [9, 0]] as const) {
        using some = ranker.topK(5, excluded, { first, count });
        const slice = best.subarray(5 * first, 5 * (first + count));
        assert.deepEqual(await gpu.readIntegers(some), slice, `${kind}, ${first}, ${count}`);
        using someRanks = ranker.rankCounts(some, 5, undefined, { first, count });
        assert.deepEqual(await gpu.readIntegers(someRanks), counts.subarray(5 * first, 5 * (first + count)));
        if (!excluded) continue;
        using places = ranker.rankCounts(some, 5, excluded, { first, count });
        assert.deepEqual([...await gpu.readIntegers(places)], [...slice].map((_, n) => n % 5));
      }
    }
  }
});

Deno.test("a model that does not fit leaves no memory taken", async () => {
  using gpu = await openGpu();
  const observed = Array.from({ length: 20_000 }, (_, item) => item);
  const large = { users: 1, items: 20_005, interactions: ragged([observed]) };
  const options = { dim: 1, towerDim: 512, tower: "4", negatives: 1, batch: 20_000 };
  assert.throws(() => createModel(gpu, "DL", large, options), GpuError);
  assert.equal(gpu.memory.inUse, 0);
});
