/**
 * Training one model with early stopping on validation. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError, DivergenceError, RunError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { Model, ModelCheckpoint } from "../models/model.ts";
import { rankerOf } from "../models/ranker.ts";
import { type CheckpointStore, memoryCheckpoints } from "./checkpoint_store.ts";
import { bestOf, evaluationsOf, type FitOptions, type Trainee, trainEpochs } from "./epochs.ts";
import type { EpochRecord, TrainingHooks } from "./training.ts";

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

/**
 * Trains a model until its validation quality has not risen for `patience` evaluations, with {@linkcode trainEpochs}.
 *
 * @param identity Tells one training run from another: data fingerprint, kind and hyperparameters.
 * @throws {DivergenceError} if a loss or a parameter leaves the range of floats before the first evaluation; later the
 * training ends there.
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
  let evaluated: ModelCheckpoint = {};
  const trainee: Trainee = {
    async epoch(epoch) {
      model.recordEpoch(epoch);
      return { loss: await model.epochLoss() };
    },
    async evaluate(record) {
      const [{ valid, test }, parameters] = await Promise.all([
        evaluation.rank(rankerOf(gpu, model)),
        model.parameters(),
      ]);
      requireUsable(parameters, record.epoch);
      evaluated = parameters;
      record.valid = valid.means;
      record.test = test.means;
    },
    keep: (epoch) => checkpoints.put(snapshotName(epoch), { arrays: evaluated, facts: {} }),
    checkpoint: () => model.checkpoint(),
    restore: (checkpoint) => model.restore(checkpoint),
  };
  const { history, every } = await trainEpochs(trainee, options, identity, { ...hooks, checkpoints });
  const evaluations = evaluationsOf(history);
  return { history, evaluations, best: bestOf(evaluations, options.metric), every, checkpoints };
}

/** Parameters beyond this may have products that are no floats any more. */
const largestParameter = 1e18;

/** The loss of an epoch is that of before its steps: the last of them may have led anywhere. */
function requireUsable(parameters: ModelCheckpoint, epoch: number): void {
  for (const values of Object.values(parameters)) {
    for (const value of values) {
      if (Math.abs(value) <= largestParameter) continue;
      throw new DivergenceError(epoch, `a parameter after epoch ${epoch} is ${value}`);
    }
  }
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
