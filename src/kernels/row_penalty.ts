import gradientCode from "../../shaders/graph/row_penalty_gradient.wgsl" with { type: "text" };
import lossCode from "../../shaders/graph/row_penalty.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";
import type { PairwiseBatch } from "./pairwise.ts";

/** A penalty of weight / 2 times the squares of a triple's three rows, in a padded table. */
export interface RowPenalty {
  /** Padded rows: users first, then items. */
  readonly table: DeviceArray;
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** Weight of the squares. */
  readonly weight: number;
}

/** Records the addition of each triple's penalty to its loss. */
export function recordRowPenalty(gpu: Gpu, batch: PairwiseBatch, { table, dim, weight }: RowPenalty): void {
  const { triples, losses, first, count } = batch;
  const lanes = strideOf(dim) / 4;
  gpu.dispatch(
    gpu.kernel({ name: "graph/row_penalty", code: lossCode, constants: { LANES: lanes } }),
    { triples, table, losses },
    { first, count, weight },
    spread(Math.ceil(count / 64)),
    count * lanes * 24,
  );
}

/**
 * Records the addition of the gradient of `scale` times the batch's penalties to the rows of `gradient` (the table's
 * shape) that the batch touches. Each row has one owner: same inputs, same bits.
 */
export function recordRowPenaltyGradient(
  gpu: Gpu,
  batch: PairwiseBatch,
  { table, dim, weight }: RowPenalty,
  gradient: DeviceArray,
  scale: number,
): void {
  const { sorted, first, count } = batch;
  const lanes = strideOf(dim) / 4;
  gpu.dispatch(
    gpu.kernel({ name: "graph/row_penalty_gradient", code: gradientCode, constants: { LANES: lanes } }),
    { sorted, table, gradient },
    { first, count, weight: scale * weight },
    spread(Math.ceil(3 * count * lanes / 64)),
    count * lanes * 24,
  );
}
