import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { strideOf } from "../kernels/embedding.ts";
import { recordColumnCopy } from "../kernels/example_rows.ts";
import { recordSine, recordSineGradient } from "../kernels/sine.ts";
import { DenseLayer } from "../models/dense_layer.ts";
import { EmbeddingTable } from "../models/embedding_table.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import { ParameterTables } from "../models/parameter_tables.ts";
import { sirenLayers, sirenOutputs, withSiren } from "../models/siren.ts";
import { stream, threefry } from "../random.ts";
import { DerivedStudent } from "./derived_student.ts";
import type { StudentOptions, StudentRows, StudentShape } from "./student_model.ts";

/**
 * Standard deviations of the sums of each layer at the start, for inputs of variance 1: some turns of the first sines, and
 * so little of the last sums that rows start as their codes do.
 */
const deviations = [1.5, 1, 0.1];

/** A matrix and the gradient by it. */
interface Stage {
  readonly values: DeviceArray;
  readonly gradient: DeviceArray;
}

/**
 * Matrix factorization whose rows are longer than what is stored of them: to its code, each row adds what one small network
 * of sines, the same for all users and items, makes of it. Device memory: 1.6 KB a row, for the layers' sums and gradients.
 */
export class SirenStudent extends DerivedStudent {
  readonly #codeDim: number;
  readonly #codes: EmbeddingTable;
  readonly #layers: readonly DenseLayer[];
  readonly #parameters: ParameterTables<string>;
  /** Of every layer: its sums. */
  readonly #sums: readonly Stage[];
  /** Of every hidden layer: the sines of its sums; these have no gradient of their own. */
  readonly #sines: readonly DeviceArray[];

  /** Takes device memory and fills codes and layers with normal numbers. */
  constructor(gpu: Gpu, shape: StudentShape, options: StudentOptions) {
    const { dim, seed, initialScale, learningRate, weightDecay } = options;
    super(gpu, shape, dim + sirenOutputs);
    this.#codeDim = dim;
    const rows = this.users + this.items;
    const training = { learningRate, weightDecay };
    // No table starts from the numbers of another.
    const seedOf = (table: number) => threefry(seed, stream.initial, table, 0xffffffff)[0];
    this.#codes = new EmbeddingTable(gpu, { ...training, rows, dim, seed, initialDeviation: initialScale });
    this.#layers = sirenLayers.map((outputs, n) => {
      const inputs = sirenLayers[n - 1] ?? dim;
      return new DenseLayer(gpu, {
        ...{ ...training, inputs, outputs, activation: "none", seed: seedOf(n) },
        initialDeviation: deviations[n]! / Math.sqrt(inputs),
      });
    });
    this.#parameters = new ParameterTables({
      codes: this.#codes,
      ...Object.fromEntries(this.#layers.flatMap((layer, n) => [
        [`layer${n}.weights`, layer.weights],
        [`layer${n}.bias`, layer.bias],
      ])),
    });
    const bytes = (layer: DenseLayer) => 4 * rows * strideOf(layer.outputs);
    this.#sums = this.#layers.map((layer, n) => ({
      values: gpu.array(`student: sums of layer ${n}`, bytes(layer)),
      gradient: gpu.array(`student: gradient of layer ${n}`, bytes(layer)),
    }));
    this.#sines = this.#layers.slice(0, -1).map((layer, n) =>
      gpu.array(`student: sines of layer ${n}`, bytes(layer))
    );
  }

  /** Takes other codes to start from. */
  start(rows: Float32Array<ArrayBuffer>): void {
    this.#codes.load({ table: rows });
  }

  /** Codes and network of a snapshot, and moments of zero. */
  goBack(snapshot: Float32Array<ArrayBuffer>): void {
    let start = 0;
    const parts = Object.entries(this.#parameters.tables).map(([name, { rows, dim }]) => {
      const part = snapshot.slice(start, start += rows * dim);
      return [`${name}.table`, part] as const;
    });
    this.#parameters.load(Object.fromEntries(parts));
    this.#parameters.restart();
  }

  /** The step length of Adam. */
  setLearningRate(learningRate: number): void {
    this.#parameters.setLearningRate(learningRate);
  }

  get #rows(): number {
    return this.users + this.items;
  }

  #input(layer: number): DeviceArray {
    return layer === 0 ? this.#codes.table : this.#sines[layer - 1]!;
  }

  /** The codes, and what the network makes of them. */
  override recordRows(): void {
    const { gpu, dim } = this;
    this.#layers.forEach((layer, n) => {
      const sums = this.#sums[n]!.values;
      layer.record(this.#input(n), sums, this.#rows);
      const sines = this.#sines[n];
      if (sines) recordSine(gpu, this.#rows * strideOf(layer.outputs), sums, sines);
    });
    const codes = { matrix: this.#codes.table, columns: this.#codeDim, first: 0 };
    const target = { matrix: this.table, columns: dim };
    recordColumnCopy(gpu, codes, { ...target, first: 0 }, this.#rows, this.#codeDim);
    const outputs = { matrix: this.#sums.at(-1)!.values, columns: sirenOutputs, first: 0 };
    recordColumnCopy(gpu, outputs, { ...target, first: this.#codeDim }, this.#rows, sirenOutputs);
  }

  /** One step of Adam, of codes and network. */
  override recordStep(): void {
    const { gpu, dim } = this;
    const own = { matrix: this.gradient, columns: dim };
    const outputs = { matrix: this.#sums.at(-1)!.gradient, columns: sirenOutputs, first: 0 };
    recordColumnCopy(gpu, { ...own, first: this.#codeDim }, outputs, this.#rows, sirenOutputs);
    for (let n = this.#layers.length - 1; n >= 0; n--) {
      const layer = this.#layers[n]!;
      const { values, gradient } = this.#sums[n]!;
      if (this.#sines[n]) recordSineGradient(gpu, this.#rows * strideOf(layer.outputs), values, gradient);
      layer.recordGradient({
        input: this.#input(n),
        output: values,
        outputGradient: gradient,
        inputGradient: n === 0 ? this.#codes.gradient : this.#sums[n - 1]!.gradient,
      }, this.#rows);
    }
    const codes = { matrix: this.#codes.gradient, columns: this.#codeDim, first: 0 };
    recordColumnCopy(gpu, { ...own, first: 0 }, codes, this.#rows, this.#codeDim, { add: true });
    this.#parameters.recordStep();
    gpu.clear(this.gradient);
  }

  /** The codes without their padding, then every layer's weights and bias. */
  override async snapshot(): Promise<Float32Array<ArrayBuffer>> {
    const parts = Object.values(await this.#parameters.parameters());
    const numbers = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let start = 0;
    for (const part of parts) {
      numbers.set(part, start);
      start += part.length;
    }
    return numbers;
  }

  /** The rows as a file gives them back, and the network. */
  override rowsOf(snapshot: Float32Array<ArrayBuffer>): StudentRows {
    const end = this.#rows * this.#codeDim;
    const siren = snapshot.slice(end);
    return { rows: withSiren(snapshot.subarray(0, end), this.#codeDim, siren), siren };
  }

  /** Codes, layers, moments and step. */
  override checkpoint(): Promise<ModelCheckpoint> {
    return this.#parameters.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  override restore(checkpoint: ModelCheckpoint): void {
    this.#parameters.restore(checkpoint);
  }

  /** Gives the device memory back. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#parameters.dispose();
    for (const { values, gradient } of this.#sums) {
      values.dispose();
      gradient.dispose();
    }
    for (const sines of this.#sines) sines.dispose();
  }
}
