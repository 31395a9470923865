import code from "../../shaders/sample/batch_order.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/**
 * Records the sorting of each batch's row occurrences: the inverse index from which gradients are summed without
 * atomics, in a fixed order. The batches are consecutive runs of `batch` triples, the last one may be shorter; the
 * occurrences of a batch are numbered from 0 in the order of its triples (3 * sample + role), or of groups of another
 * width.
 *
 * @param gpu The device.
 * @param triples Three table rows, or `width`, for each of `count` triples.
 * @param sorted Receives pairs (row, occurrence), ascending within each batch: 8 bytes a row.
 * @param shape Number of triples, triples a batch, rows of the table, and rows a triple (3).
 */
export function recordBatchOrder(
  gpu: Gpu,
  triples: DeviceArray,
  sorted: DeviceArray,
  { count, batch, rows, width = 3 }: { count: number; batch: number; rows: number; width?: number },
): void {
  const passes = Math.ceil((32 - Math.clz32(rows - 1)) / 4);
  gpu.dispatch(
    gpu.kernel({ name: "sample/batch_order", code }),
    { triples, sorted },
    { occurrences: width * count, batch_occurrences: width * batch, passes },
    spread(Math.ceil(count / batch)),
    count * passes * 60,
  );
}
