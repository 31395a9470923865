import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { padRows } from "../../src/kernels/embedding.ts";
import { uploadExclusions } from "../../src/kernels/exclusions.ts";
import { listScores } from "../../src/kernels/list_scores.ts";
import { rankCounts, rankCountsOnDevice } from "../../src/kernels/rank_counts.ts";
import { topK } from "../../src/kernels/top_k.ts";
import { permutation, uniform } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { rankCountsOracle } from "../oracle/rank_counts.ts";
import { problems, randomFactors, randomProblem } from "./random_factors.ts";

const none = 0xffffffff;
const tunings = ["software", "hardware"] as const;
const tuning = fc.constantFrom(...tunings);

function randomTargets(users: number, items: number, length: number, seed: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: users * length }, (_, n) => {
    return uniform(seed, 7, n, 0) < 0.1 || items === 0 ? none : Math.floor(items * uniform(seed, 8, n, 0));
  });
}

Deno.test("rankCounts() equals counting in float64 where scores are exact, with many ties", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      problems("integers"),
      fc.constantFrom(3, 130, 300),
      fc.boolean(),
      fc.nat(),
      tuning,
      async (problem, length, excluding, seed, tuning) => {
        const { exclude: _, ...plain } = problem;
        const { users, items, dim } = problem;
        const targets = randomTargets(users.length / dim, items.length / dim, length, seed);
        const options = { ...(excluding ? problem : plain), targets, length, tuning };
        assert.deepEqual([...await rankCounts(gpu, options)], rankCountsOracle(options));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("rankCounts() gives topK()'s items the ranks 0, 1, 2, ... on floats of any dimension", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      problems("floats"),
      fc.constantFrom(1, 7, 50, 130),
      fc.boolean(),
      tuning,
      async (problem, k, excluding, tuning) => {
        const { exclude: _, ...plain } = problem;
        const options = { ...(excluding ? problem : plain), tuning };
        const best = await topK(gpu, { ...options, k });
        const ranks = await rankCounts(gpu, { ...options, targets: best.items, length: k });
        ranks.forEach((rank, n) => assert.equal(rank, best.items[n] === none ? none : n % k));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("rankCounts() ranks every item once", async () => {
  using gpu = await openGpu();
  for (const [dim, tuning] of [1, 6, 64].flatMap((dim) => tunings.map((each) => [dim, each] as const))) {
    const users = randomFactors(5 * dim, dim, 1, "floats");
    const items = randomFactors(130 * dim, dim, 2, "floats");
    const targets = Uint32Array.from({ length: 5 * 130 }, (_, n) => n % 130);
    const ranks = await rankCounts(gpu, { users, items, dim, targets, length: 130, tuning });
    for (let user = 0; user < 5; user++) {
      const row = ranks.slice(user * 130, (user + 1) * 130).sort();
      assert.deepEqual([...row], [...Array(130).keys()]);
    }
  }
});

Deno.test("rankCounts() counts over many slices of items and long exclusion lists", async () => {
  using gpu = await openGpu();
  const count = 70_001;
  const items = Float32Array.from({ length: count }, (_, n) => n >> 1);
  const options = {
    users: Float32Array.of(1, 0, -1),
    items,
    dim: 1,
    targets: Uint32Array.of(0, count - 1, 35_000, 0, count - 1, 35_000, 0, count - 1, 35_000),
    length: 3,
    exclude: ragged([[], Array.from({ length: 35_001 }, (_, n) => 2 * n), [count - 1, 1, 1]]),
  };
  const wanted = [69_999, 0, 34_999, 0, 35_000, 17_500, 0, 69_999, 34_999];
  for (const tuning of tunings) {
    assert.deepEqual([...await rankCounts(gpu, { ...options, tuning })], wanted, tuning);
  }
});

Deno.test("rankCounts() puts many targets of many users in order by more than one dispatch", async () => {
  using gpu = await openGpu({ timing: true });
  const [users, items, length] = [64, 4300, 4200];
  const place = permutation(items, 3, 1, 1);
  const ranks = await rankCounts(gpu, {
    users: Float32Array.from({ length: users }, (_, user) => 1 + user % 3),
    items: Float32Array.from({ length: items }, (_, item) => -place[item]!),
    dim: 1,
    targets: Uint32Array.from({ length: users * length }, (_, n) => n % length),
    length,
    tuning: "software",
  });
  assert.deepEqual(ranks, Uint32Array.from({ length: users * length }, (_, n) => place[n % length]!));
  if (!gpu.timing) {
    return console.warn("SKIPPED the count of dispatches: this adapter has no timestamp queries");
  }
  const ordering = (await gpu.timings()).find(({ kernel }) => kernel === "rank/order_targets");
  assert.equal(ordering?.dispatches, 2);
});

Deno.test("topK(), rankCounts() and listScores() take rows of 30,000 numbers, and refuse longer ones", async () => {
  using gpu = await openGpu();
  const [dim, count] = [30_000, 16];
  const users = new Float32Array(dim);
  const items = new Float32Array(dim * count);
  users[dim - 1] = 1;
  for (let item = 0; item < count; item++) items[item * dim + dim - 1] = item;
  const all = [...Array(count).keys()];
  const best = all.toReversed();
  const targets = Uint32Array.from(all);
  for (const tuning of tunings) {
    assert.deepEqual([...(await topK(gpu, { users, items, dim, k: count, tuning })).items], best, tuning);
    const ranks = await rankCounts(gpu, { users, items, dim, targets, length: count, tuning });
    assert.deepEqual([...ranks], best, tuning);
  }
  const lists = ragged([all]);
  assert.deepEqual([...await listScores(gpu, { users, items, dim, lists })], all);
  const long = { users: new Float32Array(dim + 1), items: new Float32Array(dim + 1), dim: dim + 1 };
  for (
    const call of [
      topK(gpu, { ...long, k: 1 }),
      rankCounts(gpu, { ...long, targets: Uint32Array.of(0), length: 1 }),
      listScores(gpu, { ...long, lists: ragged([[0]]) }),
    ]
  ) await assert.rejects(call, /'dim' is unusable: it is 30001; expected at most 30000/);
});

Deno.test("rankCountsOnDevice() serves named users from one table", async () => {
  using gpu = await openGpu();
  const [users, itemCount, dim, length] = [20, 300, 6, 5];
  const values = randomFactors((users + itemCount) * dim, 3, 1, "integers");
  const { exclude } = randomProblem({ users, items: itemCount, dim, share: 0.2, seed: 4, kind: "floats" });
  const names = Uint32Array.of(7, 0, 19, 7);
  const chosen = randomTargets(names.length, itemCount, length, 5);
  using array = gpu.upload("table", padRows("table", values, dim));
  using rows = gpu.upload("rows", names);
  using targets = gpu.upload("targets", chosen);
  using excluded = uploadExclusions(gpu, exclude);
  const options = {
    users: { array, row: 0, count: users },
    items: { array, row: users, count: itemCount },
    dim,
    targets,
    length,
    rows,
    exclude: excluded,
  };
  const wanted = rankCountsOracle({
    users: [...names].flatMap((user) => [...values.subarray(user * dim, (user + 1) * dim)]),
    items: values.subarray(users * dim),
    dim,
    targets: chosen,
    length,
    exclude: ragged(
      [...names].map((user) => exclude.items.subarray(exclude.offsets[user]!, exclude.offsets[user + 1]!)),
    ),
  });
  for (const tuning of tunings) {
    using ranks = rankCountsOnDevice(gpu, { ...options, tuning });
    assert.deepEqual([...await gpu.readIntegers(ranks)], wanted, tuning);
  }
});

Deno.test("rankCounts() ranks alike in several blocks of users and with many targets", async () => {
  using gpu = await openGpu();
  const [users, count] = [300, 90_000];
  const items = randomFactors(count, 1, 1, "floats");
  const problem = { users: randomFactors(users, 1, 2, "floats"), items, dim: 1 };
  const targets = randomTargets(users, count, 20, 1);
  const blocks = await rankCounts(gpu, { ...problem, targets, length: 20, tuning: "hardware" });
  assert.deepEqual(blocks, await rankCounts(gpu, { ...problem, targets, length: 20, tuning: "software" }));
  const few = { users: problem.users.subarray(0, 2), items: items.subarray(0, 3000), dim: 1 };
  for (const length of [1023, 1024]) {
    const many = { ...few, targets: randomTargets(2, 3000, length, 2), length };
    const ranks = await rankCounts(gpu, { ...many, tuning: "hardware" });
    assert.deepEqual(ranks, await rankCounts(gpu, { ...many, tuning: "software" }), `${length} targets`);
  }
});

Deno.test("rankCounts() refuses lists longer than one invocation may go through", async () => {
  using gpu = await openGpu();
  const length = 60_001;
  const targets = new Uint32Array(length);
  const problem = { users: Float32Array.of(1), items: Float32Array.of(1), dim: 1, targets, length };
  await assert.rejects(rankCounts(gpu, problem), /expected an integer from 1 to 60000/);
});

Deno.test("rankCounts() says which argument is unusable", async () => {
  using gpu = await openGpu();
  const good = {
    users: new Float32Array(2),
    items: new Float32Array(4),
    dim: 1,
    targets: Uint32Array.of(0, none),
    length: 1,
  };
  const refuses = (options: Parameters<typeof rankCounts>[1], message: RegExp) =>
    assert.rejects(
      rankCounts(gpu, options),
      (error) => error instanceof ArgumentError && message.test(error.message),
    );
  await refuses({ ...good, length: 0 }, /'length'/);
  await refuses({ ...good, length: 2 }, /'targets'.*2 for each of the 2 users/);
  await refuses({ ...good, targets: Uint32Array.of(0, 4) }, /'targets'.*row 1.*item 4/);
  await refuses({ ...good, items: Float32Array.of(NaN) }, /'items'.*row 0/);
  await refuses({ ...good, exclude: ragged([[]]) }, /'exclude'/);
});
