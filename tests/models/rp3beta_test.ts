import assert from "node:assert/strict";
import fc from "fast-check";
import { createRp3Beta, type Rp3BetaOptions } from "../../src/models/rp3beta.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import {
  assertKnown,
  assertRanking,
  denseRows,
  keepLargest,
  randomTraining,
  scoresBy,
} from "../oracle/yardsticks.ts";

/** W before the smallest entries are dropped. */
function walk(rows: number[][], items: number, { alpha, beta }: Required<Rp3BetaOptions>): number[][] {
  const numbers = Array.from({ length: items }, (_, n) => n);
  const itemDegree = numbers.map((i) => rows.reduce((sum, row) => sum + row[i]!, 0));
  const userDegree = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
  return numbers.map((i) =>
    numbers.map((j) => {
      let sum = 0;
      rows.forEach((row, v) => sum += i !== j && row[i]! * row[j]! > 0 ? userDegree[v]! ** -alpha : 0);
      return sum === 0 ? 0 : sum * itemDegree[i]! ** -alpha * itemDegree[j]! ** -beta;
    })
  );
}

Deno.test("createRp3Beta() equals the dense formula", () => {
  const options = fc.record({
    alpha: fc.constantFrom(0, 0.6, 1, 2.5),
    beta: fc.constantFrom(0, 0.2, 1),
    neighbours: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(fc.property(randomTraining, options, fc.nat(13), (training, options, width) => {
    const rows = denseRows(training);
    const weights = walk(rows, training.items, options).map((row) => keepLargest(row, options.neighbours));
    const model = createRp3Beta(training, options);
    assert.deepEqual(model.hyperparameters, { ...options });
    rows.forEach((row, user) => {
      const places = new Uint32Array(width);
      const known = model.rank(rowOf(training.interactions, user), places);
      assertRanking(places, scoresBy(weights, row), row, 0);
      assertKnown(known, places, scoresBy(weights, row), 0);
    });
  }));
});

Deno.test("createRp3Beta() with alpha 1 and beta 0 ranks by the probability of ending at an item", () => {
  fc.assert(fc.property(randomTraining, (training) => {
    const rows = denseRows(training);
    const { items, interactions } = training;
    const model = createRp3Beta(training, { alpha: 1, beta: 0, neighbours: 100 });
    const spread = (from: number[], edges: number[][]) => {
      const to = new Array<number>(edges[0]?.length ?? 0).fill(0);
      edges.forEach((row, n) => {
        const degree = row.reduce((sum, value) => sum + value, 0);
        row.forEach((edge, m) => to[m]! += degree > 0 ? from[n]! * edge / degree : 0);
      });
      return to;
    };
    const columns = Array.from({ length: items }, (_, item) => rows.map((row) => row[item]!));
    rows.forEach((row, user) => {
      const start = rows.map((_, other) => other === user ? 1 : 0);
      const end = items === 0 ? [] : spread(spread(spread(start, rows), columns), rows);
      const places = new Uint32Array(items + 1);
      model.rank(rowOf(interactions, user), places);
      assertRanking(places, end, row, 1e-12);
    });
  }));
});

Deno.test("createRp3Beta() by hand: beta turns the ranking from popular to rare items", () => {
  // From item 0: item 1 (4 users) is reached over two users of two items, item 2 (1 user) over one such user.
  const training = { users: 5, items: 3, interactions: ragged([[0, 1], [0, 1], [0, 2], [1], [1]]) };
  const ranked = (options: Rp3BetaOptions) => {
    const places = new Uint32Array(2);
    createRp3Beta(training, options).rank(Uint32Array.of(0), places);
    return [...places];
  };
  assert.deepEqual(ranked({ alpha: 1, beta: 0 }), [1, 2]);
  assert.deepEqual(ranked({ alpha: 1, beta: 0.5 }), [1, 2]); // 2 / 4^.5 = 1 for both
  assert.deepEqual(ranked({ alpha: 1, beta: 0.6 }), [2, 1]);
  assert.deepEqual(ranked({ alpha: 1, beta: 0.6, neighbours: 1 }), [2, 1]);
});

Deno.test("createRp3Beta() refuses unusable settings", () => {
  const training = { users: 1, items: 2, interactions: ragged([[0]]) };
  assert.throws(() => createRp3Beta(training, { alpha: -1 }), /'alpha'.*from 0 to 10/);
  assert.throws(() => createRp3Beta(training, { beta: NaN }), /'beta'/);
  assert.throws(() => createRp3Beta(training, { neighbours: 1.5 }), /'neighbours'/);
});
