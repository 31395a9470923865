/**
 * Training a student by a method, from the data to the best evaluation: what all public functions that distil share. This
 * module is browser compatible.
 *
 * @module
 */
import { requireSplit } from "../data/check_split.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { ArgumentError, TrajectoryError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { TrainingHooks } from "../teachers/training.ts";
import { listsDigest, type Trajectory, validateTrajectory } from "../teachers/trajectory.ts";
import type { MethodContext, MethodRun, MethodSettings, SharedSettings } from "./method.ts";
import { createStudent } from "./students.ts";
import { type TrainedStudent, type TrainingJob, trainStudent } from "./training_loop.ts";

/** What to train, on what, and by what. */
export interface MethodTraining extends Pick<TrainingJob, "listLength" | "metric"> {
  /** The device. */
  readonly gpu: Gpu;
  /** The data. */
  readonly split: Split;
  /** The teachers, at least one; null for a method without. */
  readonly trajectories: readonly Trajectory[] | null;
  /** Every setting. */
  readonly settings: MethodSettings;
  /** Tells methods from each other that may have the same settings. */
  readonly method: string;
  /** Takes the method's device memory. */
  readonly start: (context: MethodContext) => MethodRun;
}

/**
 * Trains a student by a method.
 *
 * @returns The student and how it came about, and the fingerprint of the data.
 * @throws {ArgumentError} if the split is not as {@linkcode Split} says, there is no teacher where one is needed, two are of
 * one kind, or a setting is unusable.
 * @throws {TrajectoryError} if a teacher belongs to other data.
 * @throws {DivergenceError} if a loss is no finite number before the first evaluation; later the training ends there.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 */
export async function trainByMethod(
  { gpu, split, trajectories, settings, method, start, listLength, metric }: MethodTraining,
  hooks: TrainingHooks,
): Promise<TrainedStudent & { fingerprint: string }> {
  requireSplit(split);
  const fingerprint = await splitFingerprint(split);
  if (trajectories !== null) requireTeachers(split, fingerprint, trajectories);
  const teachers = trajectories ?? [];
  const identity = await identityOf(method, fingerprint, teachers, settings, metric);
  using student = createStudent(gpu, settings.student, split, settings);
  using run = gpu.allOrNothing(() => start({ gpu, split, trajectories: teachers, student, settings }));
  const trained = await trainStudent(
    { gpu, split, student, run, settings, listLength, metric, identity },
    hooks,
  );
  return { ...trained, fingerprint };
}

function requireTeachers(split: Split, fingerprint: string, trajectories: readonly Trajectory[]): void {
  if (trajectories.length === 0) {
    throw new ArgumentError("trajectories", "there is none", "at least one teacher");
  }
  const kinds = trajectories.map((trajectory) => trajectory.kind);
  if (new Set(kinds).size < kinds.length) {
    throw new ArgumentError("trajectories", `their kinds are ${kinds.join(", ")}`, "kinds that all differ");
  }
  for (const trajectory of trajectories) {
    if (trajectory.fingerprint !== fingerprint) {
      const [its, own] = [trajectory.fingerprint, fingerprint].map((text) => text.slice(0, 12));
      throw new TrajectoryError(
        `memory (${trajectory.kind})`,
        `it was made from another split (fingerprint ${its}..., wanted ${own}...)`,
      );
    }
    validateTrajectory(trajectory, split);
  }
}

/** What tells one training from another: method, data, teachers, settings and metric, but not how long it is to last. */
async function identityOf(
  method: string,
  fingerprint: string,
  trajectories: readonly Trajectory[],
  { epochs: _, patience: _patience, ...settings }: SharedSettings,
  metric: string | undefined,
): Promise<string> {
  const teachers = await Promise.all(
    trajectories.map(async (trajectory) => [trajectory.kind, await listsDigest(trajectory)]),
  );
  return JSON.stringify([method, fingerprint, settings, teachers, metric]);
}
