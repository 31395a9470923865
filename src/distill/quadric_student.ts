import type { Gpu } from "../gpu/gpu.ts";
import {
  type ItemSquaresShape,
  recordItemSquares,
  recordItemSquaresGradient,
} from "../kernels/item_squares.ts";
import { withoutSquares, withSquares } from "../models/item_squares.ts";
import { FactorStudent, type StudentOptions, type StudentRows, type StudentShape } from "./student_model.ts";

/**
 * Matrix factorization whose users are quadrics: twice the numbers for a user, and no more for an item. Rows have twice
 * the numbers of `dim`; the second half of an item's follows from the first.
 */
export class QuadricStudent extends FactorStudent {
  readonly #gpu: Gpu;
  readonly #shape: ItemSquaresShape;

  /** Takes device memory and fills the rows with normal numbers. */
  constructor(gpu: Gpu, { users, items }: StudentShape, options: StudentOptions) {
    const { dim } = options;
    super(gpu, { users, items }, { ...options, dim: 2 * dim });
    this.#gpu = gpu;
    this.#shape = { users, items, dim };
  }

  /** Takes rows of half the numbers to start from: the others of users are 0, which makes planes of the quadrics. */
  override start(rows: Float32Array<ArrayBuffer>): void {
    const { dim } = this.#shape;
    const wide = new Float32Array(2 * rows.length);
    rows.forEach((value, n) => wide[2 * n - n % dim] = value);
    super.start(wide);
  }

  /** What follows of the items' rows. */
  override recordRows(): void {
    recordItemSquares(this.#gpu, this.table, this.#shape);
  }

  /** One step of Adam. */
  override recordStep(): void {
    recordItemSquaresGradient(this.#gpu, this.table, this.gradient, this.#shape);
    super.recordStep();
  }

  /** The rows, the second half of an item's as a file gives it back. */
  override rowsOf(snapshot: Float32Array<ArrayBuffer>): StudentRows {
    const { users, dim } = this.#shape;
    const rows = snapshot.slice();
    const items = rows.subarray(users * this.dim);
    items.set(withSquares(withoutSquares(items, this.dim), dim));
    return { rows, squares: true };
  }
}
