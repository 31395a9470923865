import assert from "node:assert/strict";
import fc from "fast-check";
import { activeUsers, coreOf, keepOnly } from "../../src/data/core.ts";
import { ArgumentError } from "../../src/errors.ts";
import { distinctRows, ragged, rowOf } from "../../src/ragged.ts";

const items = 10;
const tables = fc.array(fc.array(fc.nat(items - 1), { maxLength: 12 }), { maxLength: 14 })
  .map((rows) => distinctRows(ragged(rows)));

/** The core by taking out one user or item at a time, until nothing changes. */
function plainCore(pairs: readonly (readonly [number, number])[], core: number) {
  const few = (side: 0 | 1, value: number) => pairs.filter((pair) => pair[side] === value).length < core;
  const wrong = pairs.find((pair) => few(0, pair[0]) || few(1, pair[1]));
  if (wrong === undefined) return pairs;
  const side = few(0, wrong[0]) ? 0 : 1;
  return plainCore(pairs.filter((pair) => pair[side] !== wrong[side]), core);
}

Deno.test("coreOf() leaves what is left when users and items are taken out one by one", () => {
  fc.assert(fc.property(tables, fc.integer({ min: 2, max: 5 }), (interactions, core) => {
    const pairs = Array.from({ length: interactions.offsets.length - 1 }, (_, u) => u)
      .flatMap((u) => [...rowOf(interactions, u)].map((i) => [u, i] as const));
    const expected = plainCore(pairs, core);
    const kept = coreOf(interactions, items, core);
    const marked = pairs.filter(([u, i]) => kept.users[u] === 1 && kept.items[i] === 1);
    assert.deepEqual(marked, expected);
    kept.users.forEach((mark, u) => assert.equal(mark === 1, expected.some((pair) => pair[0] === u)));
    kept.items.forEach((mark, i) => assert.equal(mark === 1, expected.some((pair) => pair[1] === i)));
  }));
});

Deno.test("coreOf() keeps everything for 0 and 1, also what has no interaction, and takes out in a chain", () => {
  const interactions = ragged([[0], [], [0, 1], [1, 2], [2, 3]]);
  for (const core of [0, 1]) {
    const kept = coreOf(interactions, 5, core);
    assert.ok(kept.users.every((mark) => mark === 1) && kept.items.every((mark) => mark === 1));
  }
  assert.ok(coreOf(interactions, 5, 2).users.every((mark) => mark === 0));
  assert.equal(coreOf(ragged([]), 0, 3).users.length, 0);
  for (const wrong of [-1, 1.5, NaN]) assert.throws(() => coreOf(interactions, 5, wrong), ArgumentError);
  assert.throws(() => activeUsers(interactions, 5, -1), ArgumentError);
});

Deno.test("activeUsers() looks at users once", () => {
  const kept = activeUsers(ragged([[0, 1], [2], []]), 4, 2);
  assert.deepEqual([[...kept.users], [...kept.items]], [[1, 0, 0], [1, 1, 1, 1]]);
});

Deno.test("keepOnly() keeps pairs and their times, and numbers the others anew in their order", () => {
  fc.assert(fc.property(tables, fc.func(fc.boolean()), (interactions, choose) => {
    const users = interactions.offsets.length - 1;
    const times = Float64Array.from(interactions.items, (_, n) => 100 + n);
    const kept = {
      users: Uint8Array.from({ length: users }, (_, u) => Number(choose(`user ${u}`))),
      items: Uint8Array.from({ length: items }, (_, i) => Number(choose(`item ${i}`))),
    };
    const left = keepOnly({ interactions, times }, kept);
    const triples = (
      of: typeof interactions,
      at: Float64Array,
      user: (u: number) => number,
      item: (i: number) => number,
    ) =>
      Array.from({ length: of.offsets.length - 1 }, (_, u) => u).flatMap((u) =>
        [...rowOf(of, u)].map((i, n) => [user(u), item(i), at[of.offsets[u]! + n]])
      );
    const expected = triples(interactions, times, Number, Number)
      .filter(([u, i]) => kept.users[u!] === 1 && kept.items[i!] === 1);
    assert.deepEqual(
      triples(left.interactions, left.times!, (u) => left.users[u]!, (i) => left.items[i]!),
      expected,
    );
    assert.equal(left.users.length, kept.users.filter((mark) => mark === 1).length);
    assert.deepEqual(
      [...left.items],
      [...new Set(expected.map(([, i]) => i!))].sort((one, two) => one - two),
    );
    assert.equal(keepOnly({ interactions, times: null }, kept).times, null);
  }));
});
