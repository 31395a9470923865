/**
 * The student trained on the interactions alone, with a full softmax over all items. This module is browser compatible.
 *
 * @module
 */
import { SoftmaxOutput } from "../../kernels/softmax_output.ts";
import type { DeviceArray } from "../../gpu/device_array.ts";
import { positiveNumber } from "../../models/model_options.ts";
import type { DistillationMethod, MethodContext, MethodRun } from "../method.ts";
import { checkStudentDim } from "../options.ts";
import { EpochBatches } from "../pairwise_epochs.ts";
import { type UserBatches, userBatches } from "../user_batches.ts";

class SoftmaxRun implements MethodRun {
  readonly #context: MethodContext;
  readonly #batchesOf: (epoch: number) => UserBatches;
  readonly #output: SoftmaxOutput;
  readonly #divergences: DeviceArray;

  constructor(context: MethodContext) {
    const { gpu, split, student, settings } = context;
    this.#context = context;
    // Each user's whole list at each visit: drawn by interactions, active users would count by the square.
    this.#batchesOf = userBatches(split.train, settings.batchSize, settings.seed, "uniform");
    const capacity = Math.min(split.users, settings.batchSize);
    this.#output = new SoftmaxOutput(gpu, split.train, { dim: student.dim, capacity, vectors: split.items });
    this.#divergences = gpu.zeros("softmax: no divergences", 4 * capacity);
  }

  facts(): Record<string, never> {
    return {};
  }

  async epoch(epoch: number): Promise<number> {
    const { gpu, student, settings } = this.#context;
    using batches = new EpochBatches(gpu, this.#batchesOf(epoch));
    for (let step = 0; step < batches.steps; step++) {
      student.recordRows();
      this.#output.record({
        ...batches.place(step),
        rows: student.table,
        scattered: true,
        vectors: student.table,
        firstVector: student.users,
        weight: settings.weight as number,
        divergences: this.#divergences,
        divergenceWeight: 0,
        rowGradient: student.gradient,
        vectorGradient: student.gradient,
      });
      student.recordStep();
    }
    return await batches.meanLoss();
  }

  [Symbol.dispose](): void {
    this.#output.dispose();
    this.#divergences.dispose();
  }
}

/**
 * The multinomial log-likelihood of every user's training items under the softmax over all items. Batches are of
 * `batchSize` users, all equally often, as many a epoch as other methods have.
 */
export const softmax: DistillationMethod = {
  key: "softmax",
  title: "w/o KD (softmax)",
  teachers: "none",
  defaults: { learningRate: 3e-3, weight: 0.01 },
  rules: { weight: positiveNumber },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], weightDecay: [1e-5, 1e-4, 1e-3] },
  check: checkStudentDim,
  start: (context) => new SoftmaxRun(context),
};
