/**
 * The one loop in which all methods train a student. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { RankingEvaluation, type SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { padRows } from "../kernels/embedding.ts";
import { factorRanker, type Ranker } from "../models/ranker.ts";
import { memoryCheckpoints } from "../teachers/checkpoint_store.ts";
import { bestOf } from "../teachers/fit.ts";
import { type EpochRecord, Interrupted, type TrainingHooks } from "../teachers/training.ts";
import type { MethodRun, SharedSettings } from "./method.ts";
import type { StudentModel } from "./student_model.ts";

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
  readonly settings: Pick<SharedSettings, "epochs" | "every" | "patience">;
  /** Least length of the lists that the method is given. */
  readonly listLength?: number | undefined;
  /** The validation metric that decides. Default "recall@50". */
  readonly metric?: string | undefined;
  /** Tells one training from another: a checkpoint of another is dropped. */
  readonly identity: string;
}

/** A trained student. */
export interface TrainedStudent {
  /** Users' rows, then items' rows, of the best evaluation. */
  readonly rows: Float32Array<ArrayBuffer>;
  /** Every epoch. */
  readonly history: EpochRecord[];
  /** The epoch of the best evaluation. */
  readonly best: EpochRecord;
  /** Metrics of the student at that epoch, user by user too. */
  readonly metrics: SplitMetrics;
}

const latestName = "latest";

/**
 * Trains a student: epochs of the method's steps, an evaluation every `every` epochs and after the last, early stopping
 * once `patience` evaluations that count have brought no better validation value. The student of the best evaluation is
 * returned. It continues from the store's last checkpoint with the same bits as an undisturbed training.
 *
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 */
export async function trainStudent(job: TrainingJob, hooks: TrainingHooks = {}): Promise<TrainedStudent> {
  const { gpu, split, student, run, settings, identity, metric = "recall@50" } = job;
  const checkpoints = hooks.checkpoints ?? memoryCheckpoints();
  using evaluation = new RankingEvaluation(
    gpu,
    split,
    job.listLength === undefined ? {} : { listLength: job.listLength },
  );
  const history: EpochRecord[] = [];
  let best: Float32Array<ArrayBuffer> = new Float32Array(0);

  const latest = await checkpoints.get(latestName);
  if (latest?.facts.identity === identity) {
    student.restore(latest.arrays);
    run.restore?.(latest.arrays);
    history.push(...latest.facts.history as EpochRecord[]);
    best = latest.arrays.best as Float32Array<ArrayBuffer>;
  } else if (latest) {
    await checkpoints.clear();
  }
  const keepLatest = async () => {
    await checkpoints.put(latestName, {
      arrays: { ...await student.checkpoint(), ...run.checkpoint?.(), best },
      facts: { identity, history },
    });
  };
  const counts = (record: EpochRecord) => run.counts?.(record) ?? true;
  while (history.length < settings.epochs && !isFinished(history, settings.patience, metric, counts)) {
    if (hooks.signal?.aborted) {
      await keepLatest();
      throw new Interrupted(history.length);
    }
    const start = performance.now();
    const epoch = history.length + 1;
    const facts = run.facts(epoch);
    const loss = await run.epoch(epoch);
    const record: EpochRecord = { epoch, loss, seconds: 0, ...facts };
    history.push(record);
    const evaluated = epoch % settings.every === 0 || epoch === settings.epochs;
    if (evaluated) {
      student.recordRows();
      const lists = await evaluation.rank(rankerOfRows(gpu, student, student.table));
      const { valid, test } = evaluation.measure(lists);
      record.valid = valid.means;
      record.test = test.means;
      const evaluations = history.filter((past) => past.valid);
      if (bestOf(evaluations, metric) === evaluations.length - 1) best = await student.rows();
      if (epoch % settings.every === 0) await run.between?.(epoch, lists, evaluation.width);
    }
    record.seconds = (performance.now() - start) / 1000;
    hooks.onEpoch?.(record);
    if (evaluated) {
      await keepLatest();
      hooks.onEvaluation?.(record);
    }
  }
  const evaluations = history.filter((record) => record.valid);
  using table = gpu.upload("rows of the best student", padRows("best", best, student.dim));
  const metrics = evaluation.measure(await evaluation.rank(rankerOfRows(gpu, student, table)));
  return { rows: best, history, best: evaluations[bestOf(evaluations, metric)]!, metrics };
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

function isFinished(
  history: readonly EpochRecord[],
  patience: number,
  metric: string,
  counts: (record: EpochRecord) => boolean,
): boolean {
  const evaluations = history.filter((record) => record.valid);
  return evaluations.slice(bestOf(evaluations, metric) + 1).filter(counts).length >= patience;
}
