import assert from "node:assert/strict";
import fc from "fast-check";
import { spectralRows } from "../../src/distill/spectral_start.ts";
import { ArgumentError } from "../../src/errors.ts";
import { ragged } from "../../src/ragged.ts";

interface Lists {
  items: number;
  observed: number[][];
  tops: number[][];
}

const lists: fc.Arbitrary<Lists> = fc.record({
  items: fc.integer({ min: 1, max: 12 }),
  users: fc.integer({ min: 1, max: 15 }),
}).chain(({ items, users }) => {
  const order = fc.shuffledSubarray(Array.from({ length: items }, (_, item) => item));
  return fc.record({
    items: fc.constant(items),
    rows: fc.array(fc.tuple(order, fc.nat(100)), { minLength: users, maxLength: users }),
  });
}).map(({ items, rows }) => {
  const cut = rows.map(([row, share]) => Math.round(row.length * share / 100));
  return {
    items,
    observed: rows.map(([row], user) => row.slice(0, cut[user])),
    tops: rows.map(([row], user) => row.slice(cut[user])),
  };
});

/** The matrix that spectralRows() is to approximate, dense. */
function dense({ items, observed, tops }: Lists): number[][] {
  const matrix = observed.map((row, user) => {
    const values = new Array<number>(items).fill(0);
    for (const item of row) values[item] = 3;
    tops[user]!.forEach((item, n) => values[item] = Math.exp(-n / 30));
    return values;
  });
  const ofRows = matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
  const ofColumns = Array.from(
    { length: items },
    (_, item) => matrix.reduce((sum, row) => sum + row[item]!, 0),
  );
  return matrix.map((row, user) =>
    row.map((value, item) => value === 0 ? 0 : value / Math.sqrt(ofRows[user]! * ofColumns[item]!))
  );
}

function scoresOf(rows: Float32Array, users: number, items: number, dim: number): number[][] {
  return Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, item) => {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += rows[user * dim + d]! * rows[(users + item) * dim + d]!;
      return sum;
    }));
}

Deno.test("spectralRows() of full rank give back the matrix", () => {
  fc.assert(fc.property(lists, fc.nat(), (given, seed) => {
    const users = given.observed.length;
    const dim = Math.min(users, given.items);
    const rows = spectralRows(ragged(given.observed), ragged(given.tops), { items: given.items, dim, seed });
    assert.equal(rows.length, (users + given.items) * dim);
    const scale = Math.sqrt(users * given.items);
    const scores = scoresOf(rows, users, given.items, dim);
    dense(given).forEach((row, user) =>
      row.forEach((value, item) => assert.ok(Math.abs(scores[user]![item]! / scale - value) < 1e-4))
    );
  }));
});

Deno.test("spectralRows() of one dimension hold almost all of the largest singular value", () => {
  fc.assert(fc.property(lists, fc.nat(), (given, seed) => {
    const users = given.observed.length;
    fc.pre(given.observed.some((row, user) => row.length + given.tops[user]!.length > 0));
    const rows = spectralRows(ragged(given.observed), ragged(given.tops), {
      items: given.items,
      dim: 1,
      seed,
    });
    const length = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    const item = [...rows.subarray(users)];
    const products = dense(given).map((row) => row.reduce((sum, value, n) => sum + value * item[n]!, 0));
    // Rows and columns of such a matrix are weighed so that it is 1.
    const held = length(products) / length(item);
    assert.ok(held > 0.99 && held < 1 + 1e-6, `${held}`);
  }));
});

Deno.test("spectralRows() give the same for the same seed, and say what they cannot use", () => {
  const observed = ragged([[0], [1]]);
  const tops = ragged([[1], []]);
  const options = { items: 2, dim: 2, seed: 1 };
  assert.deepEqual(spectralRows(observed, tops, options), spectralRows(observed, tops, options));
  assert.ok(spectralRows(observed, tops, { ...options, dim: 5 }).every(Number.isFinite));
  assert.throws(() => spectralRows(observed, ragged([[1]]), options), ArgumentError);
  assert.throws(() => spectralRows(observed, tops, { ...options, items: 1 }), ArgumentError);
  assert.throws(() => spectralRows(observed, tops, { ...options, dim: 0 }), ArgumentError);
});
