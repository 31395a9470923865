import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { listOverlap, type RankedLists } from "../../src/evaluate/list_overlap.ts";

const none = 0xffffffff;

/** Lists of one model, given row by row. */
function pack(rows: readonly (readonly number[])[], length: number): RankedLists {
  const items = new Uint32Array(rows.length * length).fill(none);
  rows.forEach((row, user) => items.set(row, user * length));
  return { items, length };
}

/** The definition, with sets. */
function naive(models: readonly number[][][], k: number, users: readonly number[]): number[][] {
  return models.map((own) =>
    models.map((other) => {
      const shares = users.flatMap((user) => {
        const [a, b] = [new Set(own[user]!.slice(0, k)), new Set(other[user]!.slice(0, k))];
        const shorter = Math.min(a.size, b.size);
        return shorter === 0 ? [] : [a.intersection(b).size / shorter];
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    })
  );
}

const length = 7;
const row = fc.uniqueArray(fc.nat(11), { maxLength: length });
const worlds = fc.integer({ min: 0, max: 6 }).chain((users) =>
  fc.record({
    models: fc.array(fc.array(row, { minLength: users, maxLength: users }), { maxLength: 4 }),
    users: fc.subarray(Array.from({ length: users }, (_, user) => user)),
    k: fc.integer({ min: 1, max: 9 }),
  })
);

function close(found: number[][], expected: number[][]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((values, a) =>
    values.forEach((value, b) => {
      const own = found[a]![b]!;
      assert.ok(Object.is(own, value) || Math.abs(own - value) < 1e-12, `${a}, ${b}: ${own}, not ${value}`);
    })
  );
}

const packed = (models: readonly number[][][]) => models.map((rows) => pack(rows, length));

Deno.test("listOverlap() equals the definition", () => {
  fc.assert(fc.property(worlds, ({ models, users, k }) => {
    close(listOverlap(packed(models), k, users), naive(models, k, users));
  }));
});

Deno.test("listOverlap() is symmetric, within [0, 1], and exactly 1 on the diagonal", () => {
  fc.assert(fc.property(worlds, ({ models, users, k }) => {
    const overlap = listOverlap(packed(models), k, users);
    overlap.forEach((values, a) =>
      values.forEach((value, b) => {
        assert.ok(Object.is(value, overlap[b]![a]!));
        assert.ok(Number.isNaN(value) || (value >= 0 && value <= 1));
      })
    );
    models.forEach((rows, a) => {
      const any = users.some((user) => rows[user]!.length > 0);
      assert.ok(Object.is(overlap[a]![a]!, any ? 1 : NaN));
    });
  }));
});

Deno.test("listOverlap() does not depend on the order within the places, of the users or of the models", () => {
  fc.assert(fc.property(worlds, ({ models, users, k }) => {
    const expected = listOverlap(packed(models), k, users);
    const mixed = models.map((rows) => rows.map((row) => [...row.slice(0, k).reverse(), ...row.slice(k)]));
    assert.deepEqual(listOverlap(packed(mixed), k, users), expected);
    close(listOverlap(packed(models), k, [...users].reverse()), expected);
    const turned = listOverlap(packed([...models].reverse()), k, users);
    close(turned.reverse().map((values) => values.reverse()), expected);
  }));
});

Deno.test("listOverlap() takes lists of different lengths, and divides by the shorter list", () => {
  const lists = [pack([[1, 2, 3, 4], [5, 6]], 5), pack([[2, 9], [6, 5]], 2)];
  assert.equal(listOverlap(lists, 4, [0])[0]![1], 0.5);
  assert.equal(listOverlap(lists, 4, [1])[0]![1], 1);
  assert.equal(listOverlap(lists, 4, Uint32Array.of(0, 1))[0]![1], 0.75);
  assert.equal(listOverlap(lists, 1, [0, 1])[0]![1], 0);
});

Deno.test("listOverlap() leaves out a user without a list, and gives NaN where nobody is left", () => {
  const lists = [pack([[1], []], 1), pack([[1], [1]], 1)];
  assert.equal(listOverlap(lists, 50, [0, 1])[0]![1], 1);
  const alone = listOverlap(lists, 50, [1]);
  assert.deepEqual(alone, [[NaN, NaN], [NaN, 1]]);
  assert.deepEqual(listOverlap(lists, 50, []), [[NaN, NaN], [NaN, NaN]]);
  assert.deepEqual(listOverlap([], 50, [0]), []);
});

Deno.test("listOverlap() refuses a cut-off that is none, and a user without a row", () => {
  for (const k of [0, -1, 1.5, NaN]) assert.throws(() => listOverlap([], k, []), ArgumentError);
  assert.throws(
    () => listOverlap([pack([[1]], 1), pack([[1], [2]], 1)], 1, [1]),
    /'lists'.*model 0 has 1 places; expected 1 for each user up to 1/,
  );
});
