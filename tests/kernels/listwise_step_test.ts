import assert from "node:assert/strict";
import fc from "fast-check";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { type ExpSumTile, type ExpSumTuning, planExpSum } from "../../src/kernels/exp_sum_plan.ts";
import { indexLists, uploadListIndex } from "../../src/kernels/list_index.ts";
import {
  type Granularity,
  type ListLoss,
  ListwiseStep,
  type ScoreRange,
} from "../../src/kernels/listwise.ts";
import { permutation } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { type ListwiseCase, listwiseOracle } from "../oracle/listwise.ts";
import { randomCase } from "./random_lists.ts";

const granularities: Granularity[] = ["overall", "ranked"];

/** One recorded step on some of the users, in an order of its own, compared with the oracle on these users. */
interface Plan {
  readonly tuning: ExpSumTuning;
  readonly tile?: Partial<ExpSumTile>;
  /** Users in the largest batch; as many as there are by default. */
  readonly capacity?: number;
}

async function checkStep(
  gpu: Gpu,
  given: ListwiseCase,
  granularity: ListLoss,
  scores: ScoreRange,
  plan: Plan,
  seed: number,
  /** What the largest entry of the gradient is taken for, if it is smaller. */
  smallest = 1e-3,
) {
  const users = given.users.length;
  const items = given.items.length;
  const dim = given.items[0]!.length;
  const weight = 0.25;
  const weights = { scale: 1 + (seed >>> 0) % 20, positives: (seed >>> 8) % 3 };
  const order = permutation(users, seed, 7, 7);
  const start = Math.floor(users / 3);
  const chosen = [...order.subarray(start)];
  const all = new Float32Array([...given.users, ...given.items].flat());
  using table = gpu.upload("table", padRows("table", all, dim));
  using gradient = gpu.upload("gradient", new Float32Array(table.byteLength / 4).fill(7));
  using numbers = gpu.upload("users", order);
  using losses = gpu.upload("losses", new Float32Array(users + 1).fill(5));
  using index = uploadListIndex(
    gpu,
    indexLists({
      users,
      items,
      observed: ragged(given.observed),
      positives: ragged(given.positives),
      tops: ragged(given.tops),
    }),
  );
  using step = new ListwiseStep(gpu, { users, items, dim, capacity: users, scores, ...plan });
  step.record({
    table,
    gradient,
    users: numbers,
    start,
    count: chosen.length,
    index,
    granularity,
    weights,
    weight,
    losses,
  });
  const of = (rows: number[][]) => chosen.map((user) => rows[user]!);
  const wanted = listwiseOracle(
    {
      users: of(given.users),
      items: given.items,
      observed: of(given.observed),
      positives: of(given.positives),
      tops: of(given.tops),
    },
    granularity,
    scores,
    weights,
  );
  const found = unpadRows(await gpu.readFloats(gradient), dim);
  const expected: number[] = new Array(users * dim).fill(7);
  chosen.forEach((user, slot) =>
    wanted.gradUsers[slot]!.forEach((value, d) => expected[user * dim + d] = weight * value)
  );
  for (const row of wanted.gradItems) for (const value of row) expected.push(weight * value);
  const largest = expected.slice(users * dim).reduce(
    (high, value) => Math.max(high, Math.abs(value)),
    smallest,
  );
  assertClose(found, expected, 1e-4, largest, "gradient");
  const each = await gpu.readFloats(losses);
  for (const [n, loss] of each.entries()) if (n < start || n === users) assert.equal(loss, 5);
  const sum = each.subarray(start, users).reduce((total, loss) => total + loss, 0);
  assertClose([sum], [weight * wanted.loss], 1e-5, 1, "loss");
}

Deno.test("ListwiseStep gives the oracle's loss and gradient on random lists", async () => {
  using gpu = await openGpu();
  const shape = fc.record({
    seed: fc.integer(),
    users: fc.integer({ min: 1, max: 30 }),
    items: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 250 })),
    dim: fc.constantFrom(1, 6, 13),
    size: fc.constantFrom(0, 0.3, 2, 8),
    granularity: fc.constantFrom<ListLoss[]>("overall", "ranked", "plackett-luce", "weighted"),
    scores: fc.constantFrom<ScoreRange[]>("clamped", "free"),
    plan: fc.constantFrom<Plan[]>(
      { tuning: "software" },
      // As on a software driver without subgroups.
      { tuning: "software", tile: { share: 1, rowGroups: 2 } },
      { tuning: "hardware" },
      { tuning: "hardware", tile: { size: 32, lanes: 4, ahead: 2 } },
    ),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ seed, users, items, dim, size, granularity, scores, plan }) => {
      const given = randomCase(seed, users, items, dim, size / Math.sqrt(Math.sqrt(dim)));
      await checkStep(gpu, given, granularity, scores, plan, seed);
    }),
    { numRuns: 60 },
  );
});

Deno.test("ListwiseStep keeps what is left of a gradient where lists have nearly settled", async () => {
  using gpu = await openGpu();
  const rest = Array.from({ length: 40 }, (_, n) => [1 - n / 20, 0]);
  // Every listed item stands some 10 above the next, and the last above the rest.
  const given = (tops: number[]) => ({
    users: [[7.5, 1], [7.25, -1], [7.75, 2]],
    items: [[5, 0], [3.75, 0], [2.5, 1], ...rest],
    observed: [[0], [0], [0]],
    positives: [[0], [0], []],
    tops: [tops, tops, tops],
  });
  for (const granularity of ["overall", "ranked", "plackett-luce", "weighted"] as const) {
    for (const scores of ["clamped", "free"] as const) {
      // Under "weighted" two tops settle elsewhere, at their weights.
      const lists = given(granularity === "weighted" ? [1] : [1, 2]);
      await checkStep(gpu, lists, granularity, scores, { tuning: "software" }, 4, 1e-12);
    }
  }
});

Deno.test("ListwiseStep adds what many rows list of a vector, beyond the 32 of a mark", async () => {
  using gpu = await openGpu();
  for (const [seed, users, items, dim] of [[1, 150, 40, 6], [2, 97, 300, 13], [3, 64, 5, 1]] as const) {
    const given = randomCase(seed, users, items, dim, 0.3);
    for (const tuning of ["software", "hardware"] as const) {
      for (const granularity of granularities) {
        await checkStep(gpu, given, granularity, "free", { tuning }, seed);
      }
    }
  }
});

Deno.test("ListwiseStep marks vectors piece by piece where a workspace is too large to mark all at once", async () => {
  using gpu = await openGpu();
  const [users, items, dim] = [20, 6000, 2];
  const given = randomCase(5, users, items, dim, 0.8);
  const spread = (user: number, first: number, count: number) =>
    Array.from({ length: count }, (_, n) => (user * 37 + first + n * 331) % items);
  given.observed = given.users.map((_, user) => spread(user, 0, 8));
  given.positives = given.observed.map((row) => row.slice(2, 6));
  given.tops = given.users.map((_, user) => spread(user, 100, 15));
  for (const [tuning, capacity] of [["software", 40_000], ["hardware", 160_000]] as const) {
    const { slices, slicesTogether, tiles, tilesTogether } = planExpSum(
      tuning,
      dim,
      capacity,
      items,
      gpu.sharing,
    );
    assert.ok(slicesTogether < slices && tilesTogether < tiles, `${tuning}: all at once`);
    for (const granularity of granularities) {
      await checkStep(gpu, given, granularity, "free", { tuning, capacity }, 5);
    }
  }
});

Deno.test("ListwiseStep takes no memory of the size of users times items", async () => {
  using gpu = await openGpu();
  const [users, items, dim, tops, observed] = [800, 25_181, 6, 100, 15];
  const order = permutation(items, 1, 1, 1);
  const rows = (first: number, count: number) =>
    Array.from(
      { length: users },
      (_, u) => Array.from({ length: count }, (_, n) => order[u * 7 + first + n]!),
    );
  const lists = indexLists({
    users,
    items,
    observed: ragged(rows(0, observed)),
    positives: ragged(rows(0, 10)),
    tops: ragged(rows(observed, tops)),
  });
  const stride = strideOf(dim);
  using table = gpu.zeros("table", 4 * stride * (users + items));
  using gradient = gpu.array("gradient", table.byteLength);
  using numbers = gpu.upload("users", Uint32Array.from({ length: users }, (_, n) => n));
  using losses = gpu.zeros("losses", 4 * users);
  using index = uploadListIndex(gpu, lists);
  const before = gpu.memory.peak;
  using step = new ListwiseStep(gpu, { users, items, dim, capacity: users });
  const batch = { table, gradient, users: numbers, start: 0, count: users, index, losses };
  for (const granularity of granularities) step.record({ ...batch, granularity, weight: 1 });
  const [value] = await gpu.readFloats(losses);
  assert.ok(Number.isFinite(value));
  const hardware = gpu.adapter.kind === "hardware";
  const perRow = 4 * (2 * (10 + tops) + observed + tops + 2 * (stride + 4));
  const slices = 4 * (stride + 2) * (hardware ? 200 : 8);
  const partial = hardware ? 8 * 4 * stride * items : 0;
  const bound = 1.13 * (users * (perRow + slices) + users * items / 4 + partial);
  const taken = gpu.memory.peak - before;
  assert.ok(taken < bound, `${taken} bytes, more than ${bound}`);
  if (!hardware) assert.ok(taken < 4 * users * items / 10, `${taken}`);
  const again = gpu.memory.peak;
  for (let n = 0; n < 20; n++) step.record({ ...batch, granularity: "ranked", weight: 1 });
  await gpu.readFloats(losses);
  assert.ok(gpu.memory.peak - again < 1000);
});
