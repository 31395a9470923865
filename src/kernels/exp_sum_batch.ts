import type { DeviceArray } from "../gpu/device_array.ts";
import type { ExpSumTile, ExpSumTuning } from "./exp_sum_plan.ts";
import type { DeviceListIndex } from "./list_index.ts";

/** Sizes that an `ExpSum` is made for. */
export interface ExpSumOptions {
  /** Length of rows and vectors, 1 to 128. */
  readonly dim: number;
  /** Rows of the largest batch. */
  readonly capacity: number;
  /** Number of vectors. */
  readonly vectors: number;
  /** Scores are clamped to [-bound, bound], with no gradient outside: a positive integer. Default 0: free scores. */
  readonly bound?: number;
  /** Which kind of adapter to plan for. Default: the kind in use. */
  readonly tuning?: ExpSumTuning;
  /** What differs from the tile that is planned for that kind. */
  readonly tile?: Partial<ExpSumTile>;
}

/** One batch: which rows meet which vectors, and which pairs are left out. */
export interface ExpSumBatch {
  /** The table that holds the rows, padded to `strideOf(dim)` floats a row. */
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
