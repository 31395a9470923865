import type { Gpu } from "../gpu/gpu.ts";
import type { TrainingSet } from "./model.ts";
import { embeddingRules, readOptions } from "./model_options.ts";
import { PairwiseModel, type PairwiseSettings } from "./pairwise_model.ts";

/** Settings of {@linkcode createMf}. */
export interface MfOptions {
  /** Numbers a row. Default 64. */
  readonly dim?: number;
  /** Step length of Adam. Default 1e-3. */
  readonly learningRate?: number;
  /** Coupled L2 weight decay. Default 1e-4. */
  readonly weightDecay?: number;
  /** Training pairs a step. Default 1,024. */
  readonly batch?: number;
  /** Whether a step follows the sum or the mean of its pairs' losses. Default "sum". */
  readonly reduction?: "sum" | "mean";
  /** Standard deviation of the normal start. Default 0.01. */
  readonly initialDeviation?: number;
  /** Seed of everything random. Default 0. */
  readonly seed?: number;
}

/** The settings of {@linkcode createMf} that are used where none are given. */
export const mfDefaults: Required<MfOptions> = {
  dim: 64,
  learningRate: 1e-3,
  weightDecay: 1e-4,
  batch: 1024,
  reduction: "sum",
  initialDeviation: 0.01,
  seed: 0,
};

/** Matrix factorization trained with BPR; made by {@linkcode createMf}. */
export class MatrixFactorization extends PairwiseModel {
  /** "MF". */
  readonly kind = "MF";

  /** Use {@linkcode createMf}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: PairwiseSettings) {
    super(gpu, training, "bpr", settings);
  }
}

/**
 * Makes a matrix factorization trained with Bayesian personalised ranking (Rendle et al., UAI 2009): the score is
 * the dot product of a user's and an item's row, the loss of a training pair -log sigmoid(s_ui - s_uj) with one fresh
 * uniform negative j per pair and epoch.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "MF", training, { dim: 8, batch: 2, learningRate: 0.05 });
 * model.recordEpoch(0);
 * const first = await model.epochLoss();
 * for (let epoch = 1; epoch < 20; epoch++) model.recordEpoch(epoch);
 * console.assert(await model.epochLoss() < first);
 * ```
 *
 * @param gpu The device.
 * @param training What to learn from.
 * @param options Settings; see {@linkcode MfOptions}.
 * @throws {ArgumentError} naming the setting that is unusable, or if the training set is empty or not in order.
 */
export function createMf(gpu: Gpu, training: TrainingSet, options: MfOptions = {}): MatrixFactorization {
  return new MatrixFactorization(gpu, training, readOptions(options, mfDefaults, embeddingRules));
}
