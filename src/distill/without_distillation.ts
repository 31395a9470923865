/**
 * The yardstick of every distillation: the student trained on the interactions alone. This module is browser
 * compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import type { SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { FitOptions } from "../teachers/epochs.ts";
import { fitDefaults } from "../teachers/fit.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";
import { methodSettings } from "./method_settings.ts";
import { bpr } from "./methods/bpr.ts";
import type { DistillSettings } from "./options.ts";
import { trainByMethod } from "./train_by_method.ts";

/** Options of {@linkcode trainWithoutDistillation}. */
export interface BaselineOptions extends Partial<FitOptions> {
  /** Kind of student, as in {@linkcode DistillOptions}. Default "MF". */
  readonly student?: DistillSettings["student"];
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
 * Trains a student with BPR, with early stopping on validation Recall@50: what the comparison calls "w/o KD".
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
 * @throws {DivergenceError} if a loss is no finite number before the first evaluation; later the training ends there.
 * @throws {Interrupted} if the signal asked to stop.
 * @throws {ArgumentError} if an option is out of range.
 */
export async function trainWithoutDistillation(
  gpu: Gpu,
  split: Split,
  options: BaselineOptions = {},
  hooks: TrainingHooks = {},
): Promise<Baseline> {
  const { metric = fitDefaults.metric, ...given } = options;
  const settings = methodSettings(bpr, { epochs: fitDefaults.epochs, ...given });
  const { history, best, metrics } = await trainByMethod({
    gpu,
    split,
    trajectories: null,
    settings,
    method: "w/o KD",
    start: (context) => bpr.start(context),
    metric,
  }, hooks);
  return { history, best, metrics };
}
