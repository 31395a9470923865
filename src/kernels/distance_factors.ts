import code from "../../shaders/score/distance_factors.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/**
 * Records rows of `dim` + 2 numbers whose dot product is a negative squared distance: a user's row p becomes
 * [2p, -|p|^2, 1], an item's row q becomes [q, 1, -|q|^2], and their product is -|p - q|^2.
 *
 * @param gpu The device.
 * @param table Padded rows of `dim` numbers: users first, then items.
 * @param factors Receives padded rows of `dim` + 2 numbers.
 * @param shape Number of rows, number of users among them, and numbers a row.
 */
export function recordDistanceFactors(
  gpu: Gpu,
  table: DeviceArray,
  factors: DeviceArray,
  { rows, users, dim }: { rows: number; users: number; dim: number },
): void {
  gpu.dispatch(
    gpu.kernel({ name: "score/distance_factors", code, constants: { DIM: dim } }),
    { table, factors },
    { rows, users },
    spread(Math.ceil(rows / 64)),
    rows * dim * 4,
  );
}
