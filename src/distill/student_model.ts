/**
 * What a distillation loop asks of the student that it trains. This module is browser compatible.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { EmbeddingTable } from "../models/embedding_table.ts";
import type { ModelCheckpoint } from "../models/model.ts";

/** Sizes of the data that a student is for. */
export interface StudentShape {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
}

/** How a student starts and learns. */
export interface StudentOptions {
  /** Numbers a row. */
  readonly dim: number;
  /** Seed of everything random. */
  readonly seed: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** Coupled L2 weight decay. */
  readonly weightDecay: number;
  /** Standard deviation of the normal numbers that embeddings start from. */
  readonly initialScale: number;
}

/**
 * A student in training: whatever its parameters are, it scores by dot products of the rows of one table, and learns
 * from the gradient by these rows. A step of training is: {@linkcode StudentModel.recordRows}, losses that add to (or, the
 * first of them, overwrite) the gradient, {@linkcode StudentModel.recordStep}.
 */
export interface StudentModel extends Disposable, StudentShape {
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** Whether the second half of an item's row follows from the first, as in `withSquares`. */
  readonly squares: boolean;
  /** Users' rows, then items' rows, padded to `strideOf(dim)` floats; valid after {@linkcode StudentModel.recordRows}. */
  readonly table: DeviceArray;
  /** The gradient by the rows of `table`, of its shape: zero before every step of training. */
  readonly gradient: DeviceArray;
  /** Records what brings the table up to date with the parameters. */
  recordRows(): void;
  /** Records one step of the optimizer from the gradient, which is zero afterwards. */
  recordStep(): void;
  /** Takes other rows, users' then items' without padding, to start from; absent where rows are computed. */
  start?(rows: Float32Array<ArrayBuffer>): void;
  /** Reads the rows of users, then items, without padding. */
  rows(): Promise<Float32Array<ArrayBuffer>>;
  /** Reads everything that training needs to go on bit for bit. */
  checkpoint(): Promise<ModelCheckpoint>;
  /**
   * Continues from a checkpoint, which may hold more arrays than the student's.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void;
}

/** Matrix factorization: the table itself is what is trained. Device memory: 16 bytes per padded number. */
export class FactorStudent implements StudentModel {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** All numbers of a row are its own. */
  readonly squares: boolean = false;
  readonly #embeddings: EmbeddingTable;

  /** Takes device memory and fills the rows with normal numbers. */
  constructor(gpu: Gpu, { users, items }: StudentShape, options: StudentOptions) {
    const { initialScale, ...rest } = options;
    this.users = users;
    this.items = items;
    this.#embeddings = new EmbeddingTable(gpu, {
      ...rest,
      rows: users + items,
      initialDeviation: initialScale,
    });
  }

  /** Numbers a row. */
  get dim(): number {
    return this.#embeddings.dim;
  }

  /** The rows. */
  get table(): DeviceArray {
    return this.#embeddings.table;
  }

  /** Their gradient. */
  get gradient(): DeviceArray {
    return this.#embeddings.gradient;
  }

  /**
   * Takes other rows to start from.
   *
   * @throws {ModelError} if they are of another length.
   */
  start(rows: Float32Array<ArrayBuffer>): void {
    this.#embeddings.load({ table: rows });
  }

  /** Nothing: the rows are the parameters. */
  recordRows(): void {}

  /** One step of Adam. */
  recordStep(): void {
    this.#embeddings.adam.record();
  }

  /** The rows without their padding. */
  async rows(): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#embeddings.parameters()).table as Float32Array<ArrayBuffer>;
  }

  /** Rows, moments and step. */
  checkpoint(): Promise<ModelCheckpoint> {
    return this.#embeddings.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.#embeddings.restore(checkpoint);
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#embeddings.dispose();
  }
}
