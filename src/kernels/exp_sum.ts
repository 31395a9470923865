/**
 * Sums of exp(score) over all vectors but those in a row's index, streamed: no score is ever stored. It serves the
 * listwise losses, and any softmax over all items.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { strideOf } from "./embedding.ts";
import type { DeviceListIndex } from "./list_index.ts";
import part from "../../shaders/loss/exp_sum_part.wgsl" with { type: "text" };
import gatherCode from "../../shaders/loss/exp_sum_gather.wgsl" with { type: "text" };
import scoresCode from "../../shaders/loss/exp_sum_scores.wgsl" with { type: "text" };
import rowsCode from "../../shaders/loss/exp_sum_rows.wgsl" with { type: "text" };
import rowsCombineCode from "../../shaders/loss/exp_sum_rows_combine.wgsl" with { type: "text" };
import rowGradientCode from "../../shaders/loss/exp_sum_row_gradient.wgsl" with { type: "text" };
import weightedCode from "../../shaders/loss/exp_sum_weighted.wgsl" with { type: "text" };
import tilesCode from "../../shaders/loss/exp_sum_tiles.wgsl" with { type: "text" };
import vectorGradientCode from "../../shaders/loss/exp_sum_vector_gradient.wgsl" with { type: "text" };
import vectorCombineCode from "../../shaders/loss/exp_sum_vector_combine.wgsl" with { type: "text" };

/** Sizes that an {@linkcode ExpSum} is made for. */
export interface ExpSumOptions {
  /** Length of rows and vectors. */
  readonly dim: number;
  /** Rows of the largest batch. */
  readonly capacity: number;
  /** Number of vectors. */
  readonly vectors: number;
  /** Scores are clamped to [-bound, bound], with no gradient outside: a positive integer. Default 0: free scores. */
  readonly bound?: number;
}

/** One batch: which rows meet which vectors, and which pairs are left out. */
export interface ExpSumBatch {
  /** The table that holds the rows, padded to {@linkcode strideOf}. */
  readonly rows: DeviceArray;
  /** Row of that table where numbering starts. */
  readonly firstRow: number;
  /** True: row n of the batch is `firstRow + numbers[start + n]` of the table. False: it is `firstRow + n`. */
  readonly scattered: boolean;
  /** Integers: the number of each row in the index, distinct within a batch. */
  readonly numbers: DeviceArray;
  /** Where in `numbers` the batch starts. */
  readonly start: number;
  /** Rows in the batch. */
  readonly count: number;
  /** The table that holds the vectors, padded in the same way. */
  readonly vectors: DeviceArray;
  /** Row of that table where the vectors start. */
  readonly firstVector: number;
  /** Per row number: the vectors left out of the sum, and those of them that are listed. */
  readonly index: DeviceListIndex;
}

/** Where the gradients go: tables of the same shape as the batch's `rows` and `vectors`; overwritten, not added to. */
export interface ExpSumGradients {
  /** For the rows; only those in the batch are written. */
  readonly rows: DeviceArray;
  /** For the vectors; all are written. */
  readonly vectors: DeviceArray;
}

/**
 * Loop iterations allowed to one invocation. Mesa's software driver ends every loop of an invocation after 65,535
 * iterations in all, and does not say so.
 */
const iterationLimit = 48_000;
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
 * Memory: about 4 (stride + 2) bytes x (capacity x slices) for partial sums, 4 x capacity x vectors / tile for the
 * tiles, 4 x capacity x the longest list for scores; on a graphics processor also 4 x stride x vectors x (2 to 8).
 * Nothing of size rows x vectors. Calls allocate only when an index has a longer list than all before.
 */
export class ExpSum implements Disposable {
  /** Two floats per row: log sum of exp(score), written by `recordSums`; log weight, written by the caller. */
  readonly logs: DeviceArray;
  /** The rows of the batch, one after the other. */
  readonly rows: DeviceArray;
  readonly #gpu: Gpu;
  readonly #options: Required<ExpSumOptions>;
  readonly #plan: Plan;
  readonly #kernels: Record<
    | "gather"
    | "scores"
    | "rows"
    | "rowsCombine"
    | "rowGradient"
    | "weighted"
    | "tiles"
    | "vectorGradient"
    | "vectorCombine",
    Kernel
  >;
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
   * @throws {ArgumentError} if a size is not a positive integer.
   */
  constructor(gpu: Gpu, options: ExpSumOptions) {
    const { dim, capacity, vectors, bound = 0 } = options;
    for (const [name, value] of Object.entries({ dim, capacity, vectors })) {
      if (!Number.isInteger(value) || value < 1) {
        throw new ArgumentError(name, `it is ${value}`, "a positive integer");
      }
    }
    if (!Number.isInteger(bound) || bound < 0) {
      throw new ArgumentError("bound", `it is ${bound}`, "a positive integer, or 0 for free scores");
    }
    this.#gpu = gpu;
    this.#options = { dim, capacity, vectors, bound };
    const plan = this.#plan = makePlan(gpu.adapter.kind, dim, capacity, vectors);
    const { width, size, rowGroups, vectorGroups, slices, tiles } = plan;
    const kernel = (name: string, code: string, header: Record<string, number> = {}) =>
      gpu.kernel({
        name: `loss/${name}`,
        code,
        parts: [part],
        header: { DIM: dim, BOUND: bound, ...header },
      });
    this.#kernels = {
      gather: kernel("exp_sum_gather", gatherCode),
      scores: kernel("exp_sum_scores", scoresCode),
      rows: kernel("exp_sum_rows", rowsCode, { SIZE: size, GROUPS: rowGroups }),
      rowsCombine: kernel("exp_sum_rows_combine", rowsCombineCode),
      rowGradient: kernel("exp_sum_row_gradient", rowGradientCode),
      weighted: kernel("exp_sum_weighted", weightedCode),
      tiles: kernel("exp_sum_tiles", tilesCode),
      vectorGradient: kernel("exp_sum_vector_gradient", vectorGradientCode, {
        SIZE: size,
        GROUPS: vectorGroups,
      }),
      vectorCombine: kernel("exp_sum_vector_combine", vectorCombineCode),
    };
    const bytes = 16 * width;
    this.logs = gpu.array("exp-sum: logarithms", 8 * capacity);
    this.rows = gpu.array("exp-sum: rows", bytes * capacity);
    this.#means = gpu.array("exp-sum: means", bytes * capacity);
    this.#partialSums = gpu.array("exp-sum: partial sums", 8 * capacity * slices);
    this.#partialVectors = gpu.array("exp-sum: partial vectors", bytes * capacity * slices);
    this.#weighted = gpu.array("exp-sum: weighted rows", 4 * plan.weightedStride * paddedTo4(capacity));
    this.#tiles = gpu.array("exp-sum: tiles", 8 * paddedTo4(capacity) * tiles);
    this.#tileEntries = gpu.array("exp-sum: tile entries", 8 * capacity);
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
    const { width, size, rowGroups, slices, sliceLength } = this.#plan;
    const { spans, entries, listed } = index;
    const needed = 4 * capacity * index.longestList;
    if (this.#scores.byteLength < needed) {
      this.#scores.dispose();
      this.#scores = gpu.array("exp-sum: scores", needed);
    }
    if (this.#tileEntries.byteLength < 8 * capacity * index.longestRow) {
      this.#tileEntries.dispose();
      this.#tileEntries = gpu.array("exp-sum: tile entries", 8 * capacity * index.longestRow);
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
        [Math.ceil(count / (4 * size * rowGroups)), now],
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
    const { vectors: vectorCount, dim } = this.#options;
    const { width, size, vectorGroups, tiles, rowSlices } = this.#plan;
    const { spans, entries, listed } = index;
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
    const padded = paddedTo4(count);
    gpu.dispatch(
      kernels.weighted,
      { rows, logs, weighted: this.#weighted },
      { count, padded },
      [Math.ceil(padded / 64)],
    );
    const tileLength = 4 * size * vectorGroups;
    const lists = { tiles: this.#tiles, tile_entries: this.#tileEntries };
    gpu.dispatch(
      kernels.tiles,
      { numbers, spans, entries, coefficients, ...lists },
      { start, count, padded, tiles, tile_length: tileLength, longest: index.longestRow },
      spread(Math.ceil(padded * Math.ceil(tiles / tilesPerInvocation) / 32)),
    );
    const gradient = this.#partialGradient ?? gradients.vectors;
    const perRow = 2 + Math.min(tileLength, index.longestRow);
    const rowsTogether = paddedTo4(Math.max(1, Math.floor(iterationLimit / perRow))) * rowSlices;
    for (let first = 0; first === 0 || first < padded; first += rowsTogether) {
      const now = Math.min(rowsTogether, padded - first);
      const operationsPerTile = now * tileLength * (4 * dim + 25);
      const tilesTogether = Math.min(65535, Math.max(1, Math.floor(dispatchOperations / operationsPerTile)));
      for (let firstTile = 0; firstTile < tiles; firstTile += tilesTogether) {
        const groups = Math.min(tilesTogether, tiles - firstTile);
        gpu.dispatch(
          kernels.vectorGradient,
          { weighted: this.#weighted, vectors, gradient, ...lists },
          {
            padded,
            first_slot: first,
            end_slot: first + now,
            slice_length: paddedTo4(Math.ceil(now / rowSlices)),
            first_vector: firstVector,
            vectors: vectorCount,
            first_tile: firstTile,
            target_vector: this.#partialGradient ? 0 : firstVector,
          },
          [groups, rowSlices],
          groups * operationsPerTile,
        );
      }
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

/** How the work is cut. */
interface Plan {
  /** vec4 in a row. */
  readonly width: number;
  /** Invocations in a workgroup. */
  readonly size: number;
  /** Fours of rows that one invocation holds while vectors stream. */
  readonly rowGroups: number;
  /** Fours of vectors that one invocation holds while rows stream. */
  readonly vectorGroups: number;
  /** Floats of a row with its weight. */
  readonly weightedStride: number;
  /** Slices of the vectors. */
  readonly slices: number;
  /** Vectors in a slice. */
  readonly sliceLength: number;
  /** Workgroups that hold all vectors. */
  readonly tiles: number;
  /** Slices of the rows. */
  readonly rowSlices: number;
}

const workgroupsWanted = { software: 32, hardware: 1024 } as const;

function makePlan(kind: "software" | "hardware", dim: number, capacity: number, vectors: number): Plan {
  const width = strideOf(dim) / 4;
  const size = kind === "software" ? 8 : 64;
  const rowGroups = kind === "software" && dim <= 8 ? 2 : 1;
  const vectorGroups = dim <= 8 ? 2 : 1;
  const groups = Math.ceil(capacity / (4 * size * rowGroups));
  const sliceCount = Math.max(
    1,
    Math.min(Math.ceil(vectors / 128), Math.floor(workgroupsWanted[kind] / groups)),
  );
  const sliceLength = Math.min(8192, Math.ceil(vectors / sliceCount / 32) * 32);
  const tiles = Math.ceil(vectors / (4 * size * vectorGroups));
  const rowSlices = kind === "software"
    ? 1
    : Math.max(1, Math.min(8, Math.ceil(capacity / 32), Math.floor(workgroupsWanted[kind] / tiles)));
  return {
    width,
    size,
    rowGroups,
    vectorGroups,
    weightedStride: strideOf(dim + 1),
    slices: Math.ceil(vectors / sliceLength),
    sliceLength,
    tiles,
    rowSlices,
  };
}

function paddedTo4(count: number): number {
  return Math.ceil(count / 4) * 4;
}
