import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { padRows, unpadRows } from "../../src/kernels/embedding.ts";
import { ExpSum } from "../../src/kernels/exp_sum.ts";
import type { ExpSumTuning } from "../../src/kernels/exp_sum_plan.ts";
import { indexLists, uploadListIndex } from "../../src/kernels/list_index.ts";
import { permutation } from "../../src/random.ts";
import { ragged } from "../../src/ragged.ts";
import { assertClose } from "../oracle/close.ts";
import { logSumGradients, logSums } from "../oracle/exp_sum.ts";
import { randomLists, randomRows } from "./random_lists.ts";

/** The log weight of a plain log-sum-exp: d/ds of log R is exp(s) / R. */
const negate = {
  name: "test/negate",
  code: `
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(8) var<uniform> params: Params;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { logs[id.x].y = select(-logs[id.x].x, -3.0e38, logs[id.x].x < -1.0e37); }
}`,
};

/** Rows come from a table in an order of their own, or one after the other; vectors follow three rows of others. */
async function logSumExp(
  gpu: Gpu,
  rows: number[][],
  vectors: number[][],
  excluded: number[][],
  scattered: boolean,
  tuning: ExpSumTuning,
  capacity = rows.length + 3,
) {
  const dim = rows[0]!.length;
  const count = rows.length;
  const others = randomRows(1, 1, 3, dim, 1);
  const upload = (values: number[][]) =>
    gpu.upload("table", padRows("table", new Float32Array(values.flat()), dim));
  const order = scattered ? permutation(count, 5, 5, 5) : Uint32Array.from({ length: count }, (_, n) => n);
  const tableOrder: number[] = [];
  order.forEach((number, slot) => tableOrder[number] = slot);
  const none = ragged(rows.map(() => []));
  using index = uploadListIndex(
    gpu,
    indexLists({
      users: count,
      items: vectors.length,
      observed: ragged(tableOrder.map((slot) => excluded[slot]!)),
      positives: none,
      tops: none,
    }),
  );
  using rowTable = upload([...others, ...tableOrder.map((slot) => rows[slot]!)]);
  using vectorTable = upload([...others, ...vectors]);
  using rowGradient = gpu.zeros("row gradient", rowTable.byteLength);
  using vectorGradient = gpu.zeros("vector gradient", vectorTable.byteLength);
  using numbers = gpu.upload("numbers", Uint32Array.of(9999, ...order));
  using sums = new ExpSum(gpu, { dim, capacity, vectors: vectors.length, tuning });
  const batch = {
    rows: rowTable,
    firstRow: 3,
    scattered,
    numbers,
    start: 1,
    count,
    vectors: vectorTable,
    firstVector: 3,
    index,
  };
  sums.recordSums(batch);
  gpu.dispatch(gpu.kernel(negate), { logs: sums.logs }, { count }, [Math.ceil(count / 64)]);
  sums.recordGradients(batch, { rows: rowGradient, vectors: vectorGradient });
  const logs = await gpu.readFloats(sums.logs);
  const byTable = unpadRows(await gpu.readFloats(rowGradient), dim).subarray(3 * dim);
  const inOrder = new Float32Array(count * dim);
  order.forEach((number, slot) =>
    inOrder.set(byTable.subarray(number * dim, number * dim + dim), slot * dim)
  );
  return {
    logSums: rows.map((_, slot) => logs[2 * slot]!),
    rows: inOrder,
    vectors: unpadRows(await gpu.readFloats(vectorGradient), dim).subarray(3 * dim),
  };
}

/** Errors relative to the largest entry. */
function assertNear(found: Float32Array, wanted: number[][], tolerance: number, what: string) {
  const flat = wanted.flat();
  const largest = flat.reduce((high, value) => Math.max(high, Math.abs(value)), 1e-3);
  assertClose(found, flat, tolerance, largest, what);
}

async function check(
  gpu: Gpu,
  rows: number[][],
  vectors: number[][],
  excluded: number[][],
  scattered: boolean,
  tuning: ExpSumTuning,
  tolerance = 2e-5,
  capacity = rows.length + 3,
) {
  const found = await logSumExp(gpu, rows, vectors, excluded, scattered, tuning, capacity);
  logSums(rows, vectors, excluded).forEach((wanted, r) => {
    if (wanted === -Infinity) assert.ok(found.logSums[r]! < -1e37);
    else {
      assert.ok(Math.abs(found.logSums[r]! - wanted) < tolerance * Math.max(1, Math.abs(wanted)), `row ${r}`);
    }
  });
  const gradients = logSumGradients(rows, vectors, excluded);
  assertNear(found.rows, gradients.rows, tolerance, "rows");
  assertNear(found.vectors, gradients.vectors, tolerance, "vectors");
}

Deno.test("ExpSum gives log-sum-exp over unexcluded vectors, and both gradients", async () => {
  using gpu = await openGpu();
  const shape = fc.record({
    seed: fc.integer(),
    count: fc.integer({ min: 1, max: 80 }),
    size: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 300 })),
    dim: fc.constantFrom(1, 6, 8, 13, 33),
    scale: fc.constantFrom(0, 0.1, 1, 2),
    scattered: fc.boolean(),
    tuning: fc.constantFrom<ExpSumTuning[]>("software", "hardware"),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ seed, count, size, dim, scale, scattered, tuning }) => {
      const { observed } = randomLists(seed, count, size);
      const small = scale / Math.sqrt(Math.sqrt(dim));
      const rows = randomRows(seed, 1, count, dim, small);
      await check(gpu, rows, randomRows(seed, 2, size, dim, small), observed, scattered, tuning);
    }),
    { numRuns: 40 },
  );
});

Deno.test("ExpSum takes long embeddings", async () => {
  using gpu = await openGpu();
  for (const [dim, tuning] of [[70, "software"], [128, "hardware"]] as const) {
    const rows = randomRows(1, 1, 13, dim, 0.3);
    const vectors = randomRows(2, 2, 77, dim, 0.3);
    await check(gpu, rows, vectors, randomLists(3, 13, 77).observed, true, tuning);
  }
});

Deno.test("ExpSum follows a maximum that rises by hundreds, and ignores excluded giants", async () => {
  using gpu = await openGpu();
  const vectors = Array.from({ length: 500 }, (_, n) => [n % 97 === 0 ? n : n / 500, 1]);
  const rows = [[1, 0], [-1, 0], [1, -300], [0, 0], [0.5, 700]];
  const giants = vectors.map((_, n) => n).filter((n) => n % 97 === 0);
  for (const tuning of ["software", "hardware"] as const) {
    await check(gpu, rows, vectors, rows.map(() => []), false, tuning, 1e-4);
    await check(gpu, rows, vectors, rows.map(() => giants), false, tuning, 1e-4);
  }
});

Deno.test("ExpSum takes large vectors of short rows, whose maximum comes late", async () => {
  using gpu = await openGpu();
  const vectors = Array.from({ length: 100 }, (_, n) => [n === 60 ? 7.5e6 : n, 3 - n]);
  for (const tuning of ["software", "hardware"] as const) {
    await check(gpu, [[1e-5, 0], [9e-6, 1e-6]], vectors, [[], [3]], false, tuning);
  }
});

Deno.test("ExpSum ends no loop early, however many vectors are excluded", async () => {
  using gpu = await openGpu();
  const size = 12_000;
  const rows = randomRows(1, 1, 9, 2, 1);
  const vectors = randomRows(2, 2, size, 2, 1);
  const order = permutation(size, 1, 2, 3);
  const excluded = rows.map((_, r) => [...order.subarray(r * 5, r * 5 + size - 40)].sort((a, b) => a - b));
  // A workspace for many rows cuts the vectors into few slices.
  await check(gpu, rows, vectors, excluded, true, "software", 2e-5, 4000);

  const many = randomRows(1, 3, 1100, 1, 1);
  const few = randomRows(1, 4, 64, 1, 1);
  await check(
    gpu,
    many,
    few,
    many.map((_, r) => few.map((_, i) => i).filter((i) => i !== r % 64)),
    true,
    "software",
  );
});

Deno.test("ExpSum streams more rows than one dispatch takes", async () => {
  using gpu = await openGpu();
  // An invocation may take some 30,000 rows in its turns.
  const rows = randomRows(1, 6, 30_100, 1, 1);
  const vectors = randomRows(1, 7, 40, 1, 1);
  await check(gpu, rows, vectors, rows.map((_, r) => [r % 40]), false, "software", 1e-4);
});

Deno.test("ExpSum streams as many rows where each of them names every vector but one", async () => {
  using gpu = await openGpu();
  // Then an invocation takes some 6,000 rows in its turns: one for each and each of its vectors.
  const rows = randomRows(1, 6, 30_100, 1, 1);
  const vectors = randomRows(1, 7, 40, 1, 1);
  const others = rows.map((_, r) => vectors.map((_, n) => n).filter((n) => n !== r % 40));
  await check(gpu, rows, vectors, others, false, "software", 1e-4);
});

Deno.test("ExpSum refuses sizes and batches that do not fit", async () => {
  using gpu = await openGpu();
  const options = { dim: 4, capacity: 5, vectors: 6 };
  for (const wrong of [{ dim: 0 }, { dim: 129 }, { capacity: 0 }, { vectors: 1.5 }, { bound: 0.5 }]) {
    assert.throws(() => new ExpSum(gpu, { ...options, ...wrong }), ArgumentError);
  }
  using sums = new ExpSum(gpu, options);
  using table = gpu.zeros("table", 400);
  const none = ragged([[]]);
  using index = uploadListIndex(
    gpu,
    indexLists({ users: 1, items: 7, observed: none, positives: none, tops: none }),
  );
  const batch = { rows: table, firstRow: 0, scattered: false, numbers: table, start: 0, vectors: table };
  assert.throws(() => sums.recordSums({ ...batch, count: 6, firstVector: 0, index }), /'count'.*at most 5/);
  assert.throws(() => sums.recordSums({ ...batch, count: 1, firstVector: 0, index }), /'index'.*7 items/);
});
