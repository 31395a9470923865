import assert from "node:assert/strict";
import { generalizationSplit } from "../../src/data/generalization.ts";
import { generateSample } from "../../src/data/sample.ts";
import { splitDataset } from "../../src/data/split.ts";
import { ArgumentError } from "../../src/errors.ts";
import { rowOf } from "../../src/ragged.ts";

const split = splitDataset(generateSample({ users: 101, items: 60, interactions: 1500, communities: 3 }), {
  seed: 1,
});

Deno.test("generalizationSplit() gives 80 % of the users 80 % of their items, and keeps the others apart", () => {
  const { inside, insideHistory, outside } = generalizationSplit(split, { seed: 1 });
  assert.deepEqual([inside.users, outside.users], [80, 21]);
  const ids = [...inside.userIds, ...outside.userIds];
  assert.deepEqual(ids.toSorted(), split.userIds.toSorted());
  assert.deepEqual(insideHistory.userIds, inside.userIds);
  inside.userIds.forEach((id, user) => {
    const whole = [...rowOf(split.train, split.userIds.indexOf(id))];
    const kept = [...rowOf(inside.train, user)];
    assert.deepEqual([...rowOf(insideHistory.train, user)], whole);
    assert.equal(kept.length, Math.max(1, Math.floor(0.8 * whole.length + 1e-9)));
    assert.ok(kept.every((item, n) => whole.includes(item) && (n === 0 || item > kept[n - 1]!)));
  });
  outside.userIds.forEach((id, user) =>
    assert.deepEqual([...rowOf(outside.train, user)], [...rowOf(split.train, split.userIds.indexOf(id))])
  );
  const known = new Set(inside.train.items);
  for (const { valid, test, users } of [inside, insideHistory, outside]) {
    assert.ok(test.items.length > 0);
    for (const part of [valid, test]) assert.ok(part.items.every((item) => known.has(item)));
    for (let user = 0; user < users; user++) {
      assert.equal(rowOf(valid, user).length > 0, rowOf(test, user).length > 0);
    }
  }
  assert.deepEqual(insideHistory.test, inside.test);
});

Deno.test("generalizationSplit() depends on the seed, and refuses shares that make no sense", () => {
  const one = generalizationSplit(split, { seed: 1 });
  assert.deepEqual(generalizationSplit(split, { seed: 1 }), one);
  const two = generalizationSplit(split, { seed: 2 });
  assert.notDeepEqual(two.inside.userIds, one.inside.userIds);
  assert.notEqual(two.inside.name, one.inside.name);
  const all = generalizationSplit(split, { seed: 1, users: 1, items: 1 });
  assert.deepEqual(all.inside.train, split.train);
  assert.equal(all.outside.users, 0);
  for (
    const wrong of [{ users: 0 }, { items: 1.1 }, { users: NaN }, { users: 0.001 }, { seed: NaN }, {
      seed: -1,
    }, {
      seed: 2 ** 32,
    }]
  ) {
    assert.throws(() => generalizationSplit(split, { seed: 1, ...wrong }), ArgumentError);
  }
});
