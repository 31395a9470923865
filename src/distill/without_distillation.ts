/**
 * The yardstick of every distillation: the student trained on the interactions alone. This module is browser
 * compatible.
 *
 * @module
 */
import { type Split, splitFingerprint } from "../data/split.ts";
import { RankingEvaluation, type SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { createModel } from "../models/registry.ts";
import { rankerOf } from "../models/ranker.ts";
import { fit, type FitOptions, loadSnapshot } from "../teachers/fit.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";

/** Options of {@linkcode trainWithoutDistillation}. */
export interface BaselineOptions extends Partial<FitOptions> {
  /** Dimension. Default 6. */
  readonly dim?: number;
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** Adam's step size. Default 1e-3. */
  readonly learningRate?: number;
  /** Coupled L2 weight decay. Default 1e-5. */
  readonly weightDecay?: number;
}

/** A trained baseline. */
export interface Baseline {
  /** Every epoch. */
  readonly history: EpochRecord[];
  /** The epoch with the best validation value. */
  readonly best: EpochRecord;
  /** Metrics of the model at that epoch, user by user too. */
  readonly metrics: SplitMetrics;
}

/**
 * Trains matrix factorization with BPR at the student's dimension, with early stopping on validation Recall@50: what
 * the comparison calls "w/o KD".
 *
 * @example Train two dimensions for a few epochs
 * ```ts
 * import { generateSample, openGpu, splitDataset, trainWithoutDistillation } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 40, items: 80, interactions: 600, communities: 2 });
 * const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
 * using gpu = await openGpu();
 * const { best, history } = await trainWithoutDistillation(gpu, split, { dim: 2, epochs: 6, every: 2 });
 * console.assert(history.length === 6 && best.valid!["recall@50"]! > 0);
 * ```
 *
 * @throws {Interrupted} if the signal asked to stop.
 * @throws {ArgumentError} if an option is out of range.
 */
export async function trainWithoutDistillation(
  gpu: Gpu,
  split: Split,
  options: BaselineOptions = {},
  hooks: TrainingHooks = {},
): Promise<Baseline> {
  const { dim = 6, seed = 1, learningRate = 1e-3, weightDecay = 1e-5 } = options;
  const { epochs = 500, every = 10, patience = 5, metric = "recall@50" } = options;
  const training = { users: split.users, items: split.items, interactions: split.train };
  using model = createModel(gpu, "MF", training, { dim, seed, learningRate, weightDecay });
  using evaluation = new RankingEvaluation(gpu, split);
  const identity = JSON.stringify(["w/o KD", await splitFingerprint(split), seed, model.hyperparameters]);
  const result = await fit(gpu, model, evaluation, { epochs, every, patience, metric }, identity, hooks);
  await loadSnapshot(model, result, result.best);
  const metrics = evaluation.measure(await evaluation.rank(rankerOf(gpu, model)));
  return { history: result.history, best: result.evaluations[result.best]!, metrics };
}
