import type { Gpu } from "../gpu/gpu.ts";
import { type ItemNormShape, recordItemNorms, recordItemNormsGradient } from "../kernels/item_norms.ts";
import { withNorms, withoutNorms } from "../models/spheres.ts";
import { FactorStudent, type StudentOptions, type StudentShape } from "./student_model.ts";

/**
 * Matrix factorization whose users are spheres: one number more for a user, none for an item. Its rows have `dim` + 1
 * numbers, and the last of an item's is minus half the squared length of the others.
 */
export class SphereStudent extends FactorStudent {
  readonly #gpu: Gpu;

  /** Takes device memory and fills the rows with normal numbers. */
  constructor(gpu: Gpu, shape: StudentShape, options: StudentOptions) {
    super(gpu, shape, { ...options, dim: options.dim + 1 });
    this.#gpu = gpu;
  }

  /** With the numbers that an item is trained by. */
  get #shape(): ItemNormShape {
    return { users: this.users, items: this.items, dim: this.dim - 1 };
  }

  /** Takes rows of one number less to start from: every user's is 0, which makes planes of the spheres. */
  override start(rows: Float32Array<ArrayBuffer>): void {
    const { dim } = this.#shape;
    const wide = new Float32Array(rows.length / dim * this.dim);
    for (let n = 0; n * dim < rows.length; n++) wide.set(rows.subarray(n * dim, (n + 1) * dim), n * this.dim);
    super.start(wide);
  }

  /** The items' last numbers. */
  override recordRows(): void {
    recordItemNorms(this.#gpu, this.table, this.#shape);
  }

  /** One step of Adam. */
  override recordStep(): void {
    recordItemNormsGradient(this.#gpu, this.table, this.gradient, this.#shape);
    super.recordStep();
  }

  /** The rows without their padding, the items' last numbers as a file gives them back. */
  override async rows(): Promise<Float32Array<ArrayBuffer>> {
    const rows = await super.rows();
    const items = rows.subarray(this.users * this.dim);
    items.set(withNorms(withoutNorms(items, this.dim), this.#shape.dim));
    return rows;
  }
}
