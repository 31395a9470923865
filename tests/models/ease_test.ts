import assert from "node:assert/strict";
import fc from "fast-check";
import { createEase, easeItemLimit, easeWeights } from "../../src/models/ease.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { smallWorld } from "../teachers/small_world.ts";
import { assertKnown, assertRanking, denseRows, randomTraining, scoresBy } from "../oracle/yardsticks.ts";

/** The inverse by Gauss-Jordan elimination with row exchanges. */
function inverseOf(matrix: number[][]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => i === j ? 1 : 0)]);
  for (let column = 0; column < size; column++) {
    let best = column;
    for (let i = column + 1; i < size; i++) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[best]![column]!)) best = i;
    }
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]![column]!;
    rows[column] = rows[column]!.map((value) => value / pivot);
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![column]!;
      if (i !== column) rows[i] = rows[i]!.map((value, j) => value - factor * rows[column]![j]!);
    }
  }
  return rows.map((row) => row.slice(size));
}

function gramOf(rows: number[][], items: number): number[][] {
  const numbers = Array.from({ length: items }, (_, n) => n);
  return numbers.map((i) => numbers.map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)));
}

Deno.test("createEase() equals the dense formula", () => {
  const lambdas = fc.constantFrom(0.1, 1, 200);
  fc.assert(fc.property(randomTraining, lambdas, fc.nat(13), (training, lambda, width) => {
    const rows = denseRows(training);
    const gram = gramOf(rows, training.items);
    const inverse = inverseOf(gram.map((row, i) => row.map((value, j) => value + (i === j ? lambda : 0))));
    const expected = inverse.map((row, i) =>
      row.map((value, j) => (i === j ? 1 : 0) - value / inverse[j]![j]!)
    );
    const { weights, stride } = easeWeights(training, lambda);
    expected.forEach((row, i) =>
      row.forEach((value, j) => assert.ok(Math.abs(weights[i * stride + j]! - value) < 1e-10))
    );
    const model = createEase(training, { lambda });
    rows.forEach((row, user) => {
      const places = new Uint32Array(width);
      const known = model.rank(rowOf(training.interactions, user), places);
      assertRanking(places, scoresBy(expected, row), row, 1e-9);
      assertKnown(known, places, scoresBy(expected, row), 1e-9);
    });
  }));
});

Deno.test("easeWeights() has a zero diagonal and a zero gradient everywhere else", () => {
  const { users, items, train } = smallWorld();
  const training = { users, items, interactions: train };
  const gram = gramOf(denseRows(training), items);
  const { weights, stride } = easeWeights(training, 3);
  for (let i = 0; i < items; i++) {
    assert.equal(weights[i * stride + i], 0);
    for (let j = 0; j < items; j++) {
      if (i === j) continue;
      let gradient = 3 * weights[i * stride + j]! - gram[i]![j]!;
      for (let n = 0; n < items; n++) gradient += gram[i]![n]! * weights[n * stride + j]!;
      assert.ok(Math.abs(gradient) < 1e-9, `entry ${i}, ${j}: ${gradient}`);
    }
  }
});

Deno.test("createEase() by hand: two items of two users", () => {
  // X^T X + I = [[3, 1], [1, 2]], P = [[2, -1], [-1, 3]] / 5, B_01 = 1/3, B_10 = 1/2; item 2 has no users.
  const training = { users: 2, items: 3, interactions: ragged([[0, 1], [0]]) };
  const { weights, stride } = easeWeights(training, 1);
  assert.ok(Math.abs(weights[1]! - 1 / 3) < 1e-15 && Math.abs(weights[stride]! - 1 / 2) < 1e-15);
  assert.equal(weights[2], -0);
  const places = new Uint32Array(4);
  createEase(training, { lambda: 1 }).rank(Uint32Array.of(1), places);
  assert.deepEqual([...places], [0, 2, 0xffffffff, 0xffffffff]);
});

Deno.test("createEase() refuses too many items, a useless penalty and unknown items", () => {
  const none = { users: 1, items: easeItemLimit + 1, interactions: ragged([[]]) };
  assert.throws(() => createEase(none), /6001 items.*at most 6000 items; RP3beta takes any number/);
  const twins = { users: 1, items: 2, interactions: ragged([[0, 1]]) };
  assert.throws(() => createEase(twins, { lambda: 1e-20 }), /'lambda'.*a larger penalty/);
  assert.throws(() => createEase(twins, { lambda: 0 }), /'lambda'/);
  assert.throws(() => createEase({ ...twins, items: 1 }), /values below 1/);
});
