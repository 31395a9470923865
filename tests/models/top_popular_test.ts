import assert from "node:assert/strict";
import fc from "fast-check";
import { createTopPopular } from "../../src/models/top_popular.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { assertKnown, assertRanking, denseRows, randomTraining } from "../oracle/yardsticks.ts";

Deno.test("createTopPopular() ranks by the number of users, ties by the lower item, without the history", () => {
  const training = { users: 4, items: 5, interactions: ragged([[1, 3], [3, 4], [1, 2, 3], []]) };
  const model = createTopPopular(training);
  const ranked = (history: number[], width: number) => {
    const places = new Uint32Array(width);
    model.rank(Uint32Array.from(history), places);
    return [...places];
  };
  assert.deepEqual(ranked([], 5), [3, 1, 2, 4, 0]);
  assert.deepEqual(ranked([1, 3], 2), [2, 4]);
  assert.deepEqual(ranked([1, 3], 5), [2, 4, 0, 0xffffffff, 0xffffffff]);
  assert.deepEqual(ranked([0, 1, 2, 3, 4], 1), [0xffffffff]);
  assert.deepEqual(ranked([], 0), []);
  assert.deepEqual(ranked([], 5), [3, 1, 2, 4, 0]);
});

Deno.test("createTopPopular() equals a full sort of the counts", () => {
  fc.assert(fc.property(randomTraining, fc.nat(13), (training, width) => {
    const rows = denseRows(training);
    const counts = Array.from({ length: training.items }, (_, item) => {
      return rows.reduce((sum, row) => sum + row[item]!, 0);
    });
    const model = createTopPopular(training);
    rows.forEach((row, user) => {
      const places = new Uint32Array(width);
      const known = model.rank(rowOf(training.interactions, user), places);
      assertRanking(places, counts, row, 0);
      assertKnown(known, places, counts, 0);
    });
  }));
});

Deno.test("createTopPopular() refuses settings, and rows and histories that are not ascending", () => {
  const interactions = ragged([[0]]);
  assert.throws(() => createTopPopular({ users: 1, items: 1, interactions }, { shrink: 1 }), /'shrink'/);
  assert.throws(() => createTopPopular({ users: 2, items: 1, interactions }), /there are 1 rows; expected 2/);
  assert.throws(() => createTopPopular({ users: 1, items: 0, interactions }), /values below 0/);
  assert.throws(
    () => createTopPopular({ users: 1, items: 3, interactions: ragged([[2, 1]]) }),
    /not ascending/,
  );
  const model = createTopPopular({ users: 1, items: 3, interactions });
  const places = new Uint32Array(2);
  for (const history of [[1, 0], [1, 1], [3]]) {
    assert.throws(() => model.rank(Uint32Array.from(history), places), /'history'/);
  }
});
