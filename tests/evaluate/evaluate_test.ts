import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { rankingMetrics } from "../../src/evaluate/metrics.ts";
import { RankingEvaluation } from "../../src/evaluate/ranking_evaluation.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { Student } from "../../src/models/student.ts";
import { rowOf } from "../../src/ragged.ts";
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

Deno.test("evaluate() takes cut-offs beyond the number of items", async () => {
  const { test } = await evaluate(gpu, exactStudent(2), split, { k: [split.items + 50] });
  assert.equal(test.means[`recall@${split.items + 50}`], 1);
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
