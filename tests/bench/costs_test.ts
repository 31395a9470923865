import assert from "node:assert/strict";
import {
  adamCost,
  cost,
  denseCost,
  distillationBytes,
  expSumBackwardCost,
  expSumForwardCost,
  filterCost,
  itemSquaresCost,
  pairwiseGradientCost,
  propagationCost,
  rankCountsCost,
  selectionCost,
  storedRankCountsCost,
  sumOfCosts,
  topKBytes,
  topKCost,
} from "../../bench/costs.ts";
import { planTopK } from "../../src/kernels/top_k_plan.ts";
import { planTopKTiles } from "../../src/kernels/top_k_tile_plan.ts";

const shape = { users: 3, items: 10, dim: 5 };

Deno.test("topKCost() counts each score once, rows with their padding, and the result", () => {
  assert.deepEqual(topKCost(shape, 2, 4), {
    bytes: (3 + 10) * 8 * 4 + 3 * (2 * 8 + 4 * 4),
    operations: 3 * 10 * (2 * 5 + 1),
    exponentials: 0,
  });
});

Deno.test("the parts of a top-K search have all its operations, and the sample's besides", () => {
  const [all, filter, selection] = [topKCost(shape, 2, 4), filterCost(shape), selectionCost(shape, 2, 4)];
  assert.equal(filter.operations, all.operations);
  assert.ok(selection.operations > 0 && filter.bytes + selection.bytes > all.bytes);
});

Deno.test("selectionCost() counts the sample and the groups that this kind of adapter plans", () => {
  const large = { users: 512, items: 25_181, dim: 64 };
  const plans = {
    software: planTopK(512, 25_181, 100),
    hardware: planTopKTiles({ users: 512, items: 25_181, dim: 64, k: 100, excluded: 15 })!,
  };
  assert.notEqual(plans.software.groups, plans.hardware.groups);
  for (const kind of ["software", "hardware"] as const) {
    const { samples, groups } = plans[kind];
    const { bytes, operations } = selectionCost(large, 100, 15, kind);
    assert.equal(operations, 512 * (samples * 129 + groups + 100));
    assert.equal(bytes, 512 * (8 * groups + 2400 + 60));
  }
});

Deno.test("rankCountsCost() counts one comparison an item, and each target's score and place", () => {
  assert.equal(rankCountsCost(shape, 8).operations, 3 * 10 * (2 * 5 + 1) + 3 * 8 * (2 * 5 + 3));
});

Deno.test("storedRankCountsCost() counts one comparison a score, and each target's place", () => {
  assert.deepEqual(storedRankCountsCost(shape, 8), {
    bytes: 4 * 3 * 10 + 8 * 3 * 8,
    operations: 3 * 10 + 3 * 8 * 3,
    exponentials: 0,
  });
});

Deno.test("the exp-sum's costs have one exponential per pair in each half", () => {
  const lists = { listed: 0, entries: 0, exponentials: 2 };
  const both = sumOfCosts(expSumForwardCost(shape, lists), expSumBackwardCost(shape, lists));
  assert.equal(both.exponentials, 2 * 3 * 10);
  assert.equal(both.operations, 3 * 10 * (8 * 5 + 1));
});

Deno.test("costs grow in proportion to users, items and edges", () => {
  const double = { ...shape, users: 6 };
  assert.equal(topKCost(double, 2, 4).operations, 2 * topKCost(shape, 2, 4).operations);
  assert.equal(propagationCost(20, 0, 4).bytes, 2 * propagationCost(10, 0, 4).bytes);
  assert.equal(pairwiseGradientCost(8, 4, "bpr").bytes, 8 * (9 * 16 + 40));
});

Deno.test("adamCost() reads and writes four arrays; denseCost() has one multiply-add per weight and row", () => {
  assert.equal(adamCost(100).bytes, 3200);
  assert.equal(itemSquaresCost(3, 2).bytes, 4 * (2 + 5) * 3 * 2);
  assert.equal(denseCost(2, 3, 4).operations, 2 * (2 * 3 * 4 + 4));
  assert.deepEqual(sumOfCosts(), cost({}));
});

Deno.test("topKBytes() is bounded whatever the number of items, beside their vectors", () => {
  for (const [block, items] of [[8192, 200_000], [16_384, 200_000], [1000, 1_000_000]] as const) {
    const own = items * 64 + block * (64 + 800);
    assert.ok(topKBytes(block, items, 16, 100) - own <= 32 * 1024 * 1024);
    assert.ok(topKBytes(block, items, 16, 100, "hardware") - own <= 64 * 1024 * 1024);
  }
});

Deno.test("distillationBytes() sums its parts and holds no users x items numbers", () => {
  const step = { users: 5000, items: 25_000, dim: 6, capacity: 750, listed: 110, entries: 115 } as const;
  for (const kind of ["software", "hardware"] as const) {
    const { total, parts } = distillationBytes({ ...step, kind });
    assert.equal(total, Object.values(parts).reduce((sum, bytes) => sum + bytes, 0));
    const more = distillationBytes({ ...step, items: 50_000, kind });
    // Slices and tiles grow in whole pieces.
    assert.ok(more.total < 2.2 * total);
    assert.ok(total < 4 * 750 * 25_000);
  }
});
