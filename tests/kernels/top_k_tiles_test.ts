import assert from "node:assert/strict";
import fc from "fast-check";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows } from "../../src/kernels/embedding.ts";
import { topK, topKOnDevice, uploadExclusions } from "../../src/kernels/top_k.ts";
import { rankCounts } from "../../src/kernels/rank_counts.ts";
import { mostListed, planTopKTiles, type TopKTile } from "../../src/kernels/top_k_tile_plan.ts";
import { ragged } from "../../src/ragged.ts";
import { topKOracle } from "../oracle/top_k.ts";
import { randomProblem } from "./random_factors.ts";

Deno.test("topK() by tiles fits workgroup memory at the largest k, also with long exclusion lists", async () => {
  using gpu = await openGpu();
  const users = Float32Array.of(1, -1);
  const excluded = Array.from({ length: 300 }, (_, n) => 3 * n);
  for (const count of [3000, 25_181]) {
    for (const rows of [[[], []], [excluded, []]]) {
      const shape = { users: 2, items: count, dim: 1, excluded: rows[0]!.length };
      let k = 2500;
      while (!planTopKTiles({ ...shape, k })) k--;
      const items = Float32Array.from({ length: count }, (_, n) => n * 7919 % count);
      const problem = { users, items, dim: 1, k, exclude: ragged(rows) };
      assert.deepEqual(
        [...(await topK(gpu, { ...problem, tuning: "hardware" })).items],
        topKOracle(problem).items,
      );
    }
  }
});

Deno.test("topKOnDevice() finds the same with every tile", async () => {
  using gpu = await openGpu();
  const tiles: Partial<TopKTile>[] = [
    {},
    { userLanes: 8, itemLanes: 8, workgroups: 1, memory: 1 },
    { userLanes: 32, itemLanes: 8, users: 4, quads: 2, slab: 2 },
    { users: 8, quads: 2, slab: 3, thresholdSize: 32, placeSize: 32, workgroups: 7 },
    { userLanes: 16, itemLanes: 4, users: 1, groups: 64, thresholdSize: 256, placeSize: 256 },
  ];
  for (const dim of [6, 40]) {
    const { users, items, exclude } = randomProblem({
      users: 150,
      items: 3000,
      dim,
      share: 0.02,
      seed: dim,
      kind: "floats",
    });
    const whole = await topK(gpu, { users, items, dim, k: 20, exclude, tuning: "software" });
    using userRows = gpu.upload("users", padRows("users", users, dim));
    using itemRows = gpu.upload("items", padRows("items", items, dim));
    using excluded = uploadExclusions(gpu, exclude);
    for (const tile of tiles) {
      const best = topKOnDevice(gpu, {
        users: { array: userRows, row: 0, count: 150 },
        items: { array: itemRows, row: 0, count: 3000 },
        dim,
        k: 20,
        exclude: excluded,
        tuning: "hardware",
        tile,
      });
      assert.deepEqual(await gpu.readIntegers(best.items), whole.items);
      assert.deepEqual(await gpu.readFloats(best.scores), whole.scores);
      best.items.dispose();
      best.scores.dispose();
    }
  }
});

Deno.test("planTopKTiles() keeps to WebGPU's limits, and thresholds away from too few and too many candidates", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 300_000 }),
      fc.integer({ min: 1, max: 2500 }),
      fc.integer({ min: 1, max: 300 }),
      fc.nat(5000),
      (items, k, dim, excluded) => {
        const plan = planTopKTiles({ users: 10_000, items, dim, k, excluded });
        if (!plan) return assert.ok(k > 600);
        const { stride, samples, groups, rank, capacity, chunk, filter } = plan;
        const { itemTile, header, slabBytes } = plan.scoring;
        assert.ok(groups % itemTile === 0 && 4 * groups <= 8192);
        assert.ok(k + 512 <= mostListed && capacity <= mostListed && capacity % 4 === 0);
        assert.ok(chunk >= 1 && chunk <= 10_000);
        assert.ok(header.SLAB! * header.SLABS! >= header.VECTORS! && header.SIZE! <= 256);
        assert.ok(slabBytes + 8 * filter.LIST + 4 <= 16_384);
        assert.ok(8 * mostListed + 4 * 256 + 256 <= 16_384);
        assert.ok(8 * capacity + 2 * 4 * 256 + 256 <= 16_384);
        assert.equal(samples, Math.max(1, Math.ceil(items / stride)));
        if (stride === 1) return assert.equal(rank, k);
        assert.ok(stride * (rank - 4.5 * Math.sqrt(rank)) >= k - 1e-6);
        assert.ok(stride * (rank + 4.5 * Math.sqrt(rank)) <= capacity || capacity >= items);
      },
    ),
  );
});

Deno.test("topK() and rankCounts() agree with the register tiles of the other kind of adapter", async () => {
  using gpu = await openGpu();
  const kind = gpu.adapter.kind === "software" ? "hardware" : "software";
  using other = await openGpu();
  Object.assign(other, { adapter: { ...other.adapter, kind } });
  for (const dim of [3, 23, 40, 70]) {
    const problem = randomProblem({ users: 70, items: 900, dim, share: 0.1, seed: dim, kind: "floats" });
    const best = await topK(gpu, { ...problem, k: 50 });
    assert.deepEqual(await topK(other, { ...problem, k: 50 }), best);
    // Too many to be placed in workgroup memory.
    const many = await topK(gpu, { ...problem, k: 1500 });
    assert.deepEqual(await topK(other, { ...problem, k: 1500 }), many);
    const ranks = await rankCounts(other, { ...problem, targets: best.items, length: 50 });
    ranks.forEach((rank, n) => assert.equal(rank, n % 50));
  }
});
