import type { Gpu } from "../gpu/gpu.ts";
import {
  type ItemSquaresShape,
  recordItemSquares,
  recordItemSquaresGradient,
} from "../kernels/item_squares.ts";
import { withoutSquares, withSquares } from "../models/item_squares.ts";
import { FactorStudent, type StudentOptions, type StudentShape } from "./student_model.ts";

/**
 * Matrix factorization whose users are quadrics: `parts` numbers more for a user, none for an item. Rows have `dim` +
 * `parts` numbers, of which the last of an item's follow from the others.
 */
export class QuadricStudent extends FactorStudent {
  /** Last numbers of an item's row that follow from the others. */
  override readonly squares: number;
  readonly #gpu: Gpu;
  readonly #shape: ItemSquaresShape;

  /** Takes device memory and fills the rows with normal numbers. */
  constructor(gpu: Gpu, { users, items }: StudentShape, options: StudentOptions, parts: number) {
    const { dim } = options;
    super(gpu, { users, items }, { ...options, dim: dim + parts });
    this.squares = parts;
    this.#gpu = gpu;
    this.#shape = { users, items, dim, parts };
  }

  /** Takes rows of `parts` numbers less to start from: those of users are 0, which makes planes of the quadrics. */
  override start(rows: Float32Array<ArrayBuffer>): void {
    const { dim, parts } = this.#shape;
    const wide = new Float32Array(rows.length / dim * (dim + parts));
    rows.forEach((value, n) => wide[n + Math.floor(n / dim) * parts] = value);
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

  /** The rows without their padding; what follows of the items' as a file gives it back. */
  override async rows(): Promise<Float32Array<ArrayBuffer>> {
    const { users, dim, parts } = this.#shape;
    const rows = await super.rows();
    const items = rows.subarray(users * this.dim);
    items.set(withSquares(withoutSquares(items, this.dim, parts), dim, parts));
    return rows;
  }
}
