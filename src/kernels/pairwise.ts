import logOnePlusCode from "../../shaders/loss/log_one_plus.wgsl" with { type: "text" };
import logSigmoidCode from "../../shaders/loss/log_sigmoid.wgsl" with { type: "text" };
import lossCode from "../../shaders/loss/pairwise.wgsl" with { type: "text" };
import sumCode from "../../shaders/loss/pairwise_sum.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";

/**
 * How a triple (user u, positive i, negative j) is judged. "bpr": -log sigmoid(p_u.q_i - p_u.q_j). "hinge":
 * max(0, margin + |p_u - q_i|^2 - |p_u - q_j|^2).
 */
export type PairwiseLoss = "bpr" | "hinge";

/** A batch: a run of triples, and the buffers that hold it. */
export interface PairwiseBatch {
  /** Table rows (user, positive, negative), three numbers a triple; see {@linkcode recordNegatives}. */
  readonly triples: DeviceArray;
  /** The batch's occurrences sorted by row; see {@linkcode recordBatchOrder}. */
  readonly sorted: DeviceArray;
  /** Derivative of each triple's loss by its score difference, times the scale. */
  readonly coefficients: DeviceArray;
  /** Loss of each triple, without the scale. */
  readonly losses: DeviceArray;
  /** First triple of the batch in these buffers. */
  readonly first: number;
  /** Number of triples. */
  readonly count: number;
}

/** An embedding table on the device and the loss that it is judged by. */
export interface PairwiseTable {
  /** Padded rows: users first, then items. */
  readonly table: DeviceArray;
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** The loss. */
  readonly loss: PairwiseLoss;
  /** Margin of the hinge; "bpr" ignores it. */
  readonly margin?: number;
  /** Factor on the gradient: 1 for the sum over the batch, 1 / count for the mean. Default 1. */
  readonly scale?: number;
}

/**
 * Records the losses of a batch's triples and their coefficients (the derivative by the score difference). A triple
 * whose negative equals its positive gets coefficient 0.
 */
export function recordPairwiseLoss(gpu: Gpu, batch: PairwiseBatch, table: PairwiseTable): void {
  const { triples, coefficients, losses, first, count } = batch;
  const lanes = strideOf(table.dim) / 4;
  gpu.dispatch(
    gpu.kernel({
      name: "loss/pairwise",
      code: lossCode,
      parts: [logOnePlusCode, logSigmoidCode],
      constants: { LANES: lanes, DISTANCE: table.loss === "hinge" ? 1 : 0 },
    }),
    { triples, table: table.table, coefficients, losses },
    { first, count, margin: table.margin ?? 0, scale: table.scale ?? 1 },
    spread(Math.ceil(count / 64)),
    count * lanes * 20,
  );
}

/**
 * Records the sum of each batch's losses, in a fixed order: batch `b` of the `count` losses goes to entry
 * `firstBatch + b` of `sums`.
 */
export function recordLossSums(
  gpu: Gpu,
  losses: DeviceArray,
  sums: DeviceArray,
  { count, batch, firstBatch }: { count: number; batch: number; firstBatch: number },
): void {
  gpu.dispatch(
    gpu.kernel({ name: "loss/pairwise_sum", code: sumCode }),
    { losses, sums },
    { count, batch, first_batch: firstBatch },
    spread(Math.ceil(count / batch)),
    count,
  );
}
