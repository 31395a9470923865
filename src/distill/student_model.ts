/**
 * What a distillation loop asks of the student that it trains. This module is browser compatible.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { EmbeddingTable } from "../models/embedding_table.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import type { StudentParts } from "../models/student.ts";

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

/** What a trained student scores by. */
export interface StudentRows extends Pick<StudentParts, "squares" | "siren"> {
  /** Rows of users, then items, without padding. */
  readonly rows: Float32Array<ArrayBuffer>;
}

/**
 * A student in training: whatever its parameters are, it scores by dot products of the rows of one table, and learns
 * from the gradient by these rows. A step of training is: {@linkcode StudentModel.recordRows}, losses that add to (or, the
 * first of them, overwrite) the gradient, {@linkcode StudentModel.recordStep}.
 */
export interface StudentModel extends Disposable, StudentShape {
  /** Numbers a row, without the padding. */
  readonly dim: number;
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
  /** Goes back to the parameters of a snapshot, as if no step had been taken; absent where {@linkcode StudentModel.start} is. */
  goBack?(snapshot: Float32Array<ArrayBuffer>): void;
  /** Takes steps of another length from now on; absent where {@linkcode StudentModel.goBack} is. */
  setLearningRate?(learningRate: number): void;
  /** Reads what {@linkcode StudentModel.rowsOf} needs of the parameters as they are. */
  snapshot(): Promise<Float32Array<ArrayBuffer>>;
  /** The rows of a snapshot, and what they follow from. */
  rowsOf(snapshot: Float32Array<ArrayBuffer>): StudentRows;
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

  /** The rows of a snapshot, and moments of zero. */
  goBack(snapshot: Float32Array<ArrayBuffer>): void {
    this.#embeddings.load({ table: snapshot });
    this.#embeddings.adam.restart();
  }

  /** The step length of Adam. */
  setLearningRate(learningRate: number): void {
    this.#embeddings.adam.learningRate = learningRate;
  }

  /** Nothing: the rows are the parameters. */
  recordRows(): void {}

  /** One step of Adam. */
  recordStep(): void {
    this.#embeddings.adam.record();
  }

  /** The rows without their padding. */
  async snapshot(): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#embeddings.parameters()).table as Float32Array<ArrayBuffer>;
  }

  /** The rows: all numbers are their own. */
  rowsOf(snapshot: Float32Array<ArrayBuffer>): StudentRows {
    return { rows: snapshot };
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
