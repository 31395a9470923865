/**
 * The one loop in which all methods train a student. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { RankingEvaluation, type SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import { ArgumentError, DivergenceError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { padRows } from "../kernels/embedding.ts";
import { checkFactors } from "../kernels/factors.ts";
import { factorRanker, type Ranker } from "../models/ranker.ts";
import { bestOf, evaluationsOf, type Trainee, trainEpochs } from "../teachers/epochs.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";
import type { MethodRun, SharedSettings } from "./method.ts";
import type { StudentModel, StudentRows } from "./student_model.ts";

/** What is to be trained, and by what. */
export interface TrainingJob {
  /** The device. */
  readonly gpu: Gpu;
  /** The data. */
  readonly split: Split;
  /** The student. */
  readonly student: StudentModel;
  /** The method at work on it. */
  readonly run: MethodRun;
  /** How long to train and how often to look. */
  readonly settings: Pick<SharedSettings, "epochs" | "every" | "patience" | "finalEpochs" | "learningRate">;
  /** Least length of the lists that the method is given. */
  readonly listLength?: number | undefined;
  /** The validation metric that decides. Default "recall@50". */
  readonly metric?: string | undefined;
  /** Tells one training from another: a checkpoint of another is dropped. */
  readonly identity: string;
}

/** How much shorter the steps of the final epochs are. */
const shortening = 10;

/** A trained student. */
export interface TrainedStudent {
  /** Numbers a row. */
  readonly dim: number;
  /** Its rows at the best evaluation. */
  readonly student: StudentRows;
  /** Every epoch. */
  readonly history: EpochRecord[];
  /** The epoch of the best evaluation. */
  readonly best: EpochRecord;
  /** Metrics of the student at that epoch, user by user too. */
  readonly metrics: SplitMetrics;
}

/**
 * Trains a student with {@linkcode trainEpochs}: epochs of the method's steps, an evaluation every `every` epochs and
 * after the last, and early stopping by those that count. The student of the best evaluation is returned.
 *
 * @throws {DivergenceError} if a loss is no finite number before the first evaluation; later the training ends there.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 */
export async function trainStudent(job: TrainingJob, hooks: TrainingHooks = {}): Promise<TrainedStudent> {
  const { gpu, split, student, run, settings, identity, metric = "recall@50" } = job;
  using evaluation = new RankingEvaluation(
    gpu,
    split,
    job.listLength === undefined ? {} : { listLength: job.listLength },
  );
  let best: Float32Array<ArrayBuffer> = new Float32Array(0);
  const shortenSteps = () => student.setLearningRate?.(settings.learningRate / shortening);
  const trainee: Trainee = {
    prepare: (epoch) => run.prepare?.(epoch),
    async epoch(epoch) {
      const facts = run.facts(epoch);
      return { loss: await run.epoch(epoch), ...facts };
    },
    async evaluate(record, history) {
      student.recordRows();
      // Both at once: each read-back waits 10 ms or more.
      const [{ lists, valid, test }, snapshot] = await Promise.all([
        evaluation.rank(rankerOfRows(gpu, student, student.table)),
        student.snapshot(),
      ]);
      requireFiniteScores(student, student.rowsOf(snapshot).rows, record.epoch);
      record.valid = valid.means;
      record.test = test.means;
      const evaluations = evaluationsOf(history);
      if (bestOf(evaluations, metric) === evaluations.length - 1) best = snapshot;
      if (record.epoch % settings.every === 0) {
        await run.between?.(record.epoch, lists, evaluation.listLength);
      }
    },
    counts: (record) => run.counts?.(record) ?? true,
    checkpoint: async () => ({ ...await student.checkpoint(), ...run.checkpoint?.(), best }),
    beginFinal() {
      student.goBack?.(best);
      shortenSteps();
    },
    restore(checkpoint, final) {
      student.restore(checkpoint);
      if (final) shortenSteps();
      run.restore?.(checkpoint);
      best = checkpoint.best as Float32Array<ArrayBuffer>;
    },
  };
  const finalEpochs = Math.min(settings.finalEpochs, Math.floor(settings.epochs / 2));
  const { history } = await trainEpochs(trainee, { ...settings, finalEpochs, metric }, identity, hooks);
  const evaluations = evaluationsOf(history);
  const { dim } = student;
  const trained = student.rowsOf(best);
  using table = gpu.upload("rows of the best student", padRows("best", trained.rows, dim));
  const { valid, test } = await evaluation.rank(rankerOfRows(gpu, student, table));
  return {
    dim,
    student: trained,
    history,
    best: evaluations[bestOf(evaluations, metric)]!,
    metrics: { valid, test },
  };
}

/** The loss of an epoch is that of before its steps: the last of them may have led anywhere. */
function requireFiniteScores({ users, dim }: StudentModel, rows: Float32Array, epoch: number): void {
  try {
    checkFactors(rows.subarray(0, users * dim), rows.subarray(users * dim), dim);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new DivergenceError(epoch, `the scores after epoch ${epoch} are not all numbers`);
  }
}

/** Ranks by the rows of a table: users', then items'. */
export function rankerOfRows(
  gpu: Gpu,
  { users, items, dim }: Pick<StudentModel, "users" | "items" | "dim">,
  table: StudentModel["table"],
): Ranker {
  return factorRanker(gpu, {
    users: { array: table, row: 0, count: users },
    items: { array: table, row: users, count: items },
    dim,
  });
}
