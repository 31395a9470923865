/**
 * HetComp: distilling the trajectories of heterogeneous teachers into one small student, from easy to hard. This module
 * is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import type { SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { Student } from "../models/student.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { HetCompRun } from "./methods/hetcomp.ts";
import { type DistillOptions, distillSettings } from "./options.ts";
import { trainByMethod } from "./train_by_method.ts";
import type { TrainedStudent } from "./training_loop.ts";

/** A distilled student and how it came about. */
export interface Distillation {
  /** The student of the best evaluation, ready to recommend. */
  readonly student: Student;
  /** Every epoch. */
  readonly history: EpochRecord[];
  /** Epoch of the student. */
  readonly bestEpoch: number;
  /** First epoch of the ranked phase; null if it was never reached. */
  readonly phaseSwitch: number | null;
  /** Metrics of the student, user by user too. */
  readonly metrics: SplitMetrics;
}

/**
 * Distils teachers into a student, by default matrix factorization (HetComp, WWW 2023). Every `every` epochs the student is
 * evaluated, and each (teacher, user) pair whose state it has come close enough to moves on to the teacher's next state.
 * Once all are at the final states the loss changes from the coarse to the fine-grained one, and training ends when
 * validation Recall@50 has not risen for `patience` evaluations. The student of the best evaluation is returned.
 *
 * Nothing of size users x items is stored: device memory is 16 bytes per embedding number, the lists of all users, and
 * the workspace of one batch. The same seed, data, teachers and adapter give the same bits.
 *
 * @example Distil one teacher into four dimensions
 * ```ts
 * import { distill, generateSample, openGpu, splitDataset, trainTeacher } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 60, items: 300, interactions: 1200, communities: 4 });
 * const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
 * using gpu = await openGpu();
 * const options = { kind: "MF", dim: 8, learningRate: 0.01, epochs: 20, every: 2, patience: 20 } as const;
 * const teacher = await trainTeacher(gpu, split, options);
 * const { student, history } = await distill(gpu, split, [teacher], { dim: 4, epochs: 20 });
 * console.assert(history.length === 20 && student.recommend("user-3", { k: 5 }).length === 5);
 * ```
 *
 * @param gpu The device.
 * @param split Training, validation and test interactions.
 * @param trajectories The teachers, all trained on this split; of different kinds.
 * @param options See {@linkcode DistillOptions}.
 * @param hooks Callbacks, a signal to stop, and a checkpoint store that makes the run resumable.
 * @throws {ArgumentError} if an option is unusable or there is no teacher.
 * @throws {TrajectoryError} if a trajectory belongs to other data.
 * @throws {DivergenceError} if a loss is no finite number before the first evaluation; later the training ends there.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 */
export async function distill(
  gpu: Gpu,
  split: Split,
  trajectories: readonly Trajectory[],
  options: DistillOptions = {},
  hooks: TrainingHooks = {},
): Promise<Distillation> {
  const settings = distillSettings(options);
  const trained = await trainByMethod({
    gpu,
    split,
    trajectories,
    settings,
    method: "distill",
    start: (context) => new HetCompRun(context, settings),
    listLength: settings.discrepancyLength,
  }, hooks);
  return distillationOf(split, trained, {
    dataset: split.name,
    fingerprint: trained.fingerprint,
    teachers: trajectories.map((trajectory) => trajectory.kind).join(","),
    settings: JSON.stringify(settings),
  });
}

/** The result of a training, its student with the metadata given, its epoch and its metrics. */
export function distillationOf(
  split: Split,
  { dim, student: { rows, ...form }, history, best, metrics }: TrainedStudent,
  metadata: Record<string, string>,
): Distillation {
  return {
    student: new Student({
      dim,
      userFactors: rows.slice(0, split.users * dim),
      itemFactors: rows.slice(split.users * dim),
      ...form,
      userIds: split.userIds,
      itemIds: split.itemIds,
      seen: split.train,
      metadata: { ...metadata, epoch: String(best.epoch), metrics: JSON.stringify(metrics.test.means) },
    }),
    history,
    bestEpoch: best.epoch,
    phaseSwitch: history.find((record) => record.phase === "ranked")?.epoch ?? null,
    metrics,
  };
}
