/**
 * Examples made of table rows: a batch of groups (user, positive item, negative items ...), of which each item makes
 * one example with its user. Example `e` of a batch is item `e % examples` of its group `e / examples`.
 *
 * @module
 */
import concatenateCode from "../../shaders/layer/concatenate_rows.wgsl" with { type: "text" };
import copyColumnsCode from "../../shaders/layer/copy_columns.wgsl" with { type: "text" };
import multiplyCode from "../../shaders/layer/multiply_rows.wgsl" with { type: "text" };
import rowGradientCode from "../../shaders/layer/example_row_gradient.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";

/** A batch of groups, as `PairwiseBatches` makes them. */
export interface ExampleBatch {
  /** Table rows: user, positive item, negative items, one group after the other. */
  readonly triples: DeviceArray;
  /** Pairs (row, place among the batch's rows) by ascending row, for each batch. */
  readonly sorted: DeviceArray;
  /** First group of the batch. */
  readonly first: number;
  /** Number of groups. */
  readonly count: number;
}

/** A table whose rows make examples. */
export interface ExampleTable {
  /** Padded rows: users first, then items. */
  readonly table: DeviceArray;
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** Examples a group: one more than it has negatives. */
  readonly examples: number;
}

/** Records [examples x 2 dim] `rows`: each example's user row and item row, side by side. */
export function recordConcatenatedRows(
  gpu: Gpu,
  { triples, first, count }: ExampleBatch,
  { table, dim, examples }: ExampleTable,
  rows: DeviceArray,
): void {
  const numbers = count * examples * strideOf(2 * dim);
  gpu.dispatch(
    gpu.kernel({ name: "layer/concatenate_rows", code: concatenateCode, constants: { DIM: dim } }),
    { groups: triples, table, rows },
    { first, count, examples },
    spread(Math.ceil(numbers / 64)),
    numbers * 8,
  );
}

/**
 * Records each example's element-wise product of user and item row into the first `dim` columns of a matrix with
 * `columns` columns; the padding of the product to whole vec4 is zero and overwrites up to three columns more.
 */
export function recordRowProducts(
  gpu: Gpu,
  { triples, first, count }: ExampleBatch,
  { table, dim, examples }: ExampleTable,
  products: DeviceArray,
  columns: number,
): void {
  const lanes = strideOf(dim) / 4;
  gpu.dispatch(
    gpu.kernel({ name: "layer/multiply_rows", code: multiplyCode, constants: { LANES: lanes } }),
    { groups: triples, table, products },
    { first, count, examples, stride: strideOf(columns) / 4 },
    spread(Math.ceil(count * examples * lanes / 64)),
    count * examples * lanes * 12,
  );
}

/** A run of columns of a matrix whose rows have `columns` numbers, padded to whole vec4. */
export interface Columns {
  /** The matrix. */
  readonly matrix: DeviceArray;
  /** Columns of the whole matrix. */
  readonly columns: number;
  /** The first column of the run. */
  readonly first: number;
}

/**
 * Records the copying of `count` columns in `rows` rows, or their addition; the target's columns behind them become zero.
 */
export function recordColumnCopy(
  gpu: Gpu,
  from: Columns,
  to: Columns,
  rows: number,
  count: number,
  { add = false }: { add?: boolean } = {},
): void {
  const width = strideOf(to.columns) - to.first;
  gpu.dispatch(
    gpu.kernel({ name: "layer/copy_columns", code: copyColumnsCode, constants: { ADD: add ? 1 : 0 } }),
    { source_rows: from.matrix, target_rows: to.matrix },
    {
      rows,
      columns: count,
      source_stride: strideOf(from.columns),
      source_first: from.first,
      target_stride: strideOf(to.columns),
      target_first: to.first,
    },
    spread(Math.ceil(rows * width / 64)),
    rows * width * 8,
  );
}

/**
 * Records the gradient by the rows of a table, added to `gradient` (the table's shape), from the gradient by examples
 * that were made of them. Each row's occurrences are summed by one owner in the order of the batch: same inputs, same
 * bits.
 *
 * @param made How the examples were made: {@linkcode recordRowProducts} or {@linkcode recordConcatenatedRows}.
 * @param exampleGradient [examples x columns]; the products are its first columns.
 */
export function recordExampleRowGradient(
  gpu: Gpu,
  { triples, sorted, first, count }: ExampleBatch,
  { table, dim, examples }: ExampleTable,
  made: "product" | "concatenation",
  exampleGradient: DeviceArray,
  columns: number,
  gradient: DeviceArray,
): void {
  const lanes = strideOf(dim) / 4;
  const occurrences = count * (examples + 1);
  gpu.dispatch(
    gpu.kernel({
      name: "layer/example_row_gradient",
      code: rowGradientCode,
      constants: { LANES: lanes, PRODUCT: made === "product" ? 1 : 0 },
    }),
    { groups: triples, sorted, example_gradient: exampleGradient, table, gradient },
    { first, count, examples, columns: dim, stride: strideOf(columns) },
    spread(Math.ceil(occurrences * lanes / 64)),
    occurrences * lanes * 40,
  );
}
