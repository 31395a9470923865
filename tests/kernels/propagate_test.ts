import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { InteractionGraph } from "../../src/kernels/graph.ts";
import type { PairwiseBatch } from "../../src/kernels/pairwise.ts";
import { Propagation } from "../../src/kernels/propagate.ts";
import { type Ragged, ragged } from "../../src/ragged.ts";
import { normal, threefry } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { normalizedAdjacency, propagated } from "../oracle/light_gcn.ts";
import { type GraphShape, randomInteractions } from "./random_graph.ts";

interface Case extends GraphShape {
  dim: number;
  layers: number;
  sliceLength: number;
  numbersAtOnce?: number;
}

const shapes: fc.Arbitrary<Case> = fc.record({
  users: fc.integer({ min: 0, max: 30 }),
  items: fc.integer({ min: 1, max: 40 }),
  percent: fc.constantFrom(0, 3, 20, 100),
  hubs: fc.boolean(),
  seed: fc.nat(),
  // few different ones, because each compiles kernels of its own
  dim: fc.constantFrom(1, 6, 31, 45, 70),
  layers: fc.integer({ min: 1, max: 4 }),
  sliceLength: fc.constantFrom(1, 3, 256),
});

function randomRows(rows: number, dim: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * dim }, (_, n) => normal(seed, 9, Math.floor(n / dim), n % dim));
}

/** A batch whose sorted occurrences are these rows: three for each triple. */
function batchOf(gpu: Gpu, rows: Uint32Array<ArrayBuffer>, tableRows: number): PairwiseBatch & Disposable {
  const triples = gpu.upload("triples", rows);
  const sorted = gpu.array("sorted", 8 * rows.length);
  const count = rows.length / 3;
  recordBatchOrder(gpu, triples, sorted, { count, batch: count, rows: tableRows });
  const dispose = () => [triples, sorted].forEach((array) => array.dispose());
  return {
    triples,
    sorted,
    coefficients: sorted,
    losses: sorted,
    first: 0,
    count,
    [Symbol.dispose]: dispose,
  };
}

async function propagateOn(gpu: Gpu, interactions: Ragged, shape: Case, values: Float32Array) {
  using graph = new InteractionGraph(gpu, interactions, shape);
  using propagation = new Propagation(gpu, graph, shape);
  using start = gpu.upload("start", padRows("start", values, shape.dim));
  return await gpu.readFloats(propagation.record(start));
}

Deno.test("Propagation gives the mean of the layers on random graphs, and keeps the padding zero", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const { users, items, dim, layers, seed } = shape;
      const interactions = randomInteractions(shape);
      const values = randomRows(users + items, dim, seed);
      const expected = propagated(normalizedAdjacency(interactions, items), values, dim, layers);
      const actual = await propagateOn(gpu, interactions, shape, values);
      assertClose(unpadRows(actual, dim), expected, 5e-6, 1, "mean of the layers");
      for (let n = 0; n < actual.length; n++) {
        if (n % strideOf(dim) >= dim) assert.equal(actual[n], 0, "padding");
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("Propagation from and to marked rows gives the same bits there as the full one", async () => {
  using gpu = await openGpu();
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 9 }), async (shape, count) => {
      const { users, items, dim, seed } = shape;
      const rows = users + items;
      const stride = strideOf(dim);
      const marked = Uint32Array.from({ length: 3 * count }, (_, n) => threefry(seed, 8, n, 0)[0] % rows);
      const full = padRows("start", randomRows(rows, dim, seed), dim);
      const sparse = full.map((x, n) => marked.includes(Math.floor(n / stride)) ? x : 0);
      using graph = new InteractionGraph(gpu, randomInteractions(shape), shape);
      using propagation = new Propagation(gpu, graph, shape);
      // marks of an earlier batch count no longer
      using earlier = batchOf(gpu, Uint32Array.of(0, rows - 1, rows >> 1), rows);
      propagation.recordMarks(earlier);
      using batch = batchOf(gpu, marked, rows);
      propagation.recordMarks(batch);
      using start = gpu.upload("start", full);
      using sparseStart = gpu.upload("sparse start", sparse);
      const expected = await gpu.readFloats(propagation.record(start));
      const partly = await gpu.readFloats(propagation.record(start, { toMarked: true }));
      for (const row of marked) {
        const part = (array: Float32Array) => array.subarray(row * stride, (row + 1) * stride);
        assert.deepEqual(part(partly), part(expected));
      }
      const fromAll = await gpu.readFloats(propagation.record(sparseStart));
      const fromMarked = await gpu.readFloats(propagation.record(sparseStart, { fromMarked: true }));
      assertClose(fromMarked, fromAll, 0, 1, "from marked rows");
    }),
    { numRuns: 30 },
  );
});

Deno.test("Propagation splits a graph that is too large for one dispatch, and long rows, without a trace", async () => {
  using gpu = await openGpu();
  const interactions = ragged([Array.from({ length: 5000 }, (_, n) => n), [], [1, 4999]]);
  const shape = { users: 3, items: 5001, percent: 0, hubs: false, seed: 5, dim: 3, layers: 3 };
  const values = randomRows(5004, 3, 5);
  const results = [];
  for (const cut of [{ sliceLength: 7 }, { sliceLength: 256, numbersAtOnce: 900 }, { sliceLength: 6000 }]) {
    results.push(unpadRows(await propagateOn(gpu, interactions, { ...shape, ...cut }, values), 3));
  }
  // by hand: the isolated user and item keep a fourth of their start, and so does no other
  for (const result of results) {
    for (const row of [1, 5003]) {
      assertClose(
        result.subarray(3 * row, 3 * row + 3),
        [0, 1, 2].map((d) => values[3 * row + d]! / 4),
        1e-7,
        1,
        "isolated",
      );
    }
    assertClose(result, results[2]!, 2e-5, 1, "another cut");
  }
});

Deno.test("InteractionGraph.pieces() covers all slices in order, none with more neighbours than asked", async () => {
  using gpu = await openGpu();
  const interactions = ragged([Array.from({ length: 600 }, (_, n) => n), [], [1, 599]]);
  using graph = new InteractionGraph(gpu, interactions, { items: 601, sliceLength: 256 });
  const slices = await gpu.readIntegers(graph.sliceArray);
  for (const most of [1, 2, 100, 300, 5000]) {
    const pieces = graph.pieces(most);
    assert.deepEqual([pieces[0]![0], pieces.at(-1)![1]], [0, graph.slices]);
    pieces.forEach(([first, end], n) => {
      assert.equal(first, n === 0 ? 0 : pieces[n - 1]![1]);
      const neighbours = slices[4 * (end - 1) + 2]! - slices[4 * first + 1]!;
      assert.ok(end === first + 1 || neighbours <= most, `piece ${n} holds ${neighbours}`);
    });
  }
  assert.equal(graph.pieces(5000).length, 1);
});

Deno.test("InteractionGraph cuts long rows and refuses an item that does not exist", async () => {
  using gpu = await openGpu();
  using graph = new InteractionGraph(gpu, ragged([[0, 1, 2], [], [2]]), { items: 4, sliceLength: 2 });
  assert.deepEqual([graph.rows, graph.slices, graph.longRows, graph.partialSlices], [7, 8, 1, 2]);
  const none = 0xffffffff;
  assert.deepEqual(
    [...await gpu.readIntegers(graph.sliceArray)],
    [
      0,
      0,
      2,
      0,
      0,
      2,
      3,
      1,
      1,
      3,
      3,
      none,
      2,
      3,
      4,
      none,
      3,
      4,
      5,
      none,
      4,
      5,
      6,
      none,
      5,
      6,
      8,
      none,
      6,
      8,
      8,
      none,
    ],
  );
  assert.deepEqual([...await gpu.readIntegers(graph.longRowArray)], [0, 0, 2]);
  assert.deepEqual([...await gpu.readIntegers(graph.neighbours)], [3, 4, 5, 5, 0, 0, 0, 2]);
  assertClose(
    await gpu.readFloats(graph.roots),
    [1 / Math.sqrt(3), 0, 1, 1, 1, Math.SQRT1_2, 0],
    1e-7,
    1,
    "roots",
  );
  assert.throws(
    () => new InteractionGraph(gpu, ragged([[4]]), { items: 4 }),
    (error) => error instanceof ArgumentError && error.argument === "interactions",
  );
});
