/**
 * One trial of a search: a model trained up to some epochs, from the checkpoint of its last.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { distill } from "../distill/distill.ts";
import { distillDefaults, type DistillOptions, distillSettings } from "../distill/options.ts";
import { ArgumentError, DivergenceError } from "../errors.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { Hyperparameters } from "../models/model.ts";
import { createModel } from "../models/registry.ts";
import { meantName } from "../nearest_ids.ts";
import { beforeFinalName, type CheckpointStore, latestName } from "../teachers/checkpoint_store.ts";
import { bestOf } from "../teachers/epochs.ts";
import { fit, fitDefaults } from "../teachers/fit.ts";
import { teacherSettings } from "../teachers/presets.ts";
import type { TeacherKind } from "../teachers/train_teacher.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import type { RungResult } from "./halving.ts";
import { checkTeacherSetting } from "./setting_options.ts";

/** What is searched for: the settings of a kind of teacher, or of the student. */
export type SearchedModel = TeacherKind | "student";

/** What all trials of a search share. */
export interface TrialSetting {
  readonly gpu: Gpu;
  readonly split: Split;
  readonly model: SearchedModel;
  /** Seed of all training. */
  readonly seed: number;
  /** Settings that are not searched. */
  readonly fixed: Hyperparameters;
  /** Fingerprint of the split. */
  readonly fingerprint: string;
  /** Of whom a student learns. */
  readonly trajectories: readonly Trajectory[];
}

/**
 * Checks the settings of a trial.
 *
 * @throws {ArgumentError} naming one that does not exist, has an unusable value, or is not for a search to choose.
 */
export function checkTrial(model: SearchedModel, settings: Hyperparameters): void {
  for (const [name, value] of Object.entries(settings)) {
    if (model !== "student") {
      checkTeacherSetting(model, name, value);
      continue;
    }
    const known = Object.keys(distillDefaults).filter((other) => other !== "seed" && other !== "epochs");
    if (!known.includes(name)) {
      throw new ArgumentError(
        name,
        "a search cannot choose it",
        meantName(name, known) ?? `one of ${known.join(", ")}`,
      );
    }
    distillSettings({ [name]: value } as DistillOptions);
  }
}

/** Keeps what a training needs to go on; what would be needed to look back is dropped. */
function latestOnly(store: CheckpointStore): CheckpointStore {
  return {
    ...store,
    put: (name, checkpoint) =>
      name === latestName || name === beforeFinalName ? store.put(name, checkpoint) : Promise.resolve(),
  };
}

/**
 * Trains a trial up to `epochs` in all, judged by validation Recall@50 alone: 0 if its loss leaves the numbers.
 *
 * @throws {Interrupted} if the signal asked to stop; the same call continues.
 */
export async function trainTrial(
  setting: TrialSetting,
  settings: Hyperparameters,
  epochs: number,
  hooks: TrainingHooks & { checkpoints: CheckpointStore },
): Promise<RungResult> {
  try {
    return await train(setting, settings, epochs, hooks);
  } catch (error) {
    // The worst that can be said of settings.
    if (error instanceof DivergenceError) {
      return { epochs, trained: error.epoch, value: 0, bestEpoch: error.epoch, diverged: true };
    }
    throw error;
  }
}

async function train(
  { gpu, split, model, seed, fixed, fingerprint, trajectories }: TrialSetting,
  settings: Hyperparameters,
  epochs: number,
  hooks: TrainingHooks & { checkpoints: CheckpointStore },
): Promise<RungResult> {
  const latest = latestOnly(hooks.checkpoints);
  let history: readonly EpochRecord[];
  if (model === "student") {
    const options = { ...fixed, ...settings, seed, epochs } as DistillOptions;
    ({ history } = await distill(gpu, split, trajectories, options, { ...hooks, checkpoints: latest }));
  } else {
    const { every, patience, ...options } = teacherSettings(model, split.name, { ...fixed, ...settings });
    const training = { users: split.users, items: split.items, interactions: split.train };
    using recommender = createModel(gpu, model, training, { ...options, seed });
    using evaluation = new RankingEvaluation(gpu, split);
    const identity = JSON.stringify(["trial", fingerprint, seed, every, recommender.hyperparameters]);
    const duration = {
      epochs,
      every: every as number,
      patience: patience as number,
      metric: fitDefaults.metric,
    };
    ({ history } = await fit(gpu, recommender, evaluation, duration, identity, {
      ...hooks,
      checkpoints: latest,
    }));
  }
  const evaluations = history.filter(({ valid }) => valid !== undefined);
  const best = evaluations[bestOf(evaluations, fitDefaults.metric)]!;
  return { epochs, trained: history.length, value: best.valid![fitDefaults.metric]!, bestEpoch: best.epoch };
}
