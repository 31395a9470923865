import code from "../../shaders/loss/pairwise_gradient.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";
import type { PairwiseBatch, PairwiseTable } from "./pairwise.ts";

/**
 * Records the gradient of a batch's loss, added to the rows of `gradient` (the table's shape) that the batch touches;
 * all other rows are left alone. Each row's occurrences are summed by one owner in the order of the batch: same
 * inputs, same bits. Uses the coefficients of {@linkcode recordPairwiseLoss}.
 */
export function recordEmbeddingGradient(
  gpu: Gpu,
  batch: PairwiseBatch,
  table: PairwiseTable,
  gradient: DeviceArray,
): void {
  const { triples, sorted, coefficients, first, count } = batch;
  const lanes = strideOf(table.dim) / 4;
  gpu.dispatch(
    gpu.kernel({
      name: "loss/pairwise_gradient",
      code,
      constants: { LANES: lanes, DISTANCE: table.loss === "hinge" ? 1 : 0 },
    }),
    { triples, sorted, coefficients, table: table.table, gradient },
    { first, count },
    spread(Math.ceil(3 * count * lanes / 64)),
    count * lanes * 40,
  );
}
