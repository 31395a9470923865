import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { isAscending, rowOf } from "../../src/ragged.ts";
import { columnCounts } from "../../src/data/csr.ts";
import { generateSample } from "../../src/data/sample.ts";
import { sha256 } from "../../src/data/files.ts";

const byDefault = generateSample();

Deno.test("generateSample() has the documented sizes and ids", () => {
  assert.deepEqual([byDefault.name, byDefault.users, byDefault.items], ["sample", 1500, 3000]);
  assert.equal(byDefault.interactions.items.length, 60_000);
  assert.equal(new Set(byDefault.userIds).size, 1500);
  assert.equal(new Set(byDefault.itemIds).size, 3000);
  assert(isAscending(byDefault.interactions));
});

Deno.test("generateSample() depends on the seed and on nothing else", () => {
  assert.deepEqual(generateSample({ seed: 1 }), byDefault);
  assert.notDeepEqual(generateSample({ seed: 2 }).interactions, byDefault.interactions);
});

Deno.test("generateSample() keeps giving the same world", async () => {
  const { items } = generateSample({ users: 50, items: 200, interactions: 1000, seed: 7 }).interactions;
  const digest = await sha256(new Uint8Array(items.buffer));
  assert.equal(digest, "d77e319e51ce7ce47e7ad61ed44ba4ed96886d4d011a8093ee32e14de350f6c8");
});

Deno.test("generateSample() has active users and popular items", () => {
  const lengths = Array.from({ length: 1500 }, (_, u) => rowOf(byDefault.interactions, u).length).sort((
    a,
    b,
  ) => a - b);
  assert(lengths[0]! >= 8 && lengths[1499]! > 5 * lengths[750]!);
  const counts = columnCounts(byDefault.interactions, 3000).sort().reverse();
  const head = counts.slice(0, 300).reduce((sum, count) => sum + count, 0);
  assert(head > 15_000 && head < 30_000, `a tenth of the items has ${head} of 60000 interactions`);
});

Deno.test("generateSample() gives every user at least 8 items, whatever the sizes", () => {
  const sizes = fc.record({
    users: fc.integer({ min: 1, max: 20 }),
    items: fc.integer({ min: 32, max: 70 }),
    communities: fc.integer({ min: 1, max: 30 }),
    seed: fc.nat(),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(sizes, ({ users, items, communities, seed, part }) => {
      const most = Math.floor(users * items / 4);
      const interactions = 8 * users + Math.floor(part * (most - 8 * users));
      const dataset = generateSample({ users, items, communities, seed, interactions });
      assert.equal(dataset.interactions.items.length, interactions);
      assert(isAscending(dataset.interactions));
      for (let u = 0; u < users; u++) assert(rowOf(dataset.interactions, u).length >= 8);
      assert(dataset.interactions.items.every((item) => item < items));
    }),
    { numRuns: 40 },
  );
});

Deno.test("generateSample() holds structure: neighbours share far more than chance", () => {
  const { interactions, users, items } = byDefault;
  const popularity = columnCounts(interactions, items);
  let closest = 0;
  let chance = 0;
  for (let u = 0; u < 40; u++) {
    const own = new Set(rowOf(interactions, u));
    let best = 0;
    for (let v = 0; v < users; v++) {
      if (v === u) continue;
      const other = rowOf(interactions, v);
      const common = other.reduce((sum, item) => sum + (own.has(item) ? 1 : 0), 0);
      best = Math.max(best, common / Math.sqrt(own.size * other.length));
    }
    closest += best;
    let expected = 0;
    for (const item of own) expected += popularity[item]! / users;
    chance += expected / own.size;
  }
  assert(closest > 4 * chance, `closest ${closest}, by chance ${chance}`);
});

Deno.test("generateSample() refuses sizes that do not fit", () => {
  const wrong = [
    { users: 0 },
    { items: 1.5 },
    { communities: -1 },
    { seed: -1 },
    { users: 10, interactions: 79 },
    { users: 10, items: 40, interactions: 101 },
    { users: 1, items: 15, interactions: 8 },
  ];
  for (const options of wrong) {
    assert.throws(() => generateSample(options), ArgumentError, JSON.stringify(options));
  }
});

Deno.test("generateSample() takes less than a second", () => {
  const start = performance.now();
  generateSample({ seed: 3 });
  assert(performance.now() - start < 1000);
});
