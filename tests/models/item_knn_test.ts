import assert from "node:assert/strict";
import fc from "fast-check";
import { createItemKnn, type ItemKnnOptions } from "../../src/models/item_knn.ts";
import { nearestItems } from "../../src/models/item_neighbours.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import {
  assertKnown,
  assertRanking,
  denseRows,
  keepLargest,
  randomTraining,
  scoresBy,
} from "../oracle/yardsticks.ts";

/** Scores of all users in the dense form, from the definition. */
function twin(rows: number[][], items: number, options: Required<ItemKnnOptions>): number[][] {
  const numbers = Array.from({ length: items }, (_, n) => n);
  const both = (i: number, j: number) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0);
  const near = numbers.map((i) => {
    const cosines = numbers.map((j) => {
      return i === j || both(i, j) === 0
        ? 0
        : both(i, j) / (Math.sqrt(both(i, i) * both(j, j)) + options.shrink);
    });
    return keepLargest(cosines, options.neighbours);
  });
  if (options.normalization === "none") {
    return rows.map((row) => scoresBy(numbers.map((j) => numbers.map((i) => near[i]![j]!)), row));
  }
  const mean = numbers.map((i) => both(i, i) / rows.length);
  return rows.map((row) =>
    numbers.map((i) => {
      const sum = near[i]!.reduce((total, value) => total + value, 0);
      const pull = numbers.map((j) => near[i]![j]! * (row[j]! - mean[j]!)).reduce((a, b) => a + b, 0);
      return mean[i]! + (sum > 0 ? pull / sum : 0);
    })
  );
}

Deno.test("createItemKnn() equals the dense formula", () => {
  const options = fc.record({
    neighbours: fc.integer({ min: 1, max: 12 }),
    shrink: fc.constantFrom(0, 0.5, 20),
    normalization: fc.constantFrom("none" as const, "centred" as const),
  });
  fc.assert(fc.property(randomTraining, options, fc.nat(13), (training, options, width) => {
    const rows = denseRows(training);
    const scores = twin(rows, training.items, options);
    const model = createItemKnn(training, options);
    assert.deepEqual(model.hyperparameters, { ...options });
    rows.forEach((row, user) => {
      const places = new Uint32Array(width);
      const known = model.rank(rowOf(training.interactions, user), places);
      assertRanking(places, scores[user]!, row, options.normalization === "none" ? 0 : 1e-12);
      assertKnown(known, places, scores[user]!, options.normalization === "none" ? 0 : 1e-12);
    });
  }));
});

Deno.test("createItemKnn() keeps each item's nearest, equal ones by the lower number", () => {
  // Item 0 is as similar to 1 as to 2; item 3 nearer to 2.
  const training = { users: 3, items: 4, interactions: ragged([[0, 1], [0, 2, 3], []]) };
  const similarity = {
    userWeights: new Float64Array(3).fill(1),
    of: (_item: number, _other: number, overlap: number) => overlap,
  };
  const { lists, similarities } = nearestItems(training, similarity, 1);
  assert.deepEqual([...lists.items], [1, 0, 0, 0]);
  assert.deepEqual([...lists.offsets], [0, 1, 2, 3, 4]);
  assert.deepEqual([...similarities], [1, 1, 1, 1]);

  const places = new Uint32Array(4);
  // With one neighbour each, item 2 scores by 3 and not by 0; item 1 scores by 0.
  const model = createItemKnn(training, { neighbours: 1 });
  model.rank(Uint32Array.of(0), places);
  assert.deepEqual([...places], [1, 2, 3, 0xffffffff]);
  model.rank(Uint32Array.of(3), places);
  assert.deepEqual([...places], [2, 0, 1, 0xffffffff]);
});

Deno.test("createItemKnn() by hand: cosine, shrunk cosine and centred scores", () => {
  // d = 3, 1, 2; item 0 with 1: 1 / sqrt 3 = .577; with 2: 2 / sqrt 6 = .816; item 1 with 2: 1 / sqrt 2 = .707.
  const interactions = ragged([[0, 1, 2], [0, 2], [0]]);
  const training = { users: 3, items: 3, interactions };
  const ranked = (options: ItemKnnOptions, history: number[]) => {
    const places = new Uint32Array(2);
    createItemKnn(training, options).rank(Uint32Array.from(history), places);
    return [...places];
  };
  assert.deepEqual(ranked({ shrink: 0 }, [2]), [0, 1]);
  assert.deepEqual(ranked({ shrink: 0 }, [1]), [2, 0]);
  // Shrunk by 10, support decides less than the counts: 1 / 11.41 for item 2 and 1 / 11.73 for item 0.
  assert.deepEqual(ranked({ shrink: 10 }, [1]), [2, 0]);
  // Centred, item 0: 1 + (.577 (1 - 1/3) - .816 (2/3)) / 1.394 = .886; item 2: 2/3 + (.707 (2/3) - .816) / 1.523 = .440.
  assert.deepEqual(ranked({ shrink: 0, normalization: "centred" }, [1]), [0, 2]);
});

Deno.test("createItemKnn() shrinks by default", () => {
  const { hyperparameters } = createItemKnn({ users: 1, items: 2, interactions: ragged([[0]]) });
  assert.deepEqual(hyperparameters, { neighbours: 100, shrink: 50, normalization: "none" });
});

Deno.test("createItemKnn() refuses unusable settings", () => {
  const training = { users: 1, items: 2, interactions: ragged([[0]]) };
  assert.throws(() => createItemKnn(training, { neighbours: 0 }), /'neighbours'/);
  assert.throws(() => createItemKnn(training, { shrink: -1 }), /'shrink'/);
  assert.throws(() => createItemKnn(training, { normalization: "l2" as "none" }), /"none" or "centred"/);
  assert.throws(() => createItemKnn({ ...training, items: 0 }), /values below 0/);
});
