/**
 * Training one model with early stopping on validation. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError, RunError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { Model } from "../models/model.ts";
import { rankerOf } from "../models/ranker.ts";
import { type CheckpointStore, memoryCheckpoints } from "./checkpoint_store.ts";
import { type EpochRecord, Interrupted, type TrainingHooks } from "./training.ts";

/** How long to train and how often to look. */
export interface FitOptions {
  /** Most epochs. */
  readonly epochs: number;
  /** Epochs between evaluations. */
  readonly every: number;
  /** Evaluations without a better validation value after which training ends. */
  readonly patience: number;
  /** The validation metric that decides. */
  readonly metric: string;
}

/** How long models are trained where nothing else is said. */
export const fitDefaults: FitOptions = { epochs: 500, every: 10, patience: 5, metric: "recall@50" };

/** What a training run left behind. */
export interface Fit {
  /** Every epoch. */
  readonly history: EpochRecord[];
  /** The evaluated epochs, in order. */
  readonly evaluations: EpochRecord[];
  /** Place of the best evaluation in `evaluations`. */
  readonly best: number;
  /** Epochs between evaluations. */
  readonly every: number;
  /** Holds the parameters of every evaluated epoch, under {@linkcode snapshotName}. */
  readonly checkpoints: CheckpointStore;
}

/** The name under which the parameters of an evaluated epoch are kept. */
export function snapshotName(epoch: number): string {
  return `epoch-${String(epoch).padStart(5, "0")}`;
}

const latestName = "latest";

/**
 * Trains a model until its validation quality has not risen for `patience` evaluations. It continues from the store's
 * last checkpoint, with the same bits as an undisturbed run, and keeps one at every evaluation and when stopped. A
 * checkpoint of other data or hyperparameters is dropped.
 *
 * @param identity Tells one training run from another: data fingerprint, kind and hyperparameters.
 * @throws {Interrupted} if the signal asked to stop.
 * @throws {ArgumentError} if an option is no positive integer.
 */
export async function fit(
  gpu: Gpu,
  model: Model,
  evaluation: RankingEvaluation,
  options: FitOptions,
  identity: string,
  hooks: TrainingHooks = {},
): Promise<Fit> {
  for (const name of ["epochs", "every", "patience"] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 1) {
      throw new ArgumentError(name, `it is ${options[name]}`, "a positive integer");
    }
  }
  const checkpoints = hooks.checkpoints ?? memoryCheckpoints();
  const history: EpochRecord[] = [];
  let every = options.every;
  const latest = await checkpoints.get(latestName);
  if (latest?.facts.identity === identity) {
    model.restore(latest.arrays);
    history.push(...latest.facts.history as EpochRecord[]);
    every = latest.facts.every as number;
  } else if (latest) {
    await checkpoints.clear();
  }
  const evaluations = () => history.filter((record) => record.valid !== undefined);
  const keepLatest = async () => {
    await checkpoints.put(latestName, {
      arrays: await model.checkpoint(),
      facts: { identity, every, history },
    });
  };
  while (history.length < options.epochs && !isExhausted(evaluations(), options)) {
    if (hooks.signal?.aborted) {
      await keepLatest();
      throw new Interrupted(history.length);
    }
    const start = performance.now();
    const epoch = history.length + 1;
    model.recordEpoch(epoch);
    const record: EpochRecord = { epoch, loss: await model.epochLoss(), seconds: 0 };
    const evaluated = epoch % every === 0 || epoch === options.epochs;
    if (evaluated) {
      const { valid, test } = evaluation.measure(await evaluation.rank(rankerOf(gpu, model)));
      record.valid = valid.means;
      record.test = test.means;
    }
    record.seconds = (performance.now() - start) / 1000;
    history.push(record);
    hooks.onEpoch?.(record);
    if (evaluated) {
      await checkpoints.put(snapshotName(epoch), { arrays: await model.parameters(), facts: {} });
      await keepLatest();
      hooks.onEvaluation?.(record);
    }
  }
  const evaluated = evaluations();
  return { history, evaluations: evaluated, best: bestOf(evaluated, options.metric), every, checkpoints };
}

/** Place of the evaluation with the highest validation metric, the earliest of equals. */
export function bestOf(evaluations: readonly EpochRecord[], metric: string): number {
  let best = 0;
  for (let n = 1; n < evaluations.length; n++) {
    if (evaluations[n]!.valid![metric]! > evaluations[best]!.valid![metric]!) best = n;
  }
  return best;
}

function isExhausted(evaluations: readonly EpochRecord[], { patience, metric }: FitOptions): boolean {
  return evaluations.length > 0 && evaluations.length - 1 - bestOf(evaluations, metric) >= patience;
}

/** Gives the model the parameters that it had at an evaluation. */
export async function loadSnapshot(
  model: Model,
  { evaluations, checkpoints }: Fit,
  evaluation: number,
): Promise<void> {
  const { epoch } = evaluations[evaluation]!;
  const snapshot = await checkpoints.get(snapshotName(epoch));
  if (!snapshot) {
    throw new RunError(
      `the checkpoint of epoch ${epoch} is gone; delete the other checkpoints to train again`,
    );
  }
  model.load(snapshot.arrays);
}
