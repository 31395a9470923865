/**
 * HetComp: distilling the trajectories of heterogeneous teachers into one small student, from easy to hard. This module
 * is browser compatible.
 *
 * @module
 */
import { type Split, splitFingerprint } from "../data/split.ts";
import { ArgumentError, TrajectoryError } from "../errors.ts";
import { RankingEvaluation, type SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { Student } from "../models/student.ts";
import { type Checkpoint, memoryCheckpoints } from "../teachers/checkpoint_store.ts";
import { bestOf } from "../teachers/fit.ts";
import { type EpochRecord, Interrupted, type TrainingHooks } from "../teachers/training.ts";
import { type Trajectory, validateTrajectory } from "../teachers/trajectory.ts";
import { Curriculum } from "./curriculum.ts";
import { type DistillOptions, type DistillSettings, distillSettings } from "./options.ts";
import { StudentTraining } from "./student_training.ts";
import { observedTargets } from "./targets.ts";
import { userBatches } from "./user_batches.ts";

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

/** Where a distillation stands beside its arrays. */
interface Progress {
  readonly identity: string;
  readonly history: EpochRecord[];
}

const latestName = "latest";
const decisiveMetric = "recall@50";

/**
 * Distils teachers into a matrix factorization student (HetComp, WWW 2023). Every `every` epochs the student is
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
  const fingerprint = await splitFingerprint(split);
  checkTeachers(split, fingerprint, trajectories);
  const checkpoints = hooks.checkpoints ?? memoryCheckpoints();
  const curriculum = new Curriculum(trajectories, settings);
  const positives = observedTargets(trajectories, split.train, settings.observedLength);
  const batchesOf = userBatches(split.train, settings.batchSize, settings.seed, settings.sampling);
  using evaluation = new RankingEvaluation(gpu, split, { listLength: settings.discrepancyLength });
  using student = new StudentTraining(gpu, split, settings);
  const identity = identityOf(fingerprint, trajectories, settings);
  const history: EpochRecord[] = [];
  let best: Float32Array<ArrayBuffer> = new Float32Array(0);

  const latest = await checkpoints.get(latestName);
  if (latest && (latest.facts as unknown as Progress).identity === identity) {
    student.restore(modelArrays(latest));
    curriculum.restore(curriculumArrays(latest, trajectories.length, split.users));
    history.push(...(latest.facts as unknown as Progress).history);
    best = latest.arrays.best as Float32Array<ArrayBuffer>;
  } else if (latest) {
    await checkpoints.clear();
  }
  const keepLatest = async () => {
    const { states, last } = curriculum.state;
    const arrays: Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> = {
      ...await student.checkpoint(),
      best,
      states: Uint32Array.from(states.flatMap((row) => [...row])),
    };
    // Discrepancies are compared in float64: their bytes are kept, not their float32 values.
    if (last) arrays.last = new Uint32Array(Float64Array.from(last.flatMap((row) => [...row])).buffer);
    await checkpoints.put(latestName, { arrays, facts: { identity, history } });
  };

  student.teach(split.train, positives, curriculum.targets());
  while (history.length < settings.epochs && !isFinished(history, settings)) {
    if (hooks.signal?.aborted) {
      await keepLatest();
      throw new Interrupted(history.length);
    }
    const start = performance.now();
    const epoch = history.length + 1;
    const phase = curriculum.complete ? "ranked" : "overall";
    const loss = await student.epoch(batchesOf(epoch), phase);
    const record: EpochRecord = { epoch, phase, loss, seconds: 0, meanState: curriculum.meanStates() };
    history.push(record);
    const evaluated = epoch % settings.every === 0 || epoch === settings.epochs;
    if (evaluated) {
      const lists = await evaluation.rank(student.ranker());
      const { valid, test } = evaluation.measure(lists);
      record.valid = valid.means;
      record.test = test.means;
      const evaluations = history.filter((past) => past.valid);
      if (bestOf(evaluations, decisiveMetric) === evaluations.length - 1) best = await student.table();
      if (epoch % settings.every === 0 && curriculum.advance(epoch, lists, evaluation.width)) {
        student.teach(split.train, positives, curriculum.targets());
      }
    }
    record.seconds = (performance.now() - start) / 1000;
    hooks.onEpoch?.(record);
    if (evaluated) {
      await keepLatest();
      hooks.onEvaluation?.(record);
    }
  }
  const evaluations = history.filter((record) => record.valid);
  const bestEpoch = evaluations[bestOf(evaluations, decisiveMetric)]!.epoch;
  student.load(best);
  const metrics = evaluation.measure(await evaluation.rank(student.ranker()));
  return {
    student: new Student({
      dim: settings.dim,
      userFactors: best.slice(0, split.users * settings.dim),
      itemFactors: best.slice(split.users * settings.dim),
      userIds: split.userIds,
      itemIds: split.itemIds,
      seen: split.train,
      metadata: {
        dataset: split.name,
        fingerprint,
        teachers: trajectories.map((trajectory) => trajectory.kind).join(","),
        settings: JSON.stringify(settings),
        epoch: String(bestEpoch),
        metrics: JSON.stringify(metrics.test.means),
      },
    }),
    history,
    bestEpoch,
    phaseSwitch: history.find((record) => record.phase === "ranked")?.epoch ?? null,
    metrics,
  };
}

function checkTeachers(split: Split, fingerprint: string, trajectories: readonly Trajectory[]): void {
  if (trajectories.length === 0) {
    throw new ArgumentError("trajectories", "there is none", "at least one teacher");
  }
  const kinds = trajectories.map((trajectory) => trajectory.kind);
  if (new Set(kinds).size < kinds.length) {
    throw new ArgumentError("trajectories", `their kinds are ${kinds.join(", ")}`, "kinds that all differ");
  }
  for (const trajectory of trajectories) {
    if (trajectory.fingerprint !== fingerprint) {
      throw new TrajectoryError(
        trajectory.kind,
        `it was trained on the split ${trajectory.fingerprint.slice(0, 12)}..., this is ${
          fingerprint.slice(0, 12)
        }...`,
      );
    }
    validateTrajectory(trajectory, split);
  }
}

function identityOf(
  fingerprint: string,
  trajectories: readonly Trajectory[],
  { epochs: _, ...settings }: DistillSettings,
): string {
  const teachers = trajectories.map(({ kind, seed, hyperparameters, fingerprint, adapter, states }) => {
    return [kind, seed, hyperparameters, fingerprint, adapter, states.map((state) => state.epoch)];
  });
  return JSON.stringify([fingerprint, settings, teachers]);
}

function modelArrays({ arrays }: Checkpoint): Checkpoint["arrays"] {
  const { best: _best, states: _states, last: _last, ...model } = arrays;
  return model;
}

function curriculumArrays({ arrays }: Checkpoint, teachers: number, users: number) {
  const states = arrays.states!;
  const last = arrays.last ? new Float64Array(arrays.last.buffer) : null;
  const rows = Array.from({ length: teachers }, (_, teacher) => teacher);
  return {
    states: rows.map((teacher) => Uint8Array.from(states.subarray(teacher * users, (teacher + 1) * users))),
    last: last && rows.map((teacher) => last.slice(teacher * users, (teacher + 1) * users)),
  };
}

/** Early stopping counts evaluations of the ranked phase only, so that it cannot end training before the switch. */
function isFinished(history: readonly EpochRecord[], { patience }: DistillSettings): boolean {
  const evaluations = history.filter((record) => record.valid);
  const best = bestOf(evaluations, decisiveMetric);
  const since = evaluations.slice(best + 1).filter((record) => record.phase === "ranked");
  return since.length >= patience;
}
