import assert from "node:assert/strict";
import fc from "fast-check";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { uploadExclusions } from "../../src/kernels/exclusions.ts";
import {
  rankCountsOfBlocks,
  type ScoreBlocks,
  topKOfBlocks,
  usersPerBlock,
} from "../../src/kernels/score_blocks.ts";
import { uniform } from "../../src/random.ts";
import { type Ragged, ragged, rowOf } from "../../src/ragged.ts";
import { orderOf } from "../oracle/top_k.ts";

const none = 0xffffffff;

/** A table of scores that stands for a model, and each user's excluded items. */
interface Table {
  users: number;
  items: number;
  score: (user: number, item: number) => number;
  exclude?: Ragged;
}

function blocksOf(gpu: Gpu, { users, items, score }: Table): ScoreBlocks {
  return {
    users,
    items,
    record: (first, count, scores) => {
      const block = Float32Array.from(
        { length: items * count },
        (_, n) => score(first + n % count, Math.floor(n / count)),
      );
      gpu.write(scores, block);
    },
  };
}

function orders(table: Table): number[][] {
  return Array.from({ length: table.users }, (_, user) => {
    const scores = Array.from({ length: table.items }, (_, item) => table.score(user, item));
    return orderOf(scores, table.exclude ? rowOf(table.exclude, user) : []);
  });
}

async function checkTopK(gpu: Gpu, table: Table, k: number): Promise<void> {
  using exclude = uploadExclusions(gpu, table.exclude ?? ragged([]));
  const excluding = { exclude: table.exclude ? exclude : undefined };
  using best = topKOfBlocks(gpu, blocksOf(gpu, table), k, excluding);
  const wanted = orders(table).flatMap((order) => Array.from({ length: k }, (_, n) => order[n] ?? none));
  assert.deepEqual([...await gpu.readIntegers(best)], wanted);
}

async function checkRanks(gpu: Gpu, table: Table, targets: Uint32Array<ArrayBuffer>, length: number) {
  using exclusions = uploadExclusions(gpu, table.exclude ?? ragged([]));
  using uploaded = gpu.upload("targets", targets);
  const exclude = table.exclude ? exclusions : undefined;
  const wanted = orders(table).flatMap((order, user) =>
    Array.from({ length }, (_, n) => {
      const target = targets[user * length + n]!;
      if (target >= table.items) return none;
      const own = table.score(user, target);
      return order.filter((item) => {
        const score = table.score(user, item);
        return score > own || (score === own && item < target);
      }).length;
    })
  );
  for (const tuning of ["software", "hardware"] as const) {
    using ranks = rankCountsOfBlocks(gpu, blocksOf(gpu, table), uploaded, length, { exclude, tuning });
    assert.deepEqual([...await gpu.readIntegers(ranks)], wanted, tuning);
  }
}

/** Random tables: `levels` distinct scores, few for many ties. */
const tables: fc.Arbitrary<Table & { seed: number }> = fc.record({
  users: fc.oneof(fc.constantFrom(0, 1, 63, 64, 65, 256, 257), fc.integer({ min: 1, max: 90 })),
  items: fc.oneof(fc.constantFrom(0, 1, 2, 16), fc.integer({ min: 1, max: 500 })),
  levels: fc.constantFrom(1, 3, 40, 2 ** 24),
  share: fc.constantFrom(null, 0, 0.1, 0.5, 4),
  seed: fc.nat(),
}).map(({ users, items, levels, share, seed }) => {
  const scores = Float32Array.from(
    { length: users * items },
    (_, n) => (Math.floor(levels * uniform(seed, 1, n, 0)) - levels / 2) / 8,
  );
  const table = { users, items, seed, score: (user: number, item: number) => scores[user * items + item]! };
  if (share === null) return table;
  const exclude = ragged(Array.from({ length: users }, (_, user) =>
    Array.from(
      { length: Math.round(share * items * uniform(seed, 2, user, 0)) },
      (_, n) => Math.floor(items * uniform(seed, 3, user, n)),
    )));
  return { ...table, exclude };
});

Deno.test("topKOfBlocks() equals the full sort of any scores", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(
      tables,
      fc.constantFrom(1, 2, 10, 33, 100, 600),
      async (table, k) => await checkTopK(gpu, table, k),
    ),
    { numRuns: 50 },
  );
});

Deno.test("rankCountsOfBlocks() equals counting for any scores", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(tables, fc.constantFrom(1, 3, 15, 16, 17, 50), async (table, length) => {
      const targets = Uint32Array.from({ length: table.users * length }, (_, n) => {
        return uniform(table.seed, 4, n, 0) < 0.1
          ? none
          : Math.floor(table.items * uniform(table.seed, 5, n, 0));
      });
      await checkRanks(gpu, table, targets, length);
    }),
    { numRuns: 40 },
  );
});

Deno.test("topKOfBlocks() stays exact for rising, falling and equal scores of many items, and for large k", async () => {
  using gpu = await openGpu();
  const items = 30_001;
  const exclude = ragged([[0, 7, items - 1], [], Array.from({ length: items - 2 }, (_, n) => n)]);
  const score = (user: number, item: number) => [item, -item, 1][user]!;
  for (const k of [1, 100, 2500]) {
    await checkTopK(gpu, { users: 3, items, score }, k);
    await checkTopK(gpu, { users: 3, items, score, exclude }, k);
    await checkTopK(gpu, { users: 3, items, score: () => -2, exclude }, k);
  }
});

Deno.test("rankCountsOfBlocks() counts over many slices of items", async () => {
  using gpu = await openGpu();
  const items = 70_001;
  const table = { users: 2, items, score: (user: number, item: number) => user === 0 ? item >> 1 : -item };
  const exclude = ragged([[items - 1], Array.from({ length: 35_001 }, (_, n) => 2 * n)]);
  const targets = Uint32Array.of(0, items - 1, 35_000, 0, items - 1, 35_000);
  await checkRanks(gpu, table, targets, 3);
  await checkRanks(gpu, { ...table, exclude }, targets, 3);
});

Deno.test("usersPerBlock() keeps a block within 32 MiB, and never stops", () => {
  assert.deepEqual(
    [
      usersPerBlock(0, 5),
      usersPerBlock(5, 0),
      usersPerBlock(9999, 1),
      usersPerBlock(9999, 25_181),
      usersPerBlock(9999, 41_000),
    ],
    [0, 5, 256, 256, 192],
  );
  assert.equal(usersPerBlock(9999, 1_000_000), 8);
  assert.equal(usersPerBlock(9999, 20_000_000), 1);
});

Deno.test("rankings of blocks give all memory back", async () => {
  using gpu = await openGpu();
  const table = { users: 70, items: 40, score: (user: number, item: number) => user * item };
  await checkTopK(gpu, table, 5);
  await checkRanks(gpu, table, new Uint32Array(70), 1);
  assert.equal(gpu.memory.inUse, 0);
});
