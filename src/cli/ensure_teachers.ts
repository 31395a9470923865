import { exists } from "../data/files.ts";
import type { Split } from "../data/split.ts";
import { TrajectoryError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import { teacherPreset } from "../teachers/presets.ts";
import { type TeacherKind, trainTeacher } from "../teachers/train_teacher.ts";
import { type Trajectory } from "../teachers/trajectory.ts";
import { loadTrajectory, saveTrajectory } from "../teachers/trajectory_file.ts";
import { trainingProgress } from "./training_progress.ts";

/** What teachers to have, and where they are kept. */
export interface TeacherChoice {
  /** Folder of all teachers; each is in FOLDER/DATASET/KIND. */
  readonly folder: string;
  /** The kinds, such as ["MF", "ML"]. */
  readonly kinds: readonly string[];
  /** Random seed of their training. */
  readonly seed: number;
  /** Most epochs; null: the default. */
  readonly epochs: number | null;
}

/**
 * Loads the teachers' trajectories and trains those that are missing. A training that was stopped continues.
 *
 * @throws {TrajectoryError} if one on disk belongs to other data, or is damaged.
 * @throws {Interrupted} if the signal asked to stop.
 */
export async function ensureTeachers(
  gpu: Gpu,
  split: Split,
  choice: TeacherChoice,
  options: { signal: AbortSignal; quiet: boolean },
): Promise<Trajectory[]> {
  const trajectories: Trajectory[] = [];
  for (const kind of choice.kinds) {
    const folder = `${choice.folder}/${split.name}/${kind}`;
    if (await exists(`${folder}/manifest.json`)) {
      const trajectory = await load(folder, split);
      trajectories.push(trajectory);
      if (!options.quiet) {
        console.error(`${kind}: trained before${differences(trajectory, choice)}, in ${folder}`);
      }
      continue;
    }
    const checkpoints = folderCheckpoints(`${folder}/checkpoints`);
    using progress = trainingProgress(kind, choice.epochs ?? null, options.quiet);
    const trajectory = await trainTeacher(gpu, split, {
      ...teacherPreset(split.name, kind as TeacherKind),
      kind: kind as TeacherKind,
      seed: choice.seed,
      ...(choice.epochs === null ? {} : { epochs: choice.epochs }),
    }, { ...progress.hooks, signal: options.signal, checkpoints });
    await saveTrajectory(folder, trajectory);
    await checkpoints.clear();
    trajectories.push(trajectory);
  }
  return trajectories;
}

async function load(folder: string, split: Split): Promise<Trajectory> {
  try {
    return await loadTrajectory(folder, { split });
  } catch (error) {
    if (error instanceof TrajectoryError) {
      error.message += "; to train it anew, delete that folder or name another with --teachers-folder";
    }
    throw error;
  }
}

/** How the training of a trajectory on disk was other than what is asked for now. */
function differences(trajectory: Trajectory, { seed, epochs }: TeacherChoice): string {
  const found: string[] = [];
  if (trajectory.seed !== seed) found.push(`seed ${trajectory.seed}, not ${seed}`);
  const most = trajectory.hyperparameters.epochs;
  if (epochs !== null && most !== epochs) found.push(`at most ${most} epochs, not ${epochs}`);
  return found.length === 0 ? "" : ` with ${found.join(" and ")}`;
}
