import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { rankingMetrics } from "../../src/evaluate/metrics.ts";
import { measureSplit, RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import type { Ranker } from "../../src/models/ranker.ts";
import { Student } from "../../src/models/student.ts";
import { emptyPlace, ragged, rowOf } from "../../src/ragged.ts";
import { permutation, stream } from "../../src/random.ts";
import { smallWorld } from "../teachers/small_world.ts";

const split = smallWorld();
const gpu = await openGpu();

/** A student of small integers: scores are exact, and many are equal. */
function exactStudent(dim: number): Student {
  const numbers = (length: number, step: number) =>
    Float32Array.from({ length }, (_, n) => (n * step + n % 7) % 5 - 2);
  return new Student({
    dim,
    userFactors: numbers(split.users * dim, 3),
    itemFactors: numbers(split.items * dim, 11),
    userIds: split.userIds,
    itemIds: split.itemIds,
  });
}

Deno.test("evaluate() equals a full sort of every user's items, part by part", async () => {
  for (const dim of [1, 3, 6]) {
    const student = exactStudent(dim);
    const result = await evaluate(gpu, student, split, { k: [3, 20] });
    for (const [part, other] of [["valid", "test"], ["test", "valid"]] as const) {
      const { perUser, means } = result[part];
      const expectedUsers: number[] = [];
      let sum = 0;
      for (let user = 0; user < split.users; user++) {
        const relevant = rowOf(split[part], user);
        if (relevant.length === 0) continue;
        expectedUsers.push(user);
        const out = new Set([...rowOf(split.train, user), ...rowOf(split[other], user)]);
        const score = (item: number) => {
          let total = 0;
          for (let d = 0; d < dim; d++) {
            total += student.userFactors[user * dim + d]! * student.itemFactors[item * dim + d]!;
          }
          return total;
        };
        const order = Array.from({ length: split.items }, (_, item) => item).filter((item) => !out.has(item))
          .sort((left, right) => score(right) - score(left) || left - right);
        const n = expectedUsers.length - 1;
        for (const [c, k] of [3, 20].entries()) {
          const expected = rankingMetrics(order, relevant, k);
          for (const name of ["recall", "ndcg", "precision", "hit"] as const) {
            assert.equal(perUser[name][c]![n], expected[name], `${part}, user ${user}, ${name}@${k}`);
          }
        }
        sum += perUser.recall[1]![n]!;
      }
      assert.deepEqual([...perUser.users], expectedUsers);
      assert.ok(Math.abs(means["recall@20"]! - sum / expectedUsers.length) < 1e-12);
    }
  }
});

Deno.test("an evaluation in blocks of users is that in one", async () => {
  for (const k of [[3, 20], [400]]) {
    const whole = await evaluate(gpu, exactStudent(3), split, { k });
    for (const placesAtOnce of [1, 150, 1000, 5432]) {
      assert.deepEqual(await evaluate(gpu, exactStudent(3), split, { k, placesAtOnce }), whole);
    }
  }
});

Deno.test("users whose held-out items fill their lists are ranked once more, and measured as by long lists", async () => {
  const [users, items] = [40, 300];
  const cases = fc.record({
    seed: fc.nat(1000),
    heavy: fc.constantFrom(1, 2, 5, 13, users),
    k: fc.constantFrom([1], [2, 5], [10]),
    listLength: fc.constantFrom(1, 7, 30),
    placesAtOnce: fc.constantFrom(1, 300, 2000, 2 ** 24),
  });
  interface Case {
    readonly seed: number;
    readonly heavy: number;
    readonly k: readonly number[];
    readonly listLength: number;
    readonly placesAtOnce: number;
  }
  /** Every `heavy`-th user has 60 items in each part; the number of rankings that it took. */
  const rankingsOf = async ({ seed, heavy, k, listLength, placesAtOnce }: Case) => {
    const parts = Array.from({ length: users }, (_, user) => {
      const order = [...permutation(items, seed, stream.sample, user)];
      const count = user % heavy === 0 ? 60 : 2;
      const sorted = (from: number, to: number) => order.slice(from, to).toSorted((a, b) => a - b);
      return [sorted(0, 5), sorted(5, 5 + count), sorted(5 + count, 5 + 2 * count)] as const;
    });
    const [train, valid, test] = [0, 1, 2].map((n) => ragged(parts.map((rows) => rows[n]!)));
    const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n));
    const data = { name: "heavy", users, items, userIds: ids(users), itemIds: ids(items) };
    const heavySplit = { ...data, train: train!, valid: valid!, test: test! };
    // Test items first, then validation items, then the others, each by their number.
    const lists = parts.map(([train, valid, test]) => {
      const known = new Set([...train, ...valid, ...test]);
      const others = Array.from({ length: items }, (_, item) => item).filter((item) => !known.has(item));
      return [...test, ...valid, ...others];
    });
    let rankings = 0;
    const ranker: Ranker = {
      users,
      items,
      topK(width, _exclude, { first, count } = { first: 0, count: users }) {
        rankings++;
        const best = Array.from({ length: count }, (_, n) => {
          const list = lists[first + n]!.slice(0, width);
          return [...list, ...new Array(width - list.length).fill(emptyPlace)];
        });
        return gpu.upload("lists", Uint32Array.from(best.flat()));
      },
      rankCounts: () => assert.fail(),
      listScores: () => assert.fail(),
    };
    using evaluation = new RankingEvaluation(gpu, heavySplit, { k, listLength, placesAtOnce });
    const { lists: kept, ...measured } = await evaluation.rank(ranker);
    const all = lists.flatMap((list) => [...list, ...new Array(items - list.length).fill(emptyPlace)]);
    assert.deepEqual(measured, measureSplit(heavySplit, Uint32Array.from(all), items, k));
    assert.deepEqual([...kept], lists.flatMap((list) => list.slice(0, listLength)));
    return rankings;
  };
  await fc.assert(fc.asyncProperty(cases, async (one) => assert.ok(await rankingsOf(one) > 0)), {
    numRuns: 20,
  });
  const one = { seed: 1, k: [10], listLength: 30, placesAtOnce: 2 ** 24 };
  assert.equal(await rankingsOf({ ...one, heavy: 2 }), 2);
  assert.equal(await rankingsOf({ ...one, heavy: 13 }), 1 + 4);
  assert.equal(await rankingsOf({ ...one, heavy: 2, listLength: 80 }), 1);
});

Deno.test("evaluate() takes cut-offs beyond the number of items", async () => {
  const { test } = await evaluate(gpu, exactStudent(2), split, { k: [split.items + 50] });
  assert.equal(test.means[`recall@${split.items + 50}`], 1);
});

Deno.test("evaluate() refuses cut-offs that are no positive integers", async () => {
  for (const k of [0, -1, 1.5, NaN]) {
    await assert.rejects(evaluate(gpu, exactStudent(2), split, { k: [k] }), {
      message: `the argument 'k' is unusable: it is ${k}; expected a positive integer`,
    });
  }
});

Deno.test("evaluate() refuses a student of other users or items", async () => {
  const student = exactStudent(2);
  const wider = new Student({
    ...student,
    userFactors: new Float32Array(2 * (split.users + 1)),
    userIds: [...split.userIds, "one more"],
  });
  await assert.rejects(evaluate(gpu, wider, split), ArgumentError);
  const renamed = new Student({ ...student, itemIds: split.itemIds.map((id) => `other ${id}`) });
  await assert.rejects(evaluate(gpu, renamed, split), /itemIds differ/);
});

Deno.test("RankingEvaluation gives its device memory back", async () => {
  const before = gpu.memory.inUse;
  for (let n = 0; n < 3; n++) {
    using evaluation = new RankingEvaluation(gpu, split);
    assert.ok(evaluation.width >= 100);
  }
  await evaluate(gpu, exactStudent(2), split);
  assert.equal(gpu.memory.inUse, before);
});
