import type { AdamOptions } from "../../src/kernels/adam.ts";

/** Adam with coupled L2 weight decay in float64, as the paper and PyTorch's documentation write it. */
export class AdamTwin {
  readonly values: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  steps = 0;

  constructor(values: ArrayLike<number>, readonly options: Required<AdamOptions>) {
    this.values = Float64Array.from(values);
    this.first = new Float64Array(values.length);
    this.second = new Float64Array(values.length);
  }

  step(gradient: ArrayLike<number>): void {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = this.options;
    const t = ++this.steps;
    for (let n = 0; n < this.values.length; n++) {
      const g = gradient[n]! + weightDecay * this.values[n]!;
      this.first[n] = beta1 * this.first[n]! + (1 - beta1) * g;
      this.second[n] = beta2 * this.second[n]! + (1 - beta2) * g * g;
      const mean = this.first[n]! / (1 - beta1 ** t);
      const square = this.second[n]! / (1 - beta2 ** t);
      this.values[n]! -= learningRate * mean / (Math.sqrt(square) + epsilon);
    }
  }
}
