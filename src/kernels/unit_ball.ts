import code from "../../shaders/optimizer/unit_ball.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";

/** Records the projection of every row of a padded table onto the unit ball: rows longer than 1 are scaled to length 1. */
export function recordUnitBall(gpu: Gpu, table: DeviceArray, rows: number, dim: number): void {
  const lanes = strideOf(dim) / 4;
  gpu.dispatch(
    gpu.kernel({ name: "optimizer/unit_ball", code, constants: { LANES: lanes } }),
    { table },
    { rows },
    spread(Math.ceil(rows / 64)),
    rows * lanes * 16,
  );
}
