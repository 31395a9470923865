import gradientCode from "../../shaders/score/item_squares_gradient.wgsl" with { type: "text" };
import code from "../../shaders/score/item_squares.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/** Padded rows of a table: users', then items', of `dim` + `parts` numbers each. */
export interface ItemSquaresShape {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Numbers of an item's row that are its own; a multiple of `parts`. */
  readonly dim: number;
  /** Numbers behind them that follow: minus half the squared length of each of as many equal parts of its own. */
  readonly parts: number;
}

/** Records what computes the last `parts` numbers of every item's row. */
export function recordItemSquares(gpu: Gpu, table: DeviceArray, shape: ItemSquaresShape): void {
  const { users, items, dim, parts } = shape;
  gpu.dispatch(
    gpu.kernel({ name: "score/item_squares", code, constants: { DIM: dim, PARTS: parts } }),
    { table },
    { users, items },
    spread(Math.ceil(items / 64)),
    items * dim * 4,
  );
}

/**
 * Records what takes the gradient by these last numbers back to an item's own: that by q grows by -q times it, and it is
 * zero afterwards.
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
  { users, items, dim, parts }: ItemSquaresShape,
): void {
  gpu.dispatch(
    gpu.kernel({
      name: "score/item_squares_gradient",
      code: gradientCode,
      constants: { DIM: dim, PARTS: parts },
    }),
    { table, gradient },
    { users, items },
    spread(Math.ceil(items / 64)),
    items * dim * 4,
  );
}
