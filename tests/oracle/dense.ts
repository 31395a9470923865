import type { Activation } from "../../src/kernels/dense.ts";

/** A dense layer in float64; matrices without padding. */
export interface DenseCase {
  rows: number;
  inputs: number;
  outputs: number;
  activation: Activation;
  input: ArrayLike<number>;
  weights: ArrayLike<number>;
  bias: ArrayLike<number>;
}

function activated(activation: Activation, sum: number): number {
  return activation === "relu" ? Math.max(0, sum) : activation === "tanh" ? Math.tanh(sum) : sum;
}

function slope(activation: Activation, value: number): number {
  return activation === "relu" ? (value > 0 ? 1 : 0) : activation === "tanh" ? 1 - value * value : 1;
}

/** The sums before the activation and what becomes of them. */
export function dense(
  { rows, inputs, outputs, activation, input, weights, bias }: DenseCase,
): { sums: Float64Array; output: Float64Array } {
  const sums = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += input[r * inputs + i]! * weights[i * outputs + o]!;
      sums[r * outputs + o] = sum;
    }
  }
  return { sums, output: sums.map((sum) => activated(activation, sum)) };
}

/** Derivatives of a loss by input, weights and bias, from those by the output. */
export function denseGradient(
  layer: DenseCase,
  outputGradient: ArrayLike<number>,
): { input: Float64Array; weights: Float64Array; bias: Float64Array } {
  const { rows, inputs, outputs, activation, input, weights } = layer;
  const { output } = dense(layer);
  const gradient = {
    input: new Float64Array(rows * inputs),
    weights: new Float64Array(inputs * outputs),
    bias: new Float64Array(outputs),
  };
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      const g = outputGradient[r * outputs + o]! * slope(activation, output[r * outputs + o]!);
      gradient.bias[o]! += g;
      for (let i = 0; i < inputs; i++) {
        gradient.input[r * inputs + i]! += g * weights[i * outputs + o]!;
        gradient.weights[i * outputs + o]! += g * input[r * inputs + i]!;
      }
    }
  }
  return gradient;
}
