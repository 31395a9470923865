/**
 * Training a teacher and keeping its trajectory. This module is browser compatible.
 *
 * @module
 */
import { type Split, splitFingerprint } from "../data/split.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { createModel } from "../models/registry.ts";
import { HetcompError } from "../errors.ts";
import type { FitOptions } from "./epochs.ts";
import { fit, fitDefaults as defaults } from "./fit.ts";
import { selectStates } from "./select_states.ts";
import { observedImportance, partMetrics, stateLists } from "./state_lists.ts";
import { type Trajectory } from "./trajectory.ts";
import type { TrainingHooks } from "./training.ts";

/** The kinds of teachers, by the names of the paper. */
export type TeacherKind = "MF" | "ML" | "DL" | "GNN" | "AE" | "I-AE";

/** What to train and for how long; the model's own hyperparameters may stand beside these. */
export interface TeacherOptions extends Partial<FitOptions> {
  /** The recommender. */
  readonly kind: TeacherKind;
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** Hyperparameters of the model; what is absent has the kind's default. */
  readonly [hyperparameter: string]: unknown;
}

/** Lists of a trajectory hold this many items, of which each has its importance. */
export const trajectoryLength = 100;

/**
 * Trains one teacher with early stopping on validation Recall@50 and keeps four states of its training: the best
 * checkpoint, and the ones nearest to 25 %, 50 % and 75 % of the way to it. A teacher that converges too fast for four
 * states is trained again with more frequent evaluations.
 *
 * @example Train matrix factorization on a small generated data set
 * ```ts
 * import { generateSample, openGpu, splitDataset, trainTeacher } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 60, items: 300, interactions: 1200, communities: 4 });
 * const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
 * using gpu = await openGpu();
 * const options = { kind: "MF", dim: 4, learningRate: 0.01, epochs: 20, every: 2, patience: 20 } as const;
 * const trajectory = await trainTeacher(gpu, split, options);
 * console.assert(trajectory.states.length === 4 && trajectory.states[3]!.items.length === 60 * 100);
 * ```
 *
 * @param gpu The device.
 * @param split Training, validation and test interactions.
 * @param options The kind, its hyperparameters, `epochs` (500), `every` (10), `patience` (5), `seed` (1).
 * @param hooks Callbacks, a signal to stop, and a checkpoint store that makes the training resumable.
 * @returns The trajectory: ranked lists with importances, no weights.
 * @throws {DivergenceError} if a loss or a parameter leaves the range of floats before the first evaluation; later the
 * training ends there.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 * @throws {ArgumentError} if a hyperparameter is unknown or out of range.
 * @throws {HetcompError} if the teacher is at its best before it was evaluated four times, or has no more epochs.
 */
export async function trainTeacher(
  gpu: Gpu,
  split: Split,
  options: TeacherOptions,
  hooks: TrainingHooks = {},
): Promise<Trajectory> {
  const { kind, seed = 1, epochs, every, patience, metric, ...hyperparameters } = options;
  const fitOptions: FitOptions = {
    epochs: epochs ?? defaults.epochs,
    every: every ?? defaults.every,
    patience: patience ?? defaults.patience,
    metric: metric ?? defaults.metric,
  };
  using evaluation = new RankingEvaluation(gpu, split);
  const fingerprint = await splitFingerprint(split);
  const given = {
    ...{ kind, seed, fingerprint, hyperparameters: { ...hyperparameters, seed } },
    every: fitOptions.every,
  };
  let seconds = 0;
  for (let fitting = fitOptions;;) {
    const result = await trainOnce(gpu, split, evaluation, given, fitting, hooks);
    if ("states" in result) return { ...result, seconds: seconds + result.seconds };
    seconds += result.seconds;
    const { every: between } = result;
    const denser = between === null ? fitOptions.every : Math.max(1, Math.floor(between / 3));
    const more = between === null ? "" : " with more evaluations";
    hooks.onStage?.(`converges fast: training again${more}`, 0, 1);
    fitting = { ...fitOptions, every: denser };
  }
}

/** What is trained, whatever the time between evaluations. */
interface GivenTeacher {
  readonly kind: TeacherKind;
  readonly seed: number;
  readonly fingerprint: string;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  /** The epochs between evaluations that were asked for. */
  readonly every: number;
}

/**
 * Trains a teacher; where there were too few evaluations for its states, the result is no trajectory, but the epochs that
 * were between them, or null if all has to be trained anew.
 */
async function trainOnce(
  gpu: Gpu,
  split: Split,
  evaluation: RankingEvaluation,
  { kind, seed, fingerprint, hyperparameters, every }: GivenTeacher,
  fitOptions: FitOptions,
  hooks: TrainingHooks,
): Promise<Trajectory | { every: number | null; seconds: number }> {
  const training = { users: split.users, items: split.items, interactions: split.train };
  using model = createModel(gpu, kind, training, hyperparameters);
  const identity = JSON.stringify([fingerprint, kind, seed, model.hyperparameters, every]);
  const result = await fit(gpu, model, evaluation, fitOptions, identity, hooks);
  const trained = performance.now();
  // Epochs of an earlier run that was stopped count too.
  const seconds = result.history.reduce((sum, record) => sum + record.seconds, 0);
  const quality = result.evaluations.map((record) => record.valid![fitOptions.metric]!);
  const chosen = selectStates(quality);
  if (!chosen) {
    await result.checkpoints.clear();
    const isLast = result.every === 1 || result.history.length < 4;
    // Evaluations that were this dense from the first may be of a training that was to take fewer epochs.
    if (isLast && result.every !== fitOptions.every) return { every: null, seconds };
    if (isLast) {
      throw new HetcompError(
        `${kind} is at its best before four evaluations (epoch ${result.evaluations[result.best]?.epoch}): ` +
          "a trajectory needs four states; train more epochs, lower the learning rate, or use data with more items",
      );
    }
    return { every: result.every, seconds };
  }
  const rankings = {
    gpu,
    model,
    evaluation,
    fit: result,
    split,
    ...(hooks.onStage ? { onStage: hooks.onStage } : {}),
  };
  const states = [];
  for (const state of chosen) states.push(await stateLists(rankings, state, trajectoryLength));
  const observed = await observedImportance(rankings, chosen[3]);
  return {
    kind,
    users: split.users,
    items: split.items,
    length: trajectoryLength,
    fingerprint,
    seed,
    hyperparameters: { ...model.hyperparameters, ...fitOptions, every: result.every },
    adapter: gpu.adapter.name,
    states,
    observed,
    curve: result.evaluations.map(({ epoch, loss, valid, test }) => ({
      epoch,
      loss,
      metrics: partMetrics(valid, test),
    })),
    seconds: seconds + (performance.now() - trained) / 1000,
  };
}
