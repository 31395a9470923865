/**
 * The yardstick of every distillation: the student trained on the interactions alone, with BPR. This module is browser
 * compatible.
 *
 * @module
 */
import type { DistillationMethod, MethodContext, MethodRun } from "../method.ts";
import { PairwiseEpochs } from "../pairwise_epochs.ts";

class BprRun implements MethodRun {
  readonly #epochs: PairwiseEpochs;

  constructor(context: MethodContext) {
    this.#epochs = new PairwiseEpochs(context);
  }

  facts(): Record<string, never> {
    return {};
  }

  epoch(epoch: number): Promise<number> {
    this.#epochs.record(epoch);
    return this.#epochs.meanLoss();
  }

  [Symbol.dispose](): void {
    this.#epochs[Symbol.dispose]();
  }
}

/** BPR (Rendle et al., UAI 2009) without distillation. */
export const bpr: DistillationMethod = {
  key: "bpr",
  title: "w/o KD (BPR)",
  teachers: "none",
  defaults: { learningRate: 1e-3 },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], weightDecay: [1e-5, 1e-3, 1e-2] },
  start: (context) => new BprRun(context),
};
