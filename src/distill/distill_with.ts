/**
 * Training a student by any method. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { TrainingHooks } from "../teachers/training.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { type Distillation, distillationOf } from "./distill.ts";
import type { SettingValue } from "./method.ts";
import { methodSettings } from "./method_settings.ts";
import { methodOf } from "./methods/registry.ts";
import { trainByMethod } from "./train_by_method.ts";

/**
 * Trains a student by one of {@linkcode distillationMethods}: the same loop, evaluation and early stopping on validation
 * Recall@50 for all of them. The student is matrix factorization, or, by the setting `student`, another kind of
 * {@linkcode DistillOptions}, whose rows become the factors of the {@linkcode Student}. With `"hetcomp"` its numbers are
 * those of {@linkcode distill} with the same kind.
 *
 * @example Distil one teacher by RRD
 * ```ts
 * import { distillWith, generateSample, openGpu, splitDataset, trainTeacher } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 60, items: 300, interactions: 1200, communities: 4 });
 * const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
 * using gpu = await openGpu();
 * const options = { kind: "MF", dim: 8, learningRate: 0.01, epochs: 20, every: 2, patience: 20 } as const;
 * const teacher = await trainTeacher(gpu, split, options);
 * const { history } = await distillWith(gpu, split, [teacher], "rrd", { dim: 4, epochs: 4, every: 2, lambda: 0.1 });
 * console.assert(history.length === 4 && history[1]!.test!["recall@10"]! >= 0);
 * ```
 *
 * @param gpu The device.
 * @param split Training, validation and test interactions.
 * @param trajectories The teachers; ignored by a method without.
 * @param method Key of the method.
 * @param options Its settings; what is absent has the method's default.
 * @param hooks Callbacks, a signal to stop, and a checkpoint store that makes the run resumable.
 * @throws {ArgumentError} if there is no such method, a setting is unusable, or there is no teacher for one that needs some.
 * @throws {TrajectoryError} if a trajectory belongs to other data.
 * @throws {DivergenceError} if a loss is no finite number before the first evaluation; later the training ends there.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 */
export async function distillWith(
  gpu: Gpu,
  split: Split,
  trajectories: readonly Trajectory[],
  method: string,
  options: Readonly<Record<string, SettingValue | undefined>> = {},
  hooks: TrainingHooks = {},
): Promise<Distillation> {
  const chosen = methodOf(method);
  const settings = methodSettings(chosen, options);
  const teachers = chosen.teachers === "none" ? null : trajectories;
  const trained = await trainByMethod({
    gpu,
    split,
    trajectories: teachers,
    settings,
    method,
    start: (context) => chosen.start(context),
    listLength: chosen.listLength?.(settings),
  }, hooks);
  return distillationOf(split, trained, {
    dataset: split.name,
    fingerprint: trained.fingerprint,
    method,
    teachers: (teachers ?? []).map(({ kind }) => kind).join(","),
    settings: JSON.stringify(settings),
  });
}
