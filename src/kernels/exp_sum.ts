/**
 * Sums of exp(score) over all vectors but those in a row's index, streamed: no score is ever stored. It serves the
 * listwise losses, and any softmax over all items.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { turnsPerInvocation } from "./dispatch_limits.ts";
import type { ExpSumBatch, ExpSumGradients, ExpSumOptions } from "./exp_sum_batch.ts";
import { compileExpSum, type ExpSumKernels } from "./exp_sum_kernels.ts";
import { type ExpSumPlan, planExpSum, wholeEights } from "./exp_sum_plan.ts";

/** An invocation keeps whole embeddings. */
const longestEmbedding = 128;
/** As SEGMENT in exp_sum_tiles.wgsl. */
const tilesPerInvocation = 64;
/** Arithmetic operations allowed to one dispatch, so that a slow GPU ends it well within a second. */
const dispatchOperations = 8e9;

/**
 * The streaming exp-sum with both gradients, and its workspace.
 *
 * For every row h of a batch, over the vectors q outside the row's index: `log_sum = log sum exp(h . q)` and the mean
 * of q under these weights ({@linkcode ExpSum.recordSums}). Between the two calls a kernel of the caller turns
 * `scores` (h . q of the row's list) into coefficients dL/ds in place and writes the row's log weight A into `logs`;
 * {@linkcode ExpSum.recordGradients} then gives every vector outside the index the coefficient exp(s + A), every
 * listed one its own, and records dL/dh and dL/dq. Exponents are taken relative to a running maximum per row.
 *
 * Memory in bytes, with the padded length `stride`: 4 (stride + 2) x capacity x slices for partial sums (a slice is 128
 * to 4,096 vectors, longer for larger batches); 12 (stride + 2) x capacity for rows; 4 x capacity x the longest list;
 * 8 x the index's entries; at most 16 MiB for tiles; on a graphics processor also up to 32 x stride x vectors. Nothing
 * of size rows x vectors. Calls allocate only when an index is larger than all before. Lists of at most 10,000.
 */
export class ExpSum implements Disposable {
  /** Two floats per row: log sum of exp(score), written by `recordSums`; log weight, written by the caller. */
  readonly logs: DeviceArray;
  /** The rows of the batch, one after the other. */
  readonly rows: DeviceArray;
  readonly #gpu: Gpu;
  readonly #options: Pick<ExpSumOptions, "dim" | "capacity" | "vectors">;
  readonly #plan: ExpSumPlan;
  readonly #kernels: ExpSumKernels;
  readonly #means: DeviceArray;
  readonly #partialSums: DeviceArray;
  readonly #partialVectors: DeviceArray;
  readonly #weighted: DeviceArray;
  readonly #tiles: DeviceArray;
  readonly #partialGradient: DeviceArray | null;
  #scores: DeviceArray;
  #tileEntries: DeviceArray;

  /**
   * Takes the workspace and compiles the kernels.
   *
   * @throws {ArgumentError} if a size is not a positive integer, or `dim` exceeds 128.
   */
  constructor(gpu: Gpu, options: ExpSumOptions) {
    const { dim, capacity, vectors, bound = 0, tuning = gpu.adapter.kind } = options;
    for (const [name, value] of Object.entries({ dim, capacity, vectors })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ArgumentError(name, `it is ${value}`, "a positive integer");
      }
    }
    if (dim > longestEmbedding) {
      throw new ArgumentError("dim", `it is ${dim}`, `at most ${longestEmbedding}`);
    }
    if (!Number.isInteger(bound) || bound < 0) {
      throw new ArgumentError("bound", `it is ${bound}`, "a positive integer, or 0 for free scores");
    }
    this.#gpu = gpu;
    this.#options = { dim, capacity, vectors };
    const plan = this.#plan = planExpSum(tuning, dim, capacity, vectors, gpu.sharing, options.tile);
    const { width, slices } = plan;
    this.#kernels = compileExpSum(gpu, dim, bound, plan);
    const bytes = 16 * width;
    this.logs = gpu.array("exp-sum: logarithms", 8 * capacity);
    this.rows = gpu.array("exp-sum: rows", bytes * capacity);
    this.#means = gpu.array("exp-sum: means", bytes * capacity);
    this.#partialSums = gpu.array("exp-sum: partial sums", 8 * capacity * slices);
    this.#partialVectors = gpu.array("exp-sum: partial vectors", bytes * capacity * slices);
    this.#weighted = gpu.array("exp-sum: weighted rows", 4 * plan.weightedStride * wholeEights(capacity));
    this.#tiles = gpu.array("exp-sum: tiles", 8 * wholeEights(capacity) * plan.tableTiles);
    this.#tileEntries = gpu.array("exp-sum: tile entries", 8);
    this.#partialGradient = plan.rowSlices > 1
      ? gpu.array("exp-sum: partial gradient", bytes * vectors * plan.rowSlices)
      : null;
    this.#scores = gpu.array("exp-sum: scores", 4 * capacity);
  }

  /**
   * Scores of the listed vectors, `scores[place * count + slot]`; the caller's kernel turns them into coefficients.
   * It is another array after a `recordSums` with a longer list than all before.
   */
  get scores(): DeviceArray {
    return this.#scores;
  }

  #check(batch: ExpSumBatch): void {
    const { capacity, vectors } = this.#options;
    if (batch.count > capacity) {
      throw new ArgumentError(
        "count",
        `it is ${batch.count}`,
        `at most ${capacity}, the workspace's capacity`,
      );
    }
    if (batch.index.items !== vectors) {
      throw new ArgumentError(
        "index",
        `it is for ${batch.index.items} items`,
        `${vectors}, as the workspace`,
      );
    }
  }

  /**
   * Records the forward half: `rows`, `scores`, and the log sums in `logs`.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace.
   */
  recordSums(batch: ExpSumBatch): void {
    this.#check(batch);
    const gpu = this.#gpu;
    const { start, count, firstVector, numbers, vectors, index } = batch;
    const { capacity, vectors: vectorCount, dim } = this.#options;
    const { width, size, lanes, rowGroups, slices, sliceLength } = this.#plan;
    const { spans, entries, listed } = index;
    const needed = 4 * capacity * index.longestList;
    if (this.#scores.byteLength < needed) {
      this.#scores.dispose();
      this.#scores = gpu.array("exp-sum: scores", needed);
    }
    if (this.#tileEntries.byteLength < entries.byteLength) {
      this.#tileEntries.dispose();
      this.#tileEntries = gpu.array("exp-sum: tile entries", entries.byteLength);
    }
    const { rows, logs } = this;
    const kernels = this.#kernels;
    gpu.dispatch(
      kernels.gather,
      { table: batch.rows, numbers, rows },
      { start, count, first_row: batch.firstRow, width, scattered: batch.scattered ? 1 : 0 },
      spread(Math.ceil(count * width / 64)),
    );
    gpu.dispatch(
      kernels.scores,
      { rows, vectors, numbers, spans, listed, scores: this.#scores },
      { start, count, places: index.longestList, first_vector: firstVector },
      spread(Math.ceil(count * index.longestList / 64)),
    );
    const partials = { partial_sums: this.#partialSums, partial_vectors: this.#partialVectors };
    const operationsPerSlice = count * sliceLength * (4 * dim + 30);
    const together = Math.max(1, Math.floor(dispatchOperations / operationsPerSlice));
    for (let first = 0; first < slices; first += together) {
      const now = Math.min(together, slices - first);
      gpu.dispatch(
        kernels.rows,
        { rows, vectors, numbers, spans, entries, ...partials },
        {
          start,
          count,
          first_vector: firstVector,
          vectors: vectorCount,
          slice_length: sliceLength,
          first_slice: first,
        },
        [Math.ceil(count / (size * lanes * rowGroups)), now],
        now * operationsPerSlice,
      );
    }
    gpu.dispatch(
      kernels.rowsCombine,
      { ...partials, logs, means: this.#means },
      { count, slices },
      spread(Math.ceil(count * width / 64)),
    );
  }

  /**
   * Records the backward half, for the batch of the last `recordSums`: dL/dh of its rows, dL/dq of all vectors.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace.
   */
  recordGradients(batch: ExpSumBatch, gradients: ExpSumGradients): void {
    this.#check(batch);
    const gpu = this.#gpu;
    const { start, count, firstVector, numbers, vectors, index } = batch;
    const { vectors: vectorCount } = this.#options;
    const { width, rowSlices } = this.#plan;
    const { spans, listed } = index;
    const { rows, logs } = this;
    const kernels = this.#kernels;
    const coefficients = this.#scores;
    gpu.dispatch(
      kernels.rowGradient,
      { logs, means: this.#means, vectors, numbers, spans, listed, coefficients, gradient: gradients.rows },
      {
        start,
        count,
        first_row: batch.firstRow,
        first_vector: firstVector,
        scattered: batch.scattered ? 1 : 0,
      },
      spread(Math.ceil(count * width / 64)),
    );
    const padded = wholeEights(count);
    gpu.dispatch(
      kernels.weighted,
      { rows, logs, weighted: this.#weighted },
      { count, padded },
      [Math.ceil(padded / 64)],
    );
    for (let table = 0; table < this.#plan.tiles; table += this.#plan.tableTiles) {
      this.#recordTiles(
        batch,
        gradients.vectors,
        table,
        Math.min(this.#plan.tableTiles, this.#plan.tiles - table),
      );
    }
    if (this.#partialGradient) {
      gpu.dispatch(
        kernels.vectorCombine,
        { partial_gradient: this.#partialGradient, gradient: gradients.vectors },
        { length: vectorCount * width, slices: rowSlices, target_start: firstVector * width },
        spread(Math.ceil(vectorCount * width / 64)),
      );
    }
  }

  /** Indexes `tiles` tiles of vectors from `table` on, and streams the rows past them. */
  #recordTiles(batch: ExpSumBatch, target: DeviceArray, table: number, tiles: number): void {
    const gpu = this.#gpu;
    const { start, count, firstVector, numbers, vectors, index } = batch;
    const { tileLength, rowSlices } = this.#plan;
    const padded = wholeEights(count);
    const lists = { tiles: this.#tiles, tile_entries: this.#tileEntries };
    gpu.dispatch(
      this.#kernels.tiles,
      { numbers, spans: index.spans, entries: index.entries, coefficients: this.#scores, ...lists },
      { start, count, padded, first_tile: table, tiles, tile_length: tileLength },
      spread(Math.ceil(padded * Math.ceil(tiles / tilesPerInvocation) / 32)),
    );
    const perRow = 2 + Math.min(tileLength, index.longestRow);
    const rowsTogether = wholeEights(Math.max(1, Math.floor(turnsPerInvocation / perRow))) * rowSlices;
    // Without rows, one round still writes zeros.
    for (let first = 0; first === 0 || first < padded; first += rowsTogether) {
      const now = Math.min(rowsTogether, padded - first);
      const operationsPerTile = now * tileLength * (4 * this.#options.dim + 25);
      const tilesTogether = Math.min(65535, Math.max(1, Math.floor(dispatchOperations / operationsPerTile)));
      for (let done = 0; done < tiles; done += tilesTogether) {
        const tilesNow = Math.min(tilesTogether, tiles - done);
        gpu.dispatch(
          this.#kernels.vectorGradient,
          { weighted: this.#weighted, vectors, gradient: this.#partialGradient ?? target, ...lists },
          {
            padded,
            first_slot: first,
            end_slot: first + now,
            slice_length: wholeEights(Math.ceil(now / rowSlices)),
            first_vector: firstVector,
            vectors: this.#options.vectors,
            table_tile: table,
            first_tile: table + done,
            target_vector: this.#partialGradient ? 0 : firstVector,
          },
          [tilesNow, rowSlices],
          tilesNow * operationsPerTile,
        );
      }
    }
  }

  /** Gives the workspace back. */
  dispose(): void {
    for (
      const array of [
        this.logs,
        this.rows,
        this.#means,
        this.#partialSums,
        this.#partialVectors,
        this.#weighted,
        this.#tiles,
        this.#tileEntries,
        this.#partialGradient,
        this.#scores,
      ]
    ) array?.dispose();
  }

  /** The same as {@linkcode ExpSum.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
