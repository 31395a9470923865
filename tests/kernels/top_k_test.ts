import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows } from "../../src/kernels/embedding.ts";
import { topK, topKOnDevice, uploadExclusions } from "../../src/kernels/top_k.ts";
import { rankCounts } from "../../src/kernels/rank_counts.ts";
import { planTopK } from "../../src/kernels/top_k_plan.ts";
import { planTopKTiles } from "../../src/kernels/top_k_tile_plan.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { scoresOf, topKOracle } from "../oracle/top_k.ts";
import { problems, randomFactors, randomProblem } from "./random_factors.ts";

const tunings = ["software", "hardware"] as const;
const sizes = fc.constantFrom(1, 2, 10, 33, 100, 256, 1000);
const tuning = fc.constantFrom(...tunings);

Deno.test("topK() equals the full sort where scores are exact, with many ties", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      problems("integers"),
      sizes,
      fc.boolean(),
      tuning,
      async (problem, k, excluding, tuning) => {
        const { exclude, ...plain } = problem;
        const options = { ...(excluding ? problem : plain), k, tuning };
        const best = await topK(gpu, options);
        const wanted = topKOracle(options);
        assert.deepEqual([...best.items], wanted.items);
        // Adding 0 makes the two zeros one.
        assert.deepEqual(
          Array.from(best.scores, (score) => score + 0),
          wanted.scores.map((score) => score + 0),
        );
        assert.ok(exclude.offsets.length > 0);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("topK() follows the float64 order up to rounding", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(problems("floats"), sizes, tuning, async (problem, k, tuning) => {
      const best = await topK(gpu, { ...problem, k, tuning });
      const wanted = topKOracle({ ...problem, k });
      const rounding = 1e-6 * problem.dim;
      for (let n = 0; n < wanted.items.length; n++) {
        if (wanted.items[n] === 0xffffffff) {
          assert.equal(best.items[n], 0xffffffff);
          assert.equal(best.scores[n], -Infinity);
        } else {
          assert.ok(Math.abs(best.scores[n]! - wanted.scores[n]!) <= rounding);
          if (n % k > 0) {
            const [before, here] = [best.scores[n - 1]!, best.scores[n]!];
            assert.ok(before > here || (before === here && best.items[n - 1]! < best.items[n]!));
          }
        }
      }
      for (let user = 0; user < wanted.items.length / k; user++) {
        const row = [...best.items.subarray(user * k, (user + 1) * k)].filter((item) => item !== 0xffffffff);
        const left = new Set(rowOf(problem.exclude, user));
        assert.equal(new Set(row).size, row.length);
        assert.ok(row.every((item) => !left.has(item)));
        const scores = scoresOf(problem.users, problem.items, problem.dim, user);
        row.forEach((item, n) => assert.ok(Math.abs(scores[item]! - best.scores[user * k + n]!) <= rounding));
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("topK() stays exact when all scores are equal", async () => {
  using gpu = await openGpu();
  const none = 0xffffffff;
  for (const tuning of tunings) {
    const best = await topK(gpu, {
      users: new Float32Array(3 * 6),
      items: randomFactors(40_000 * 6, 1, 1, "floats"),
      dim: 6,
      k: 5,
      exclude: ragged([[], [0, 2, 2, 39_999], Array.from({ length: 39_998 }, (_, n) => 39_999 - n)]),
      tuning,
    });
    assert.deepEqual([...best.items], [0, 1, 2, 3, 4, 1, 3, 4, 5, 6, 0, 1, none, none, none], tuning);
  }
});

Deno.test("topK() stays exact when scores rise with the item number, for each way of selecting", async () => {
  using gpu = await openGpu();
  const count = 30_001;
  const items = Float32Array.from({ length: count }, (_, n) => n);
  for (const tuning of tunings) {
    for (const k of [1, 100, 800, 1024, 2048, 2500]) {
      const best = await topK(gpu, { users: Float32Array.of(1, -1), items, dim: 1, k, tuning });
      const wanted = Array.from({ length: k }, (_, n) => count - 1 - n);
      assert.deepEqual([...best.items.subarray(0, k)], wanted, `k ${k}`);
      assert.deepEqual([...best.items.subarray(k)], wanted.map((item) => count - 1 - item), `k ${k}`);
    }
  }
});

Deno.test("topK() stays exact when the sample knows all good items, none, or one group of them", async () => {
  using gpu = await openGpu();
  const shape = { users: 1, items: 20_000, dim: 1, k: 100 };
  const plans = [planTopK(shape.users, shape.items, shape.k), planTopKTiles(shape)!];
  const { stride } = plans[0]!;
  assert.ok(stride > 1 && plans[1]!.stride === stride);
  const good: ((n: number) => boolean)[] = [
    (n) => n % stride === 0,
    (n) => n % stride === 1,
    ...plans.map(({ groups }) => (n: number) => n % stride === 0 && n / stride % groups === 7),
    (n) => n < 150,
    () => false,
  ];
  for (const isGood of good) {
    const items = Float32Array.from({ length: 20_000 }, (_, n) => isGood(n) ? 5 + n % 977 : -n / 1000);
    const exclude = ragged([Array.from({ length: 40 }, (_, n) => n * 9 % 150)]);
    for (const options of [{}, { exclude }]) {
      const problem = { users: Float32Array.of(1), items, dim: 1, k: 100, ...options };
      const wanted = topKOracle(problem).items;
      for (const tuning of tunings) {
        assert.deepEqual([...(await topK(gpu, { ...problem, tuning })).items], wanted, tuning);
      }
    }
  }
});

Deno.test("topK() stays exact when a sample of good items meets a k beyond the candidates", async () => {
  using gpu = await openGpu();
  const items = randomFactors(60_000, 7, 1, "floats").map((value, n) =>
    (n % 8 === 0 ? 1 : 0.2) * Math.abs(value)
  );
  const problem = { users: Float32Array.of(1), items, dim: 1, k: 2500 };
  const wanted = topKOracle(problem).items;
  for (const tuning of tunings) {
    assert.deepEqual([...(await topK(gpu, { ...problem, tuning })).items], wanted, tuning);
  }
});

Deno.test("topK() stays exact when excluded items are the better ones and fill the candidates", async () => {
  using gpu = await openGpu();
  const count = 20_000;
  const left = Array.from({ length: count }, (_, n) => n).filter((n) => n % 8 > 0).slice(0, 2000);
  const isLeft = new Set(left);
  const items = Float32Array.from(
    { length: count },
    (_, n) =>
      isLeft.has(n) ? 20 + n / count : n % 8 === 0 && n < 400 ? 10 + n / count : 1 + n * 7919 % count / count,
  );
  const problem = { users: Float32Array.of(1), items, dim: 1, k: 100, exclude: ragged([left]) };
  const wanted = topKOracle(problem).items;
  for (const tuning of tunings) {
    assert.deepEqual([...(await topK(gpu, { ...problem, tuning })).items], wanted, tuning);
  }
});

Deno.test("topK() serves a user who leaves hundreds of thousands of items out", async () => {
  using gpu = await openGpu();
  const items = Float32Array.from({ length: 1_100_000 }, (_, n) => Math.sin(n));
  const exclude = ragged([Array.from({ length: 300_000 }, (_, n) => 3 * n)]);
  const problem = { users: Float32Array.of(1), items, dim: 1, k: 10, exclude };
  const wanted = topKOracle(problem).items;
  for (const tuning of tunings) {
    assert.deepEqual([...(await topK(gpu, { ...problem, tuning })).items], wanted, tuning);
  }
});

Deno.test("topK() refuses lists whose offsets are out of order", async () => {
  using gpu = await openGpu();
  const problem = { users: Float32Array.of(1, 1), items: Float32Array.of(1, 2, 3), dim: 1, k: 2 };
  for (const offsets of [[0, 0, 5], [0, 2, 1], [1, 1, 1]]) {
    const exclude = { offsets: Uint32Array.from(offsets), items: Uint32Array.of(2) };
    await assert.rejects(
      topK(gpu, { ...problem, exclude }),
      (error) => error instanceof ArgumentError && /'exclude'.*a rise from 0 to 1,/.test(error.message),
    );
  }
});

Deno.test("planTopK() keeps thresholds away from too few and too many candidates", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300_000 }), fc.integer({ min: 1, max: 2048 }), (items, k) => {
      const { stride, samples, rank, groups, steps, capacity, chunk } = planTopK(10_000, items, k);
      assert.ok(samples === Math.ceil(items / stride) && groups <= samples && steps * groups >= samples);
      assert.ok(capacity <= items && chunk >= 1 && chunk <= 10_000);
      if (stride === 1) return assert.equal(rank, k);
      assert.ok(groups >= 6 * rank);
      assert.ok(stride * (rank - 3.5 * Math.sqrt(rank)) >= k - 1e-6);
      assert.ok(stride * (rank + 3.5 * Math.sqrt(rank)) <= capacity || capacity === items);
    }),
  );
});

Deno.test("topK() serves users in several chunks, with long rows and heavy users", async () => {
  using gpu = await openGpu();
  const users = 2 * planTopK(100_000, 3000, 400).chunk + 77;
  const problem = randomProblem({ users, items: 3000, dim: 1, share: 0, seed: 5, kind: "integers" });
  const heavy = Array.from(
    { length: users },
    (_, user) => user % 1000 === 3 ? [...Array(2900).keys()] : [user % 7],
  );
  const exclude = ragged(heavy);
  const best = await topK(gpu, { ...problem, exclude, k: 400, tuning: "software" });
  const few = 300;
  const some = {
    ...problem,
    users: problem.users.subarray(0, few),
    exclude: ragged(heavy.slice(0, few)),
    k: 400,
  };
  const tiled = await topK(gpu, { ...some, tuning: "hardware" });
  assert.deepEqual(tiled.items, best.items.subarray(0, few * 400));
  assert.deepEqual(tiled.scores, best.scores.subarray(0, few * 400));
  for (let user = 3; user < users; user += 500) {
    const wanted = topKOracle({
      ...problem,
      users: problem.users.subarray(user, user + 1),
      exclude: ragged([heavy[user]!]),
      k: 400,
    });
    assert.deepEqual([...best.items.subarray(user * 400, (user + 1) * 400)], wanted.items, `user ${user}`);
  }
});

Deno.test("topK() works with 256 dimensions", async () => {
  using gpu = await openGpu();
  const problem = randomProblem({ users: 9, items: 3000, dim: 256, share: 0.1, seed: 6, kind: "integers" });
  const wanted = topKOracle({ ...problem, k: 20 }).items;
  for (const tuning of tunings) {
    assert.deepEqual([...(await topK(gpu, { ...problem, k: 20, tuning })).items], wanted);
  }
});

Deno.test("topK() and rankCounts() work with 1,024 dimensions, also where candidates do not suffice", async () => {
  using gpu = await openGpu();
  const items = 900;
  const problem = randomProblem({ users: 5, items, dim: 1024, share: 0.1, seed: 6, kind: "integers" });
  // All scores of the last user are equal.
  problem.users.fill(0, 4 * 1024);
  for (const tuning of tunings) {
    const { items: best } = await topK(gpu, { ...problem, k: 20, tuning });
    assert.deepEqual([...best], topKOracle({ ...problem, k: 20 }).items);
    const targets = best.map((item) => item === 0xffffffff ? 0 : item);
    const ranks = await rankCounts(gpu, { ...problem, targets, length: 20, tuning });
    ranks.forEach((rank, n) => best[n] === 0xffffffff || assert.equal(rank, n % 20));
  }
});

Deno.test("topK() serves users exactly over many items, in several dispatches", async () => {
  using gpu = await openGpu();
  const count = 400_000;
  const users = Float32Array.of(0, 1, -1);
  const items = Float32Array.from({ length: count }, (_, n) => Math.floor(n / 1500) % 250);
  const exclude = ragged([[0, 3], [374_999], []]);
  const options = { users, items, dim: 1, k: 700, exclude };
  const best = await topK(gpu, { ...options, tuning: "hardware" });
  assert.deepEqual([...best.items], topKOracle(options).items);
});

Deno.test("topKOnDevice() reads users and items from one table, for named users, the same bits each time", async () => {
  using gpu = await openGpu();
  const [first, users, itemCount, dim, k] = [3, 150, 2000, 6, 10];
  const values = randomFactors((first + users + itemCount) * dim, 9, 1, "floats");
  using array = gpu.upload("table", padRows("table", values, dim));
  const exclude =
    randomProblem({ users, items: itemCount, dim, share: 0.2, seed: 9, kind: "floats" }).exclude;
  using excluded = uploadExclusions(gpu, exclude);
  const names = Uint32Array.from({ length: 70 }, (_, n) => (n * 37) % users);
  using rows = gpu.upload("rows", names);
  const whole = {
    users: { array, row: first, count: users },
    items: { array, row: first + users, count: itemCount },
    dim,
    k,
    exclude: excluded,
  };
  const host = await topK(gpu, {
    users: values.subarray(first * dim, (first + users) * dim),
    items: values.subarray((first + users) * dim),
    dim,
    k,
    exclude,
  });
  for (const tuning of tunings) {
    const all = topKOnDevice(gpu, { ...whole, tuning });
    const some = topKOnDevice(gpu, { ...whole, rows, tuning });
    assert.deepEqual(await gpu.readIntegers(all.items), host.items);
    assert.deepEqual(await gpu.readFloats(all.scores), host.scores);
    const named = await gpu.readIntegers(some.items);
    names.forEach((user, n) => {
      assert.deepEqual(named.slice(n * k, (n + 1) * k), host.items.slice(user * k, (user + 1) * k));
    });
    topKOnDevice(gpu, { ...whole, into: all, tuning });
    assert.deepEqual(await gpu.readFloats(all.scores), host.scores);
    for (const result of [all.items, all.scores, some.items, some.scores]) result.dispose();
  }
});

Deno.test("topK() gives all working memory back", async () => {
  using gpu = await openGpu();
  const problem = randomProblem({ users: 20, items: 50, dim: 3, share: 0.2, seed: 1, kind: "floats" });
  await topK(gpu, { ...problem, k: 3 });
  assert.equal(gpu.memory.inUse, 0);
});

Deno.test("topK() says which argument is unusable", async () => {
  using gpu = await openGpu();
  const good = { users: new Float32Array(6), items: new Float32Array(12), dim: 3, k: 1 };
  const refuses = (options: Parameters<typeof topK>[1], message: RegExp) =>
    assert.rejects(
      topK(gpu, options),
      (error) => error instanceof ArgumentError && message.test(error.message),
    );
  await refuses({ ...good, k: 0 }, /'k'.*0/);
  await refuses({ ...good, k: 1.5 }, /'k'.*1\.5/);
  await refuses({ ...good, dim: 0 }, /'dim'/);
  await refuses({ ...good, users: new Float32Array(7) }, /'users'.*7/);
  await refuses({ ...good, items: new Float32Array(7) }, /'items'.*7/);
  await refuses({ ...good, users: Float32Array.of(0, 0, 0, 0, NaN, 0) }, /'users'.*row 1.*NaN/);
  await refuses({ ...good, items: Float32Array.of(-Infinity, 0, 0) }, /'items'.*row 0.*Infinity/);
  await refuses(
    { ...good, users: new Float32Array(6).fill(1e30), items: new Float32Array(3).fill(1e30) },
    /1e38/,
  );
  await refuses({ ...good, exclude: ragged([[]]) }, /'exclude'.*1 rows.*2 users/);
  await refuses({ ...good, exclude: ragged([[], [4]]) }, /'exclude'.*row 1.*item 4/);
  await refuses({ ...good, k: 2 ** 33 }, /'k'.*8589934592.*at most 1073741824 places for all 2 users/);
  await refuses({ ...good, tuning: "cpu" as "software" }, /'tuning'.*cpu.*'software' or 'hardware'/);
  const broken = { offsets: Uint32Array.of(0, 5, 2), items: Uint32Array.of(1) };
  assert.throws(() => uploadExclusions(gpu, broken), /'exclude'/);
});
