/**
 * Sums of exp(score) over all vectors but those in a row's index, streamed: no score is ever stored. It serves the
 * listwise losses, and any softmax over all items.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { ranges, turnsPerInvocation } from "./dispatch_limits.ts";
import type { ExpSumBatch, ExpSumGradients, ExpSumOptions } from "./exp_sum_batch.ts";
import { compileExpSum, type ExpSumKernels } from "./exp_sum_kernels.ts";
import {
  bytesOfBits,
  bytesOfMarks,
  type ExpSumPlan,
  planExpSum,
  rowsPerMark,
  wholeEights,
} from "./exp_sum_plan.ts";

/** Numbers of an embedding at most: an invocation keeps whole ones. */
export const longestEmbedding = 128;

/**
 * Checks that embeddings fit.
 *
 * @param dim Numbers that are asked for.
 * @param most How many of them give embeddings of {@linkcode longestEmbedding}, where these become longer.
 * @throws {ArgumentError} if they are more.
 */
export function checkEmbedding(dim: number, most: number = longestEmbedding): void {
  if (dim > most) throw new ArgumentError("dim", `it is ${dim}`, `at most ${most}`);
}

/** As TEAM in exp_sum_rows_combine.wgsl and exp_sum_row_gradient.wgsl. */
const partsPerGroup = 8;
/** Arithmetic operations allowed to one dispatch, so that a slow GPU ends it well within a second. */
const dispatchOperations = 8e9;

/**
 * The streaming exp-sum with both gradients, and its workspace.
 *
 * For every row h of a batch, over the vectors q outside the row's index: `log_sum = log sum exp(h . q)` and the mean
 * of q under these weights ({@linkcode ExpSum.recordSums}). Between the two calls a kernel of the caller turns
 * `scores` (h . q of the row's list) into coefficients dL/ds in place and writes the row's log weight A into `logs`;
 * {@linkcode ExpSum.recordGradients} then gives every vector outside the index the coefficient exp(s + A), every
 * listed one its own, and records dL/dh and dL/dq. Exponents are taken relative to a maximum per row and slice.
 *
 * Memory in bytes, with the padded length `stride`: 4 (stride + 2) x capacity x slices for partial sums (a slice is 128
 * to 4,096 vectors, longer for larger batches); 8 (stride + 2) x capacity for rows; 4 x capacity x the longest list; 4
 * x the index's entries; at most 16 MiB, on a graphics processor 64, for the marks of what rows leave out (where one
 * slice needs more, 9 / 32 of its length x capacity); there also up to 32 x stride x vectors. Nothing of size rows x
 * vectors. Calls allocate only when an index is larger than all before. Lists of at most 20,000.
 */
export class ExpSum implements Disposable {
  /** Two floats per row: log sum of exp(score), written by `recordSums`; log weight, written by the caller. */
  readonly logs: DeviceArray;
  readonly #gpu: Gpu;
  readonly #options: Pick<ExpSumOptions, "dim" | "capacity" | "vectors">;
  readonly #plan: ExpSumPlan;
  readonly #kernels: ExpSumKernels;
  readonly #means: DeviceArray;
  readonly #partialSums: DeviceArray;
  readonly #partialVectors: DeviceArray;
  readonly #weighted: DeviceArray;
  readonly #marks: DeviceArray;
  readonly #partialGradient: DeviceArray | null;
  #scores: DeviceArray;
  #entryCoefficients: DeviceArray;

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
    checkEmbedding(dim);
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
    this.#means = gpu.array("exp-sum: means", bytes * capacity);
    this.#partialSums = gpu.array("exp-sum: partial sums", 8 * capacity * slices);
    this.#partialVectors = gpu.array("exp-sum: partial vectors", bytes * capacity * slices);
    this.#weighted = gpu.array("exp-sum: weighted rows", 4 * plan.weightedStride * wholeEights(capacity));
    this.#marks = gpu.array("exp-sum: marks", bytesOfMarks(capacity, plan.blocks));
    this.#entryCoefficients = gpu.array("exp-sum: coefficients of entries", 4 * capacity);
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
   * Records the forward half: `scores`, and the log sums in `logs`.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace.
   */
  recordSums(batch: ExpSumBatch): void {
    this.#check(batch);
    const gpu = this.#gpu;
    const { start, count, firstRow, scattered, firstVector, index } = batch;
    const { capacity, vectors, dim } = this.#options;
    const { width, size, lanes, rowGroups, slices, sliceLength, slicesTogether } = this.#plan;
    const listBytes = 4 * capacity * index.longestList;
    if (this.#scores.byteLength < listBytes) {
      this.#scores.dispose();
      this.#scores = gpu.array("exp-sum: scores", listBytes);
    }
    const entryBytes = index.entries.byteLength / 2;
    if (this.#entryCoefficients.byteLength < entryBytes) {
      this.#entryCoefficients.dispose();
      this.#entryCoefficients = gpu.array("exp-sum: coefficients of entries", entryBytes);
    }
    const partials = { partial_sums: this.#partialSums, partial_vectors: this.#partialVectors };
    const operationsPerSlice = count * sliceLength * (4 * dim + 30);
    const together = Math.max(1, Math.floor(dispatchOperations / operationsPerSlice));
    for (const [marked, end] of ranges(slices, slicesTogether)) {
      const first_block = marked * sliceLength / 32;
      this.#recordMarks(batch, first_block, marked === 0 ? index.longestList : 0);
      for (const [offset, stop] of ranges(end - marked, together)) {
        gpu.dispatch(
          this.#kernels.rows,
          {
            table: batch.rows,
            numbers: batch.numbers,
            vectors: batch.vectors,
            marks: this.#marks,
            ...partials,
          },
          {
            start,
            count,
            first_row: firstRow,
            scattered: scattered ? 1 : 0,
            first_vector: firstVector,
            vectors,
            slice_length: sliceLength,
            first_slice: marked + offset,
            first_block,
            padded: wholeEights(count),
          },
          [Math.ceil(count / (size * lanes * rowGroups)), stop - offset],
          (stop - offset) * operationsPerSlice,
        );
      }
    }
    gpu.dispatch(
      this.#kernels.rowsCombine,
      { ...partials, logs: this.logs, means: this.#means },
      { count, slices },
      spread(Math.ceil(count * width / partsPerGroup)),
    );
  }

  /** Marks what the rows leave out of the plan's blocks from `first_block` on; scores the first `places` listed. */
  #recordMarks(batch: ExpSumBatch, first_block: number, places: number): void {
    const gpu = this.#gpu;
    const { start, count, firstRow, scattered, firstVector, index } = batch;
    const { blocks, entriesPerRun } = this.#plan;
    const runs = Math.ceil(index.longestRow / entriesPerRun);
    const score_runs = Math.ceil(places / entriesPerRun);
    gpu.clear(this.#marks, bytesOfBits(count, blocks));
    gpu.dispatch(
      this.#kernels.prepare,
      {
        table: batch.rows,
        numbers: batch.numbers,
        spans: index.spans,
        entries: index.entries,
        vectors: batch.vectors,
        listed: index.listed,
        marks: this.#marks,
        scores: this.#scores,
      },
      {
        start,
        count,
        first_row: firstRow,
        scattered: scattered ? 1 : 0,
        first_vector: firstVector,
        runs,
        score_runs,
        first_block,
        blocks,
        padded: wholeEights(count),
      },
      spread(Math.ceil(count * Math.max(runs, score_runs) / 64)),
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
    const { width, rowSlices, tiles, tileLength, tilesTogether, slices, slicesTogether, entriesPerRun } =
      this.#plan;
    const { spans, listed, entries } = index;
    const { logs } = this;
    const kernels = this.#kernels;
    const coefficients = this.#scores;
    const place = { start, count, first_row: batch.firstRow, scattered: batch.scattered ? 1 : 0 };
    gpu.dispatch(
      kernels.rowGradient,
      { logs, means: this.#means, vectors, numbers, spans, listed, coefficients, gradient: gradients.rows },
      { ...place, first_vector: firstVector },
      spread(Math.ceil(count * width / partsPerGroup)),
    );
    const padded = wholeEights(count);
    const runs = Math.ceil(index.longestRow / entriesPerRun);
    gpu.dispatch(
      kernels.weighted,
      {
        table: batch.rows,
        numbers,
        spans,
        entries,
        logs,
        coefficients,
        weighted: this.#weighted,
        entry_coefficients: this.#entryCoefficients,
      },
      { ...place, padded, runs },
      spread(Math.ceil(Math.max(padded, count * runs) / 64)),
    );
    const kept = slicesTogether === slices && tilesTogether === tiles;
    for (const [first, end] of ranges(tiles, tilesTogether)) {
      const first_block = Math.floor(first * tileLength / 32);
      if (!kept) this.#recordMarks(batch, first_block, 0);
      this.#recordTiles(batch, gradients.vectors, first, end, first_block);
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

  /** Streams the rows past the tiles `first` .. `end`, whose marks start at `first_block`. */
  #recordTiles(
    batch: ExpSumBatch,
    target: DeviceArray,
    first: number,
    end: number,
    first_block: number,
  ): void {
    const gpu = this.#gpu;
    const { count, firstVector, vectors } = batch;
    const { dim, vectors: vectorCount } = this.#options;
    const { tileLength, rowSlices, blocks, lanes, groups } = this.#plan;
    const padded = wholeEights(count);
    // An invocation takes a turn for every row, and at worst one for each of its vectors that the row names.
    const turns = turnsPerInvocation / (lanes * groups + 2);
    const rowsTogether = rowsPerMark * Math.floor(turns / rowsPerMark) * rowSlices;
    // Without rows, one round still writes zeros.
    for (const [slot, last] of padded === 0 ? [[0, 0] as const] : ranges(padded, rowsTogether)) {
      const operationsPerTile = (last - slot) * tileLength * (4 * dim + 25);
      const tilesTogether = Math.min(65535, Math.max(1, Math.floor(dispatchOperations / operationsPerTile)));
      for (const [tile, stop] of ranges(end - first, tilesTogether)) {
        gpu.dispatch(
          this.#kernels.vectorGradient,
          {
            weighted: this.#weighted,
            vectors,
            marks: this.#marks,
            entry_coefficients: this.#entryCoefficients,
            gradient: this.#partialGradient ?? target,
          },
          {
            padded,
            first_slot: slot,
            end_slot: last,
            slice_length: rowsPerMark * Math.ceil((last - slot) / rowSlices / rowsPerMark),
            first_vector: firstVector,
            vectors: vectorCount,
            first_tile: first + tile,
            first_block,
            blocks,
            target_vector: this.#partialGradient ? 0 : firstVector,
          },
          [stop - tile, rowSlices],
          (stop - tile) * operationsPerTile,
        );
      }
    }
  }

  /** Gives the workspace back. */
  dispose(): void {
    for (
      const array of [
        this.logs,
        this.#means,
        this.#partialSums,
        this.#partialVectors,
        this.#weighted,
        this.#marks,
        this.#entryCoefficients,
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
