import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { strideOf, unpadRows } from "../kernels/embedding.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import type { StudentModel, StudentRows, StudentShape } from "./student_model.ts";

/** What students have in common whose rows are computed from other parameters. */
export abstract class DerivedStudent implements StudentModel {
  readonly users: number;
  readonly items: number;
  readonly dim: number;
  readonly table: DeviceArray;
  readonly gradient: DeviceArray;
  protected readonly gpu: Gpu;

  constructor(gpu: Gpu, { users, items }: StudentShape, dim: number) {
    this.gpu = gpu;
    this.users = users;
    this.items = items;
    this.dim = dim;
    const bytes = 4 * strideOf(dim) * (users + items);
    this.table = gpu.array("student: rows", bytes);
    this.gradient = gpu.zeros("student: gradient by the rows", bytes);
  }

  abstract recordRows(): void;
  abstract recordStep(): void;
  abstract checkpoint(): Promise<ModelCheckpoint>;
  abstract restore(checkpoint: ModelCheckpoint): void;

  async snapshot(): Promise<Float32Array<ArrayBuffer>> {
    return unpadRows(await this.gpu.readFloats(this.table), this.dim);
  }

  rowsOf(snapshot: Float32Array<ArrayBuffer>): StudentRows {
    return { rows: snapshot };
  }

  [Symbol.dispose](): void {
    this.table.dispose();
    this.gradient.dispose();
  }
}
