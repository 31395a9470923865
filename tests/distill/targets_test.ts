import assert from "node:assert/strict";
import fc from "fast-check";
import { ensembleTargets, observedTargets } from "../../src/distill/targets.ts";
import { ArgumentError } from "../../src/errors.ts";
import { emptyPlace, ragged, rowOf } from "../../src/ragged.ts";

Deno.test("observedTargets() agrees with a plain sum and sort", () => {
  const value = fc.integer({ min: 0, max: 6 }).map((n) => n / 4);
  const cases = fc.record({
    rows: fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 8 }), { maxLength: 5 }),
    teachers: fc.array(fc.array(value, { minLength: 40, maxLength: 40 }), { minLength: 1, maxLength: 3 }),
    count: fc.nat(10),
    weighted: fc.boolean(),
  });
  fc.assert(fc.property(cases, ({ rows, teachers, count, weighted }) => {
    const train = ragged(rows);
    const observed = teachers.map((values) => ({
      observed: Float32Array.from(values.slice(0, train.items.length)),
    }));
    const weights = teachers.map((_, m) => weighted ? m / 2 : 1);
    const targets = observedTargets(observed, train, count, ...(weighted ? [weights] : []));
    assert.equal(targets.offsets.length, rows.length + 1);
    rows.forEach((row, user) => {
      const scored = row.map((item, n) => {
        const place = train.offsets[user]! + n;
        return { item, sum: teachers.reduce((sum, values, m) => sum + weights[m]! * values[place]!, 0) };
      });
      scored.sort((a, b) => b.sum - a.sum || a.item - b.item);
      assert.deepEqual([...rowOf(targets, user)], scored.slice(0, count).map(({ item }) => item));
    });
  }));
});

Deno.test("observedTargets() keeps ten items by default and all of a shorter row", () => {
  const train = ragged([Array.from({ length: 12 }, (_, n) => n), [4], []]);
  const targets = observedTargets([{ observed: new Float32Array(13) }], train);
  assert.deepEqual([...targets.offsets], [0, 10, 11, 11]);
  assert.deepEqual([...rowOf(targets, 0)], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("observedTargets() refuses importances that are not aligned or not finite", () => {
  const train = ragged([[1, 2]]);
  assert.throws(() => observedTargets([], train), ArgumentError);
  assert.throws(() => observedTargets([{ observed: new Float32Array(3) }], train), /3 observed importances/);
  assert.throws(() => observedTargets([{ observed: Float32Array.of(1, NaN) }], train), /interaction 1/);
  assert.throws(() => observedTargets([{ observed: new Float32Array(2) }], train, -1), ArgumentError);
  assert.throws(() => observedTargets([{ observed: new Float32Array(2) }], train, 1, [1, 1]), ArgumentError);
});

Deno.test("ensembleTargets() drops the empty places and cuts", () => {
  fc.assert(fc.property(fc.array(fc.nat(4)), fc.nat(5), (lengths, count) => {
    const k = 4;
    const items = Uint32Array.from(
      lengths.flatMap((length, user) =>
        Array.from({ length: k }, (_, n) => n < length ? user + n : emptyPlace)
      ),
    );
    const targets = ensembleTargets({ users: lengths.length, k, items }, count);
    lengths.forEach((length, user) => {
      const expected = Array.from({ length: Math.min(length, count) }, (_, n) => user + n);
      assert.deepEqual([...rowOf(targets, user)], expected);
    });
    assert.equal(targets.items.length, targets.offsets.at(-1));
  }));
});

Deno.test("ensembleTargets() refuses sizes that disagree", () => {
  assert.throws(() => ensembleTargets({ users: 2, k: 2, items: new Uint32Array(3) }), ArgumentError);
  assert.throws(() => ensembleTargets({ users: 1, k: 2, items: new Uint32Array(2) }, 1.5), ArgumentError);
});
