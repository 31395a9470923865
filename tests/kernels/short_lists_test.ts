import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { type ShortListLoss, ShortLists } from "../../src/kernels/short_lists.ts";
import { permutation, uniform } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { type ShortListCase, shortLists } from "../oracle/short_lists.ts";
import { randomLists, randomRows } from "./random_lists.ts";

function randomCase(seed: number, kind: ShortListLoss, sizes: [number, number], dim: number, scale: number) {
  const [rows, vectors] = sizes;
  const lists = randomLists(seed, rows, vectors, 40).tops;
  return {
    rows: randomRows(seed, 1, rows, dim, scale),
    vectors: randomRows(seed, 2, vectors, dim, scale),
    lists,
    judgements: lists.map((list, r) =>
      kind === "order"
        ? [Math.floor(uniform(seed, 95, r, 0) * (list.length + 1))]
        : list.map((_, n) => Math.floor(uniform(seed, 96, r, n) * 5))
    ),
  };
}

/** Vectors stand before rows in the table, and something before both; the batch is a part of the rows, in disorder. */
async function check(gpu: Gpu, given: ShortListCase, kind: ShortListLoss, seed: number): Promise<void> {
  const dim = given.vectors[0]!.length;
  const vectors = given.vectors.length;
  const count = given.rows.length;
  const weight = 0.25;
  const before = [new Array<number>(dim).fill(3)];
  const all = [...before, ...given.vectors, ...given.rows];
  using table = gpu.upload("table", padRows("table", new Float32Array(all.flat()), dim));
  using gradient = gpu.upload(
    "gradient",
    padRows("gradient", new Float32Array(all.length * dim).fill(2), dim),
  );
  const order = permutation(count, seed, 7, 7);
  const start = Math.floor(count / 3);
  using numbers = gpu.upload("numbers", order);
  using losses = gpu.upload("losses", new Float32Array(count + 1).fill(5));
  using step = new ShortLists(gpu, kind, ragged(given.lists), Uint32Array.from(given.judgements.flat()), {
    dim,
    firstRow: 1 + vectors,
    firstVector: 1,
    vectors,
    capacity: count,
  });
  const batch = { table, gradient, numbers, weight, losses };
  // An earlier batch must leave nothing behind.
  step.record({ ...batch, start: 0, count: start });
  gpu.write(gradient, padRows("gradient", new Float32Array(all.length * dim).fill(2), dim));
  step.record({ ...batch, start, count: count - start });
  const chosen = new Set(order.subarray(start));
  const own = { ...given, lists: given.lists.map((list, r) => chosen.has(r) ? list : []) };
  if (kind === "order") own.judgements = given.judgements.map((head, r) => chosen.has(r) ? head : [0]);
  const wanted = shortLists(own, kind);
  const expected = [
    ...before.flat().map(() => 2),
    ...[...wanted.vectors, ...wanted.rows].flat().map((value) => 2 + weight * value),
  ];
  const largest = expected.reduce((high, value) => Math.max(high, Math.abs(value)), 1);
  assertClose(unpadRows(await gpu.readFloats(gradient), dim), expected, 2e-5, largest, "gradient");
  const found = await gpu.readFloats(losses);
  for (const [n, loss] of found.entries()) if (n > 0 && n !== start) assert.equal(loss, 5);
  const sum = wanted.losses.reduce((total, value) => total + value, 0);
  const empty = own.lists.every((list) => list.length === 0) && found[start] === 5;
  assertClose([empty ? 0 : found[start]!], [weight * sum], 2e-5, 1, "loss");
}

Deno.test("ShortLists gives the twin's loss and gradient on random lists", async () => {
  using gpu = await openGpu();
  const shape = fc.record({
    seed: fc.nat(),
    kind: fc.constantFrom<ShortListLoss[]>("pairs", "order"),
    rows: fc.integer({ min: 1, max: 70 }),
    vectors: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 90 })),
    dim: fc.constantFrom(1, 6, 13, 21),
    scale: fc.constantFrom(0.3, 1, 3),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ seed, kind, rows, vectors, dim, scale }) => {
      await check(gpu, randomCase(seed, kind, [rows, vectors], dim, scale), kind, seed);
    }),
    { numRuns: 50 },
  );
});

Deno.test("ShortLists takes equal scores, scores of hundreds, single entries, and nothing at all", async () => {
  using gpu = await openGpu();
  const vectors = [[0], [0], [300], [-300], [0]];
  for (const kind of ["pairs", "order"] as const) {
    const judge = (list: number[]) => kind === "order" ? [Math.ceil(list.length / 2)] : [...list.keys()];
    for (const lists of [[[0, 1, 4], [2, 3, 0]], [[2], []], [[], []]]) {
      await check(gpu, { rows: [[1], [1]], vectors, lists, judgements: lists.map(judge) }, kind, 1);
    }
  }
});

Deno.test("ShortLists sums vectors that hundreds of rows list, in batches of them and in all", async () => {
  using gpu = await openGpu();
  for (const kind of ["pairs", "order"] as const) {
    await check(gpu, randomCase(11, kind, [700, 5], 21, 0.5), kind, 2);
  }
});

Deno.test("ShortLists sums the losses of batches with millions of places", async () => {
  using gpu = await openGpu();
  const rows = 30_000;
  const list = Array.from({ length: 150 }, (_, vector) => vector);
  const lists = {
    offsets: new Uint32Array(rows + 1).map((_, row) => 150 * row),
    items: new Uint32Array(150 * rows),
  };
  for (let row = 0; row < rows; row++) lists.items.set(list, 150 * row);
  const labels = lists.items.map((vector) => Math.min(vector, 1));
  const shape = { dim: 1, firstRow: 0, firstVector: 1, vectors: 150, capacity: rows };
  // One row stands for all.
  const numbers = new Uint32Array(rows);
  using step = new ShortLists(gpu, "pairs", lists, labels, shape);
  using table = gpu.upload(
    "table",
    padRows("table", Float32Array.from({ length: 151 }, (_, n) => n % 7 - 3), 1),
  );
  using gradient = gpu.zeros("gradient", table.byteLength);
  using users = gpu.upload("numbers", numbers);
  const lossOf = async (count: number) => {
    using losses = gpu.zeros("losses", 4 * rows);
    step.record({ table, gradient, numbers: users, start: 0, count, weight: 1, losses });
    return (await gpu.readFloats(losses)).reduce((sum, loss) => sum + loss, 0);
  };
  const one = await lossOf(1);
  assertClose([await lossOf(rows)], [rows * one], 1e-3, 1, "loss");
});

Deno.test("the twin's gradients are the slopes of its loss, positions held", () => {
  for (const kind of ["pairs", "order"] as const) {
    const given = randomCase(3, kind, [4, 12], 3, 0.8);
    const { rows, vectors } = shortLists(given, kind);
    const fixed = given.rows.map((row) => [...row]);
    for (const [table, gradients] of [[given.rows, rows], [given.vectors, vectors]] as const) {
      table.forEach((row, r) =>
        row.forEach((value, d) => {
          // A small step leaves the order of random scores as it is.
          const at = (moved: number) => {
            row[d] = moved;
            return shortLists(given, kind, table === given.rows ? fixed : given.rows).losses
              .reduce((sum, loss) => sum + loss, 0);
          };
          const slope = (at(value + 1e-6) - at(value - 1e-6)) / 2e-6;
          row[d] = value;
          assert.ok(Math.abs(slope - gradients[r]![d]!) < 1e-6 * Math.max(1, Math.abs(slope)));
        })
      );
    }
  }
});

Deno.test("ShortLists gives the same bits again and names what it cannot use", async () => {
  using gpu = await openGpu();
  const shape = { dim: 1, firstRow: 0, firstVector: 2, vectors: 3, capacity: 1 };
  const make = (loss: ShortListLoss, lists: number[][], judgement: number[]) =>
    new ShortLists(gpu, loss, ragged(lists), Uint32Array.from(judgement), shape);
  assert.throws(() => make("pairs", [[0, 1]], [0]), ArgumentError);
  assert.throws(() => make("order", [[3]], [0]), /numbers below 3/);
  assert.throws(() => make("order", [Array.from({ length: 1025 }, () => 1)], [0]), /at most 1024/);
  using lists = make("order", [[0, 1], [2]], [1, 1]);
  using table = gpu.upload("table", Float32Array.from({ length: 20 }, (_, n) => n % 4 ? 0 : n));
  using numbers = gpu.upload("numbers", Uint32Array.of(0, 1));
  using losses = gpu.zeros("losses", 8);
  const run = async () => {
    using gradient = gpu.zeros("gradient", table.byteLength);
    lists.record({ table, gradient, numbers, start: 0, count: 1, weight: 1, losses });
    return await gpu.readFloats(gradient);
  };
  assert.deepEqual(await run(), await run());
  using gradient = gpu.zeros("gradient", table.byteLength);
  const batch = { table, gradient, numbers, start: 0, weight: 1, losses };
  assert.throws(() => lists.record({ ...batch, count: 2 }), /'count'.*at most 1/);
});
