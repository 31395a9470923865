import gradientCode from "../../shaders/score/item_norms_gradient.wgsl" with { type: "text" };
import code from "../../shaders/score/item_norms.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";

/** Rows of a table: users', then items', of `dim` + 1 numbers each. */
export interface ItemNormShape {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Numbers of an item's row before the last. */
  readonly dim: number;
}

/** Records what sets the last number of every item's padded row to minus half the squared length of the others. */
export function recordItemNorms(gpu: Gpu, table: DeviceArray, { users, items, dim }: ItemNormShape): void {
  gpu.dispatch(
    gpu.kernel({ name: "score/item_norms", code, constants: { DIM: dim } }),
    { table },
    { users, items },
    spread(Math.ceil(items / 64)),
    items * dim * 4,
  );
}

/**
 * Records what takes the gradient by these last numbers back to the others: that by an item's q grows by -q times it, and
 * it is zero afterwards.
 *
 * @param gpu The device.
 * @param table The padded rows.
 * @param gradient The gradient by them, of the same shape.
 * @param shape The shape.
 */
export function recordItemNormsGradient(
  gpu: Gpu,
  table: DeviceArray,
  gradient: DeviceArray,
  { users, items, dim }: ItemNormShape,
): void {
  gpu.dispatch(
    gpu.kernel({ name: "score/item_norms_gradient", code: gradientCode, constants: { DIM: dim } }),
    { table, gradient },
    { users, items },
    spread(Math.ceil(items / 64)),
    items * dim * 4,
  );
}
