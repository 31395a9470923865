import { ModelError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { Adam, type AdamOptions } from "../kernels/adam.ts";
import { padRows, strideOf, unpadRows } from "../kernels/embedding.ts";
import { normal, stream } from "../random.ts";
import type { ModelCheckpoint } from "./model.ts";

/** Shape, start and optimiser of an {@linkcode EmbeddingTable}. */
export interface EmbeddingTableOptions extends AdamOptions {
  /** Number of rows. */
  readonly rows: number;
  /** Numbers a row. */
  readonly dim: number;
  /** Standard deviation of the normal numbers that the table starts from. */
  readonly initialDeviation: number;
  /** Seed of these numbers. */
  readonly seed: number;
}

/** Rows of normal numbers: entry (row, column) comes from the counter (seed, `stream.initial`, row, column). */
export function initialRows(
  { rows, dim, initialDeviation, seed }: EmbeddingTableOptions,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < dim; column++) {
      values[row * dim + column] = initialDeviation * normal(seed, stream.initial, row, column);
    }
  }
  return values;
}

/**
 * An embedding table in training: the rows, their gradient, and Adam. Device memory: 16 bytes for each of
 * rows x {@linkcode strideOf}(dim) numbers.
 */
export class EmbeddingTable implements Disposable {
  /** Number of rows. */
  readonly rows: number;
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** The padded rows. */
  readonly table: DeviceArray;
  /** The gradient: zero after every step of the optimiser. */
  readonly gradient: DeviceArray;
  /** The optimiser. */
  readonly adam: Adam;
  readonly #gpu: Gpu;

  /** Takes memory and fills the table with its start. */
  constructor(gpu: Gpu, options: EmbeddingTableOptions) {
    this.#gpu = gpu;
    this.rows = options.rows;
    this.dim = options.dim;
    this.table = gpu.upload("embedding table", padRows("table", initialRows(options), this.dim));
    this.gradient = gpu.zeros("gradient of the embedding table", 4 * this.rows * strideOf(this.dim));
    this.adam = new Adam(gpu, this.table, this.gradient, options);
  }

  /** Reads the rows, without their padding. */
  async parameters(): Promise<ModelCheckpoint> {
    return { table: unpadRows(await this.#gpu.readFloats(this.table), this.dim) };
  }

  /**
   * Takes other rows; moments and step stay.
   *
   * @throws {ModelError} if they are missing or of another length.
   */
  load(parameters: ModelCheckpoint): void {
    this.#write(this.table, this.#checked(parameters, "table"));
  }

  /** Reads table, moments and step; rows without their padding. */
  async checkpoint(): Promise<ModelCheckpoint> {
    const { firstMoment, secondMoment, steps } = this.adam;
    const buffers = await this.#gpu.read(this.table, firstMoment, secondMoment);
    const [table, first, second] = buffers.map((buffer) => unpadRows(new Float32Array(buffer), this.dim));
    return { table: table!, firstMoment: first!, secondMoment: second!, step: Uint32Array.of(steps) };
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length; then nothing has changed.
   */
  restore(checkpoint: ModelCheckpoint): void {
    const step = checkpoint.step;
    if (!(step instanceof Uint32Array) || step.length !== 1) {
      throw new ModelError("the checkpoint's 'step' is missing; expected one unsigned integer");
    }
    const [table, first, second] = (["table", "firstMoment", "secondMoment"] as const).map((name) =>
      this.#checked(checkpoint, name)
    );
    this.#write(this.table, table!);
    this.#write(this.adam.firstMoment, first!);
    this.#write(this.adam.secondMoment, second!);
    this.#gpu.clear(this.gradient);
    this.adam.steps = step[0]!;
  }

  #write(target: DeviceArray, rows: Float32Array<ArrayBuffer>): void {
    this.#gpu.write(target, padRows("rows", rows, this.dim));
  }

  #checked(checkpoint: ModelCheckpoint, name: string): Float32Array<ArrayBuffer> {
    const array = checkpoint[name];
    const length = this.rows * this.dim;
    if (!(array instanceof Float32Array) || array.length !== length) {
      throw new ModelError(
        `the checkpoint's '${name}' has ${array ? `${array.length} numbers` : "no data"}; ` +
          `expected ${length} floats (${this.rows} rows of ${this.dim})`,
      );
    }
    return array;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.adam.dispose();
    this.table.dispose();
    this.gradient.dispose();
  }

  /** The same as {@linkcode EmbeddingTable.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
