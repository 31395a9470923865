import gradientCode from "../../shaders/score/item_squares_gradient.wgsl" with { type: "text" };
import code from "../../shaders/score/item_squares.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/** Padded rows of a table: users', then items', of 2 `dim` numbers each. */
export interface ItemSquaresShape {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Half the numbers of a row. */
  readonly dim: number;
}

/** Records what sets the second half of every item's row to minus half the squares of the first. */
export function recordItemSquares(gpu: Gpu, table: DeviceArray, shape: ItemSquaresShape): void {
  const { users, items, dim } = shape;
  const count = items * dim;
  gpu.dispatch(
    gpu.kernel({ name: "score/item_squares", code, constants: { DIM: dim } }),
    { table },
    { users, count },
    spread(Math.ceil(count / 64)),
    count * 4,
  );
}

/**
 * Records what takes the gradient by this second half back to the first: that by q grows by -q times it, and it is zero
 * afterwards.
 *
 * @param gpu The device.
 * @param table The rows.
 * @param gradient The gradient by them, of the same shape.
 * @param shape The shape.
 */
export function recordItemSquaresGradient(
  gpu: Gpu,
  table: DeviceArray,
  gradient: DeviceArray,
  { users, items, dim }: ItemSquaresShape,
): void {
  const count = items * dim;
  gpu.dispatch(
    gpu.kernel({ name: "score/item_squares_gradient", code: gradientCode, constants: { DIM: dim } }),
    { table, gradient },
    { users, count },
    spread(Math.ceil(count / 64)),
    count * 4,
  );
}
