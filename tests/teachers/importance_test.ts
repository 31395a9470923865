import assert from "node:assert/strict";
import fc from "fast-check";
import { rankingImportance } from "../../src/teachers/importance.ts";
import { ArgumentError } from "../../src/errors.ts";

const goldenFile = new URL("../../../shared/golden/hetcomp.json", import.meta.url);
const golden = await Deno.readTextFile(goldenFile).then(JSON.parse, () => undefined);
if (golden === undefined) {
  console.warn(`SKIPPED: ${goldenFile.pathname} is not there; golden importance is not checked`);
}

Deno.test({ name: "rankingImportance() gives the golden figures", ignore: golden === undefined }, () => {
  for (const { cut, tauRank, tauConsistency, ranks, importance } of golden.importance) {
    const actual = rankingImportance(ranks, { cut, tauRank, tauConsistency });
    assert.equal(actual.length, importance.length);
    actual.forEach((value, item) =>
      assert.ok(Math.abs(value - importance[item]) < 1e-11, `item ${item}: ${value}`)
    );
  }
});

const table = fc.integer({ min: 1, max: 8 }).chain((items) =>
  fc.array(fc.array(fc.nat(150), { minLength: items, maxLength: items }), { minLength: 1, maxLength: 6 })
);

Deno.test("rankingImportance() lies in (0, 2] before the cut and is 0 from it on", () => {
  fc.assert(fc.property(table, fc.nat(150), (ranks, cut) => {
    rankingImportance(ranks, { cut }).forEach((value, item) => {
      if (ranks.at(-1)![item]! < cut) assert.ok(value > 0 && value <= 2);
      else assert.equal(value, 0);
    });
  }));
});

Deno.test("rankingImportance() does not depend on the order of the earlier checkpoints", () => {
  fc.assert(fc.property(table, (ranks) => {
    const turned = [...ranks.slice(0, -1).reverse(), ranks.at(-1)!];
    const expected = rankingImportance(ranks);
    rankingImportance(turned).forEach((value, item) => assert.ok(Math.abs(value - expected[item]!) < 1e-12));
  }));
});

Deno.test("rankingImportance() counts a single checkpoint and equal ranks as stable", () => {
  assert.deepEqual(rankingImportance([[0, 3]]), [2, Math.exp(-0.3) + 1]);
  assert.deepEqual(rankingImportance([[0, 3], [0, 3], [0, 3]]), [2, Math.exp(-0.3) + 1]);
});

Deno.test("rankingImportance() uses the population standard deviation", () => {
  const [value] = rankingImportance([[2], [4], [0]], { tauConsistency: 1 });
  assert.ok(Math.abs(value! - (1 + Math.exp(-Math.sqrt(8 / 3)))) < 1e-15);
});

Deno.test("rankingImportance() cuts at the rank itself", () => {
  const importance = rankingImportance([[99, 100]]);
  assert.ok(importance[0]! > 1);
  assert.equal(importance[1], 0);
  assert.deepEqual(rankingImportance([[]]), []);
});

Deno.test("rankingImportance() refuses no checkpoint, ragged rows, bad ranks and bad options", () => {
  assert.throws(() => rankingImportance([]), ArgumentError);
  assert.throws(() => rankingImportance([[1, 2], [1]]), ArgumentError);
  assert.throws(() => rankingImportance([[-1]]), ArgumentError);
  assert.throws(() => rankingImportance([[NaN]]), ArgumentError);
  assert.throws(() => rankingImportance([[1]], { tauRank: 0 }), ArgumentError);
  assert.throws(() => rankingImportance([[1]], { cut: NaN }), ArgumentError);
});
