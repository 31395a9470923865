import { exists } from "../data/files.ts";
import type { Split } from "../data/split.ts";
import { RunError, TrajectoryError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { Hyperparameters } from "../models/model.ts";
import { easeItemLimit } from "../models/ease.ts";
import { isYardstick, type YardstickKind } from "../models/yardsticks.ts";
import { formatDuration } from "../report/format.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import { fitDefaults } from "../teachers/fit.ts";
import { isTeacherName } from "../teachers/import_trajectory.ts";
import { type BuiltInTeacher, teacherSettings } from "../teachers/presets.ts";
import { type TeacherKind, trainTeacher } from "../teachers/train_teacher.ts";
import { type Trajectory } from "../teachers/trajectory.ts";
import { loadTrajectory, saveTrajectory } from "../teachers/trajectory_file.ts";
import { yardstickTrajectory } from "../teachers/yardstick_teacher.ts";
import { pause, putAway, takeClaim } from "./claim.ts";
import { invocation } from "./invocation.ts";
import { type DataChoice, splitName } from "./load_split.ts";
import { logNotice } from "./log.ts";
import { isBuiltIn, teacherKindNames, type TeacherSettingTable } from "./setting_options.ts";
import { createProgress } from "./progress.ts";
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
  /** Hyperparameters other than the data set's preset, by kind. */
  readonly options: TeacherSettingTable;
}

/** The options that choose teachers, as parsed. */
export interface TeacherChoiceFlags {
  teachers: string[];
  teachersFolder: string;
  teacherEpochs?: number;
  teacherOption?: TeacherSettingTable;
  seed: number;
}

/** The teachers that options ask for. */
export function teacherChoice(flags: TeacherChoiceFlags): TeacherChoice {
  return {
    folder: flags.teachersFolder,
    kinds: flags.teachers,
    seed: flags.seed,
    epochs: flags.teacherEpochs ?? null,
    options: flags.teacherOption ?? {},
  };
}

/** The options that choose teachers with every value that presets and defaults give them, by name. */
export async function resolvedTeachers(
  data: DataChoice,
  choice: TeacherChoice,
): Promise<{ teacherEpochs: number; teacherOption: TeacherSettingTable }> {
  const dataset = await splitName(data);
  const kinds = new Set([...choice.kinds, ...Object.keys(choice.options)])
    .intersection(new Set<string>(teacherKindNames));
  return {
    teacherEpochs: choice.epochs ?? fitDefaults.epochs,
    teacherOption: Object.fromEntries(
      [...kinds].map((kind) => [kind, chosenSettings(choice, kind, dataset)]),
    ),
  };
}

/** All settings with which a kind of teacher is made. */
export function chosenSettings(choice: TeacherChoice, kind: string, dataset: string): Hyperparameters {
  return teacherSettings(kind as BuiltInTeacher, dataset, choice.options[kind]);
}

/**
 * Makes sure that every teacher can be had: it is built in and suits the data, or was imported.
 *
 * @throws {RunError} naming the first that cannot, and what there is.
 */
export async function requireTeachers(
  { folder, kinds }: Pick<TeacherChoice, "folder" | "kinds">,
  split: Pick<Split, "name" | "items">,
): Promise<void> {
  for (const kind of kinds) {
    if (kind === "EASE" && split.items > easeItemLimit) {
      throw new RunError(
        `EASE holds a number for every pair of items, and ${split.items} items are too many: expected at most ` +
          `${easeItemLimit}; RP3beta takes any number`,
      );
    }
    if (isBuiltIn(kind)) continue;
    const place = `${folder}/${split.name}/${kind}`;
    if (isTeacherName(kind) && await exists(`${place}/manifest.json`)) continue;
    throw new RunError(
      `there is no teacher ${JSON.stringify(kind)}, nor a trajectory in ${place}; expected some of ` +
        `${teacherKindNames.join(",")}, or a teacher that was imported with: ` +
        invocation(`teachers import FILE --name ${isTeacherName(kind) ? kind : "NAME"} --data DATA`),
    );
  }
}

/**
 * Loads the teachers' trajectories and trains those that are missing. A training that was stopped continues; one that
 * another process is at is waited for, after the others.
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
  const unused = Object.keys(choice.options).filter((kind) => !choice.kinds.includes(kind));
  if (unused.length > 0 && !options.quiet) {
    logNotice("teacher", `settings of ${unused.join(", ")} have no effect: not among the teachers`, {
      unused,
    });
  }
  const trajectories = new Map<string, Trajectory>();
  let waiting = false;
  while (true) {
    const before = trajectories.size;
    for (const kind of choice.kinds) {
      if (trajectories.has(kind)) continue;
      const trajectory = await kept(split, choice, kind, options) ??
        await trained(gpu, split, choice, kind, options);
      if (trajectory) trajectories.set(kind, trajectory);
    }
    if (trajectories.size === choice.kinds.length) break;
    if (trajectories.size > before) continue;
    if (!waiting && !options.quiet) {
      const others = choice.kinds.filter((kind) => !trajectories.has(kind));
      logNotice("teacher", `waiting for another process that trains ${others.join(", ")}`, { kinds: others });
    }
    waiting = true;
    await pause(options.signal);
  }
  return choice.kinds.map((kind) => trajectories.get(kind)!);
}

/** A teacher on disk; null if it is not there. */
async function kept(
  split: Split,
  choice: TeacherChoice,
  kind: string,
  { quiet }: { quiet: boolean },
): Promise<Trajectory | null> {
  const folder = teacherFolder(split, choice, kind);
  if (!await exists(`${folder}/manifest.json`)) return null;
  const trajectory = await load(folder, split, kind);
  await putAway(folder);
  if (!quiet) {
    const imported = trajectory.hyperparameters.imported === true;
    const found = imported ? [] : differences(trajectory, choice, chosenSettings(choice, kind, split.name));
    const other = found.length === 0 ? "" : ` with ${found.join(" and ")}`;
    const origin = imported ? "imported" : `${isYardstick(kind) ? "computed" : "trained"} before${other}`;
    logNotice("teacher", `${kind}: ${origin}, in ${folder}`, {
      kind,
      folder,
      imported,
      differences: found,
    });
  }
  return trajectory;
}

/** Trains a teacher; null if another process is at it, or was until now. */
async function trained(
  gpu: Gpu,
  split: Split,
  choice: TeacherChoice,
  kind: string,
  { signal, quiet }: { signal: AbortSignal; quiet: boolean },
): Promise<Trajectory | null> {
  const folder = teacherFolder(split, choice, kind);
  using claim = await takeClaim(`${folder}/claim`);
  if (claim === null || await exists(`${folder}/manifest.json`)) return null;
  if (isYardstick(kind)) return await computed(split, choice, kind, { signal, quiet });
  const checkpoints = folderCheckpoints(`${folder}/checkpoints`);
  using progress = trainingProgress(kind, choice.epochs ?? null, quiet);
  const trajectory = await trainTeacher(gpu, split, {
    ...chosenSettings(choice, kind, split.name),
    kind: kind as TeacherKind,
    seed: choice.seed,
    ...(choice.epochs === null ? {} : { epochs: choice.epochs }),
  }, { ...progress.hooks, signal, checkpoints });
  await saveTrajectory(folder, trajectory);
  await checkpoints.clear();
  return trajectory;
}

/** Makes a teacher of a yardstick: in seconds, but for EASE with thousands of items. */
async function computed(
  split: Split,
  choice: TeacherChoice,
  kind: YardstickKind,
  { signal, quiet }: { signal: AbortSignal; quiet: boolean },
): Promise<Trajectory> {
  const progress = createProgress({ label: "teachers", total: 1, unit: "models", quiet });
  try {
    progress.update(0, kind);
    // It takes up to a minute without a pause: here a Ctrl-C gets through.
    await new Promise((resume) => setTimeout(resume));
    signal.throwIfAborted();
    const trajectory = await yardstickTrajectory(split, kind, chosenSettings(choice, kind, split.name));
    progress.update(1);
    await saveTrajectory(teacherFolder(split, choice, kind), trajectory);
    const { seconds } = trajectory;
    if (!quiet) logNotice("teacher", `${kind}: computed in ${formatDuration(seconds)}`, { kind, seconds });
    return trajectory;
  } finally {
    progress.stop();
  }
}

function teacherFolder(split: Split, choice: TeacherChoice, kind: string): string {
  return `${choice.folder}/${split.name}/${kind}`;
}

async function load(folder: string, split: Split, kind: string): Promise<Trajectory> {
  try {
    const trajectory = await loadTrajectory(folder, { split });
    if (trajectory.kind === kind) return trajectory;
    throw new TrajectoryError(folder, `it is that of the teacher ${trajectory.kind}, not ${kind}`);
  } catch (error) {
    if (error instanceof TrajectoryError) {
      error.message += isBuiltIn(kind)
        ? "; to train it anew, delete that folder or name another with --teachers-folder"
        : `; import it again (${
          invocation("teachers import --replace")
        }), or name another folder with --teachers-folder`;
    }
    throw error;
  }
}

/** How the training of a trajectory on disk was other than what is asked for now. */
function differences(
  { kind, seed, hyperparameters }: Trajectory,
  choice: TeacherChoice,
  settings: Hyperparameters,
): string[] {
  const found: string[] = [];
  if (!isYardstick(kind)) {
    if (seed !== choice.seed) found.push(`seed ${seed}, not ${choice.seed}`);
    const most = hyperparameters.epochs;
    const asked = choice.epochs ?? fitDefaults.epochs;
    if (most !== undefined && most !== asked) found.push(`at most ${most} epochs, not ${asked}`);
  }
  for (const [name, asked] of Object.entries(settings)) {
    const had = hyperparameters[name];
    // What a trajectory of an earlier program does not tell is not known to differ.
    if (had === undefined || had === asked || name === "every" && isFasterEvery(had, asked)) continue;
    found.push(`${name} ${had}, not ${asked}`);
  }
  return found;
}

/** A training that converges fast is repeated with a third of the distance between evaluations, perhaps repeatedly. */
function isFasterEvery(had: unknown, asked: unknown): boolean {
  for (let every = asked as number; every > 1;) {
    every = Math.max(1, Math.floor(every / 3));
    if (every === had) return true;
  }
  return false;
}
