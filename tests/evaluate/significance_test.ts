import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { measureLists } from "../../src/evaluate/per_user.ts";
import {
  comparePerUser,
  confidenceMargin,
  holm,
  metricPrecision,
  pairedTTest,
  wilcoxonSignedRank,
} from "../../src/evaluate/significance.ts";
import { ragged } from "../../src/ragged.ts";

const goldenFile = new URL("../../../shared/golden/metrics.json", import.meta.url);
const golden = await Deno.readTextFile(goldenFile).then(JSON.parse, () => undefined);
if (golden === undefined) {
  console.warn(`SKIPPED: ${goldenFile.pathname} is not there; the golden figures of Holm are not checked`);
}

const close = (found: number, expected: number, where: string, bound = 1e-10) =>
  assert.ok(
    Math.abs(found - expected) <= bound * Math.max(1e-12, Math.abs(expected)),
    `${where}: ${found} instead of ${expected}`,
  );

Deno.test({ name: "holm() gives the golden figures", ignore: golden === undefined }, () => {
  const cases = golden.cases.filter(({ family }: { family: string }) => family === "significance");
  assert.ok(cases.length > 0);
  for (const { input, expected, tolerance } of cases) {
    holm(input.p).forEach((p, n) => assert.ok(Math.abs(p - expected.holm[n]) <= tolerance));
  }
});

Deno.test("holm() never lowers a probability, keeps the order, and stays below Bonferroni", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (ps) => {
    const adjusted = holm(ps);
    assert.equal(adjusted.length, ps.length);
    ps.forEach((p, n) => {
      assert.ok(adjusted[n]! >= p && adjusted[n]! <= Math.min(1, ps.length * p));
      ps.forEach((other, m) => assert.ok(other < p ? adjusted[m]! <= adjusted[n]! : true));
    });
  }));
});

/** Whole numbers, so that equal differences are equal bit for bit. */
function pairs(n: number, shift: number, digits: number): [number[], number[]] {
  const scale = 10 ** digits;
  const one = Array.from({ length: n }, (_, i) => Math.round((i * i * 7 + 3 * i + 11) % 997 / 997 * scale));
  const other = Array.from(
    { length: n },
    (_, i) => Math.round(((i * i * 5 + 9 * i + 2) % 991 / 991 - shift) * scale),
  );
  return [one, other];
}

Deno.test("the paired tests give the figures of scipy 1.17.1", () => {
  // scipy.stats.ttest_rel(one, other) and wilcoxon(one, other, correction=False, method="approx", or "exact" for n = 50).
  const figures: [
    n: number,
    shift: number,
    digits: number,
    t: number,
    p: number,
    w: number,
    wp: number | null,
  ][] = [
    [2, 0.1, 3, 53.5, 0.011898049497632929, 0, 0.5],
    [5, 0.2, 3, 103.52644173316801, 5.2200661735949116e-08, 0, null],
    [12, 0.05, 2, 6.359877312162185, 5.3708106670706754e-05, 0, null],
    [30, 0.02, 3, -0.44345863687765297, 0.660724979439883, 222, null],
    [50, 0.01, 12, -0.23085340411595895, 0.818389897149974, 621, 0.878334307774896],
    [51, 0.03, 12, 0.37880884352737476, 0.7064336556035083, 594, 0.5177813200083327],
    [200, 0.02, 2, -0.9028523414056899, 0.3676958120475158, 9176.5, 0.4037756011237654],
    [5219, 0.004, 2, -2.7323385192865604, 0.006309820749259519, 6344583, 0.002349508554485084],
  ];
  for (const [n, shift, digits, t, p, w, wp] of figures) {
    const [one, other] = pairs(n, shift, digits);
    const tTest = pairedTTest(one, other);
    close(tTest.statistic, t, `t of ${n}`);
    close(tTest.p, p, `p of ${n}`, 1e-9);
    const wilcoxon = wilcoxonSignedRank(one, other);
    assert.equal(wilcoxon.statistic, w);
    if (wp !== null) close(wilcoxon.p, wp, `signed ranks of ${n}`);
  }
});

Deno.test("wilcoxonSignedRank() counts all signs of few differences, shared ranks too", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 2, maxLength: 9 }), (values) => {
      const differences = values.filter((value) => value !== 0);
      const { statistic, p } = wilcoxonSignedRank(values, values.map(() => 0));
      if (differences.length === 0) return assert.equal(p, 1);
      const ranks = differences.map((value) => {
        const below = differences.filter((other) => Math.abs(other) < Math.abs(value)).length;
        const same = differences.filter((other) => Math.abs(other) === Math.abs(value)).length;
        return below + (same + 1) / 2;
      });
      const total = ranks.reduce((sum, rank) => sum + rank, 0);
      const positive = ranks.reduce((sum, rank, n) => sum + (differences[n]! > 0 ? rank : 0), 0);
      assert.equal(statistic, Math.min(positive, total - positive));
      let extreme = 0;
      for (let signs = 0; signs < 2 ** ranks.length; signs++) {
        const sum = ranks.reduce((all, rank, n) => all + (signs >> n & 1) * rank, 0);
        if (sum <= statistic) extreme++;
      }
      assert.ok(Math.abs(p - Math.min(1, 2 * extreme / 2 ** ranks.length)) < 1e-12);
    }),
  );
});

Deno.test("the paired tests do not depend on the order of the rankers but for the sign of t", () => {
  const values = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 2, maxLength: 80 });
  fc.assert(fc.property(values, (rows) => {
    const one = rows.map(([a]) => a);
    const other = rows.map(([, b]) => b);
    assert.equal(pairedTTest(one, other).statistic, -pairedTTest(other, one).statistic + 0);
    assert.equal(pairedTTest(one, other).p, pairedTTest(other, one).p);
    assert.deepEqual(wilcoxonSignedRank(one, other), wilcoxonSignedRank(other, one));
  }));
});

Deno.test("the paired tests handle equal differences", () => {
  assert.deepEqual(pairedTTest([1, 2], [1, 2]), { statistic: 0, p: 1 });
  assert.deepEqual(pairedTTest([2, 3, 4], [1, 2, 3]), { statistic: Infinity, p: 0 });
  assert.deepEqual(pairedTTest([0.1, 0.2], [0.3, 0.4]), { statistic: -Infinity, p: 0 });
  assert.deepEqual(wilcoxonSignedRank([1, 2], [1, 2]), { statistic: 0, p: 1 });
  assert.deepEqual(wilcoxonSignedRank([2, 3], [1, 3]), { statistic: 0, p: 1 });
});

Deno.test("means over seeds, kept in single precision, are tested as the fractions that they are", () => {
  const seeds = 3;
  const hits = fc.array(fc.nat(12), { minLength: seeds, maxLength: seeds });
  const user = fc.record({ relevant: fc.integer({ min: 1, max: 12 }), one: hits, other: hits });
  const smallest = 27_720;
  fc.assert(fc.property(fc.array(user, { minLength: 2, maxLength: 90 }), (users) => {
    const meansOf = (name: "one" | "other") =>
      users.map((row) =>
        row[name].reduce((sum, n) => sum + Math.fround(Math.min(n, row.relevant) / row.relevant) / seeds, 0)
      );
    const exact = (name: "one" | "other") =>
      users.map((row) =>
        row[name].reduce((sum, n) => sum + Math.min(n, row.relevant) * smallest / row.relevant, 0)
      );
    const means = [meansOf("one"), meansOf("other")] as const;
    const fractions = [exact("one"), exact("other")] as const;
    assert.deepEqual(wilcoxonSignedRank(...means, metricPrecision), wilcoxonSignedRank(...fractions));
    const [found, wanted] = [pairedTTest(...means, metricPrecision), pairedTTest(...fractions)];
    close(found.p, wanted.p, "p of t", 1e-4);
  }));
  assert.deepEqual(pairedTTest([0.1 + 0.2, 1], [0.3, 1], metricPrecision), { statistic: 0, p: 1 });
  const ninths = [[17 / 27, 15 / 18].map(Math.fround), [14 / 27, 13 / 18].map(Math.fround)] as const;
  assert.deepEqual(pairedTTest(...ninths, metricPrecision), { statistic: Infinity, p: 0 });
  // Elsewhere small differences of large values are differences.
  const large = [[1e6, 1e6 + 0.1, 1e6 + 0.3, 2e6, 3e6], [1e6 + 0.2, 1e6, 1e6, 2e6 - 0.1, 3e6 - 0.2]] as const;
  assert.equal(wilcoxonSignedRank(...large).p, 0.3125);
});

Deno.test("the paired tests refuse single pairs and unequal lengths", () => {
  for (const test of [pairedTTest, wilcoxonSignedRank]) {
    assert.throws(() => test([1], [2]), ArgumentError);
    assert.throws(() => test([1, 2], [2]), ArgumentError);
    assert.throws(() => test([NaN, 1, 2], [0, 0, 1]), /pair 0 is NaN and 0; expected finite numbers/);
    assert.throws(() => test([1, 1, 2], [0, Infinity, 1]), /pair 1/);
  }
});

Deno.test("comparePerUser() compares every metric that both have, and adjusts over all of them", () => {
  const relevant = ragged([[0, 1], [2], [3], [4, 5]]);
  const users = Uint32Array.of(0, 1, 2, 3);
  const one = measureLists(Uint32Array.of(0, 1, 2, 9, 3, 9, 4, 9), 2, users, relevant, [1, 2]);
  const other = measureLists(Uint32Array.of(9, 0, 2, 9, 9, 9, 9, 5), 2, users, relevant, [2, 5]);
  const rows = comparePerUser(one, other);
  assert.deepEqual(rows.map(({ metric }) => metric), [
    "recall@2",
    "ndcg@2",
    "precision@2",
    "hit@2",
    "averagePrecision@2",
    "reciprocalRank@2",
  ]);
  const recall = rows[0]!;
  assert.equal(recall.mean, (1 + 1 + 1 + 0.5) / 4);
  assert.equal(recall.otherMean, (0.5 + 1 + 0 + 0.5) / 4);
  assert.equal(recall.difference, (0.5 + 0 + 1 + 0) / 4);
  assert.deepEqual(recall.tTest, pairedTTest([1, 1, 1, 0.5], [0.5, 1, 0, 0.5]));
  assert.deepEqual(rows.map(({ tTestHolm }) => tTestHolm), holm(rows.map(({ tTest }) => tTest.p)));
  assert.deepEqual(
    rows.map(({ wilcoxonHolm }) => wilcoxonHolm),
    holm(rows.map(({ wilcoxon }) => wilcoxon.p)),
  );
  const fewer = measureLists(Uint32Array.of(0, 1), 1, Uint32Array.of(0, 1), relevant, [2]);
  assert.throws(() => comparePerUser(one, fewer), ArgumentError);
});

Deno.test("confidenceMargin() is the tabulated t times the standard error", () => {
  // t at 97.5 %: 12.706 for 1 degree of freedom, 2.228 for 10
  assert.ok(Math.abs(confidenceMargin([1, 3], [0, 0]) - 12.7062) < 1e-3);
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  assert.ok(Math.abs(confidenceMargin(values, values.map(() => 0)) - 2.22814) < 1e-4);
  assert.equal(confidenceMargin(values, values), 0);
});
