import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { metricNames, rankingMetrics } from "../../src/evaluate/metrics.ts";
import { averagePerUser, meanMetrics, measureLists, usersWithRelevant } from "../../src/evaluate/per_user.ts";
import { emptyPlace, ragged, rowOf } from "../../src/ragged.ts";

const item = fc.oneof({ weight: 9, arbitrary: fc.nat(20) }, {
  weight: 1,
  arbitrary: fc.constant(emptyPlace),
});

Deno.test("measureLists() agrees with rankingMetrics() for every user, cut-off and metric", () => {
  const rows = fc.array(
    fc.tuple(fc.array(fc.nat(20), { maxLength: 6 }), fc.array(item, { minLength: 7, maxLength: 7 })),
  );
  fc.assert(fc.property(rows, (rows) => {
    const relevant = ragged(rows.map(([wanted]) => wanted));
    const users = usersWithRelevant(relevant).reverse();
    const recommended = Uint32Array.from([...users].flatMap((user) => rows[user]![1]));
    const perUser = measureLists(recommended, 7, users, relevant, [1, 3, 7]);
    assert.deepEqual(perUser.users, users);
    perUser.k.forEach((k, c) =>
      users.forEach((user, n) => {
        const expected = rankingMetrics(rows[user]![1], rowOf(relevant, user), k);
        for (const name of metricNames) assert.equal(perUser[name][c]![n], expected[name], `${name}@${k}`);
      })
    );
  }));
});

Deno.test("meanMetrics() is the mean of the per-user values at every cut-off", () => {
  const relevant = ragged([[1], [], [2, 3]]);
  const perUser = measureLists(Uint32Array.of(1, 9, 9, 2), 2, Uint32Array.of(0, 2), relevant, [1, 2]);
  const means = meanMetrics(perUser);
  assert.equal(means["recall@1"], 0.5);
  assert.equal(means["recall@2"], 0.75);
  assert.equal(means["hit@2"], 1);
  assert.equal(means["reciprocalRank@2"], 0.75);
  assert.equal(Object.keys(means).length, 12);
});

Deno.test("meanMetrics() is NaN without users", () => {
  const perUser = measureLists(new Uint32Array(), 1, new Uint32Array(), ragged([[], []]), [1]);
  assert.ok(Number.isNaN(meanMetrics(perUser)["recall@1"]));
});

Deno.test("averagePerUser() is the mean over the measurements, user by user", () => {
  const relevant = ragged([[1], [], [2, 3]]);
  const users = Uint32Array.of(0, 2);
  const lists = fc.array(fc.array(item, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(lists, (lists) => {
    const measured = lists.map((list) => measureLists(Uint32Array.from(list), 2, users, relevant, [1, 2]));
    const mean = averagePerUser(measured);
    assert.deepEqual([mean.users, mean.k], [users, [1, 2]]);
    for (const name of metricNames) {
      mean[name].forEach((values, c) =>
        values.forEach((value, n) => {
          const sum = measured.reduce((total, one) => total + one[name][c]![n]!, 0);
          assert.equal(value, sum / measured.length);
        })
      );
    }
    if (measured.length === 1) assert.deepEqual(mean, measured[0]);
  }));
});

Deno.test("averagePerUser() refuses nothing at all, other users and other cut-offs", () => {
  const relevant = ragged([[1], [4]]);
  const measure = (user: number, k: number) =>
    measureLists(Uint32Array.of(1), 1, Uint32Array.of(user), relevant, [k]);
  assert.throws(() => averagePerUser([]), ArgumentError);
  assert.throws(() => averagePerUser([measure(0, 1), measure(1, 1)]), /the users of number 1 are others/);
  assert.throws(() => averagePerUser([measure(0, 1), measure(0, 2)]), /number 1 has the cut-offs 2/);
});

Deno.test("measureLists() refuses shapes that do not fit and users without relevant items", () => {
  const relevant = ragged([[1], []]);
  const one = Uint32Array.of(0);
  assert.throws(() => measureLists(Uint32Array.of(1), 1.5, one, relevant, [2]), ArgumentError);
  assert.throws(() => measureLists(Uint32Array.of(1, 2, 3), 2, one, relevant, [2]), ArgumentError);
  assert.throws(() => measureLists(Uint32Array.of(1), 1, one, relevant, [0]), ArgumentError);
  assert.throws(
    () => measureLists(Uint32Array.of(1), 1, Uint32Array.of(1), relevant, [1]),
    /nothing is relevant to user 1/,
  );
  assert.throws(() => measureLists(Uint32Array.of(1), 1, Uint32Array.of(2), relevant, [1]), /user 2/);
});

Deno.test("measureLists() counts places beyond a row as empty", () => {
  const relevant = ragged([[4, 7]]);
  const short = measureLists(Uint32Array.of(4), 1, Uint32Array.of(0), relevant, [5]);
  const padded = measureLists(
    Uint32Array.of(4, ...Array(4).fill(0xffffffff)),
    5,
    Uint32Array.of(0),
    relevant,
    [5],
  );
  assert.deepEqual(short, padded);
  assert.equal(short.recall[0]![0], 0.5);
  assert.equal(short.precision[0]![0], 0.2);
});
