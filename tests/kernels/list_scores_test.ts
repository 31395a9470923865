import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { padRows } from "../../src/kernels/embedding.ts";
import { listScores, listScoresOnDevice } from "../../src/kernels/list_scores.ts";
import { topK } from "../../src/kernels/top_k.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { scoresOf } from "../oracle/top_k.ts";
import { problems, randomFactors } from "./random_factors.ts";

Deno.test("listScores() equals float64 dot products, rows of any length", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(problems("floats"), async ({ users, items, dim, exclude: lists }) => {
      const scores = await listScores(gpu, { users, items, dim, lists });
      assert.equal(scores.length, lists.items.length);
      for (let user = 0; user < users.length / dim; user++) {
        const wanted = scoresOf(users, items, dim, user);
        rowOf(lists, user).forEach((item, n) => {
          assert.ok(Math.abs(scores[lists.offsets[user]! + n]! - wanted[item]!) <= 1e-6 * dim);
        });
      }
    }),
    { numRuns: 25 },
  );
});

Deno.test("listScores() has the bits of topK()'s scores", async () => {
  using gpu = await openGpu();
  for (const dim of [1, 6, 17, 64]) {
    const users = randomFactors(70 * dim, dim, 1, "floats");
    const items = randomFactors(500 * dim, dim, 2, "floats");
    const best = await topK(gpu, { users, items, dim, k: 20 });
    const lists = ragged(
      Array.from({ length: 70 }, (_, user) => best.items.subarray(user * 20, (user + 1) * 20)),
    );
    assert.deepEqual(await listScores(gpu, { users, items, dim, lists }), best.scores);
  }
});

Deno.test("listScoresOnDevice() serves named users from one table", async () => {
  using gpu = await openGpu();
  using array = gpu.upload("table", padRows("table", Float32Array.of(1, 2, 10, 20, 30), 1));
  using rows = gpu.upload("rows", Uint32Array.of(1, 0, 1));
  using lists = new DeviceRagged(gpu, "lists", ragged([[2, 0], [], [1]]));
  using scores = listScoresOnDevice(gpu, {
    users: { array, row: 0, count: 2 },
    items: { array, row: 2, count: 3 },
    dim: 1,
    lists,
    rows,
  });
  assert.deepEqual([...await gpu.readFloats(scores)], [60, 20, 40]);
});

Deno.test("listScores() refuses unknown items and missing rows", async () => {
  using gpu = await openGpu();
  const good = { users: new Float32Array(2), items: new Float32Array(3), dim: 1, lists: ragged([[], []]) };
  assert.equal((await listScores(gpu, good)).length, 0);
  const refuses = (lists: typeof good.lists, message: RegExp) =>
    assert.rejects(
      listScores(gpu, { ...good, lists }),
      (error) => error instanceof ArgumentError && message.test(error.message),
    );
  await refuses(ragged([[]]), /'lists'.*1 rows/);
  await refuses(ragged([[], [3]]), /'lists'.*row 1.*item 3/);
});
