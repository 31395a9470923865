import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { AdamOptions } from "../kernels/adam.ts";
import { type Activation, recordDense, recordDenseGradient } from "../kernels/dense.ts";
import { EmbeddingTable } from "./embedding_table.ts";

/** Shape, start and optimiser of a {@linkcode DenseLayer}. */
export interface DenseLayerOptions extends AdamOptions {
  /** Numbers an input row. */
  readonly inputs: number;
  /** Numbers an output row. */
  readonly outputs: number;
  /** What is applied to the sums. */
  readonly activation: Activation;
  /** Standard deviation of the normal numbers that the weights start from; the bias starts from zero. */
  readonly initialDeviation: number;
  /** Seed of these numbers. */
  readonly seed: number;
}

/** A dense layer in training: its weights and bias as tables, with their gradients and optimisers. */
export class DenseLayer {
  /** Numbers an input row. */
  readonly inputs: number;
  /** Numbers an output row. */
  readonly outputs: number;
  /** What is applied to the sums. */
  readonly activation: Activation;
  /** One row for each input. */
  readonly weights: EmbeddingTable;
  /** One row. */
  readonly bias: EmbeddingTable;
  readonly #gpu: Gpu;

  /** Takes memory for the two tables, which the caller disposes, and fills them with their start. */
  constructor(gpu: Gpu, options: DenseLayerOptions) {
    const { inputs, outputs, activation } = options;
    this.#gpu = gpu;
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = activation;
    this.weights = new EmbeddingTable(gpu, { ...options, rows: inputs, dim: outputs });
    this.bias = new EmbeddingTable(gpu, { ...options, rows: 1, dim: outputs, initialDeviation: 0 });
  }

  /** Records output = activation(input * weights + bias). */
  record(input: DeviceArray, output: DeviceArray, rows: number): void {
    const { inputs, outputs, activation } = this;
    const [weights, bias] = [this.weights.table, this.bias.table];
    recordDense(this.#gpu, { rows, inputs, outputs, activation, input, weights, bias, output });
  }

  /** Records the gradients; `outputGradient` is used up. See {@linkcode recordDenseGradient}. */
  recordGradient(
    pass: {
      input: DeviceArray;
      output: DeviceArray;
      outputGradient: DeviceArray;
      inputGradient?: DeviceArray;
    },
    rows: number,
  ): void {
    const { inputs, outputs, activation } = this;
    recordDenseGradient(this.#gpu, {
      ...pass,
      rows,
      inputs,
      outputs,
      activation,
      weights: this.weights.table,
      weightGradient: this.weights.gradient,
      biasGradient: this.bias.gradient,
    });
  }
}
