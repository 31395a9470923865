/**
 * The loop of epochs in which teachers and students are trained. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError, DivergenceError } from "../errors.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import { beforeFinalName, latestName, memoryCheckpoints } from "./checkpoint_store.ts";
import { type EpochRecord, Interrupted, type TrainingHooks } from "./training.ts";

/** How long to train and how often to look. */
export interface FitOptions {
  /** Most epochs. */
  readonly epochs: number;
  /** Epochs between evaluations. */
  readonly every: number;
  /** Evaluations without a better validation value after which training ends. */
  readonly patience: number;
  /** How many of the epochs are kept for the end: see {@linkcode Trainee.beginFinal}. Default 0. */
  readonly finalEpochs?: number;
  /** The validation metric that decides. */
  readonly metric: string;
}

/** Something that is trained epoch by epoch. */
export interface Trainee {
  /** Reads from the device what the epoch has to know before it is recorded. */
  prepare?(epoch: number): Promise<void> | void;
  /**
   * Records one epoch at once, and waits for its loss and what else its record is to say. Further epochs may be prepared
   * and recorded while it waits.
   */
  epoch(epoch: number): Promise<Omit<EpochRecord, "epoch" | "seconds">>;
  /**
   * Completes the last record of the history by its metrics.
   *
   * @throws {DivergenceError} if there is nothing to measure any more.
   */
  evaluate(record: EpochRecord, history: readonly EpochRecord[]): Promise<void>;
  /** Keeps what an evaluated epoch leaves beside the checkpoint. */
  keep?(epoch: number): Promise<void>;
  /** Whether an evaluation counts for early stopping. Default: all do. */
  counts?(record: EpochRecord): boolean;
  /** Goes back to the best evaluation before the final epochs begin, which are no longer judged by patience. */
  beginFinal?(): void;
  /** All that it needs to go on. */
  checkpoint(): Promise<ModelCheckpoint>;
  /** Goes on from a checkpoint, which is of the final epochs or not. */
  restore(checkpoint: ModelCheckpoint, final: boolean): void;
}

/** Most epochs that are recorded before the losses of the first of them are read. */
const mostBegun = 16;

/** What further epochs may take: whoever stops a training waits for them. */
const secondsBegun = 0.2;

/**
 * Trains until `patience` evaluations that count have brought no better validation value than the best, or only the final
 * epochs are left; then come these, if there are to be some. It continues from the store's last checkpoint with the same
 * bits as an undisturbed training, and keeps one at every evaluation and when stopped. A checkpoint of another identity
 * is dropped. The last epoch is evaluated in any case; where that is out of turn, the checkpoint is of before it, so
 * that a longer training that goes on from there knows nothing of it, nor of the final epochs of the shorter one.
 *
 * @param trainee What is trained.
 * @param options How long; a training that continues keeps its own `every`.
 * @param identity Tells one training from another: data fingerprint, kind and settings.
 * @returns Every epoch, and how many there were between evaluations.
 * @throws {Interrupted} if the signal asked to stop; the same call with the same store continues.
 * @throws {ArgumentError} if an evaluation does not measure the metric that decides, or the store's checkpoint is of a
 * later epoch than `epochs`.
 * @throws {DivergenceError} if a loss is no finite number, or there is nothing to measure, before anything was evaluated;
 * later the training ends there.
 */
export async function trainEpochs(
  trainee: Trainee,
  options: FitOptions,
  identity: string,
  hooks: TrainingHooks = {},
): Promise<{ history: EpochRecord[]; every: number }> {
  const { epochs, patience, metric, finalEpochs = 0 } = options;
  const checkpoints = hooks.checkpoints ?? memoryCheckpoints();
  const history: EpochRecord[] = [];
  let every = options.every;
  let latest = await checkpoints.get(latestName);
  if (latest?.facts.finalOf !== undefined && latest.facts.finalOf !== epochs) {
    latest = await checkpoints.get(beforeFinalName);
  }
  if (latest?.facts.identity === identity) {
    const { length } = latest.facts.history as EpochRecord[];
    if (length > epochs) {
      throw new ArgumentError(
        "epochs",
        `it is ${epochs}`,
        `${length} or more, as the checkpoint is of epoch ${length}`,
      );
    }
    history.push(...(latest.facts.history as EpochRecord[]).map(revived));
    trainee.restore(latest.arrays, history.at(-1)?.final ?? false);
    every = latest.facts.every as number | undefined ?? every;
    hooks.onResume?.([...history]);
  } else if (latest) {
    await checkpoints.clear();
  }
  const keepLatest = async () => {
    await checkpoints.put(latestName, {
      arrays: await trainee.checkpoint(),
      facts: { identity, every, history, ...(history.at(-1)?.final ? { finalOf: epochs } : {}) },
    });
  };
  /** Epochs before the final ones; unknown until these begin. */
  let before: number | null = null;
  if (history.at(-1)?.final) before = history.findIndex(({ final }) => final);
  /** The last epoch of those that are judged by patience, or of the final ones. */
  const lastEpoch = () => before === null ? epochs - finalEpochs : before + finalEpochs;
  const finished = () => {
    if (before !== null) return false;
    const evaluations = evaluationsOf(history);
    const since = evaluations.slice(bestOf(evaluations, metric) + 1);
    return since.filter((record) => trainee.counts?.(record) ?? true).length >= patience;
  };
  // Reading the losses of an epoch takes 10 ms or more: where that counts, the next ones are recorded before they are
  // there, up to the next evaluation.
  const begun: ReturnType<Trainee["epoch"]>[] = [];
  let pace = Infinity;
  const evaluated = (epoch: number) => epoch % every === 0 || epoch === lastEpoch();
  const fill = async () => {
    const most = Math.min(mostBegun, 1 + Math.round(secondsBegun / pace));
    let next = history.length + begun.length + 1;
    while (begun.length < most && (begun.length === 0 || !evaluated(next - 1) && !hooks.signal?.aborted)) {
      let outcome: ReturnType<Trainee["epoch"]>;
      try {
        await trainee.prepare?.(next);
        outcome = trainee.epoch(next);
      } catch (error) {
        outcome = Promise.reject(error);
      }
      // It is awaited in its turn: until then nobody would catch what went wrong.
      outcome.catch(() => {});
      begun.push(outcome);
      next++;
    }
  };
  const evaluate = async (record: EpochRecord) => {
    if (record.epoch % every !== 0) await keepLatest();
    await trainee.evaluate(record, history);
    const { valid = {} } = record;
    if (!Object.hasOwn(valid, metric)) {
      throw new ArgumentError("metric", `it is ${metric}`, Object.keys(valid).join(", "));
    }
    if (Number.isNaN(valid[metric])) {
      throw new ArgumentError("split", "nobody has validation items", "some, by which a training is judged");
    }
  };
  const keep = async (record: EpochRecord) => {
    await trainee.keep?.(record.epoch);
    if (record.epoch % every === 0) await keepLatest();
    hooks.onEvaluation?.(record);
  };
  const endDiverged = (divergence: DivergenceError) => {
    if (evaluationsOf(history).length === 0) throw divergence;
    hooks.onStage?.(`${divergence.message}; what was best before is kept`, 0, 1);
  };
  /** Whether there was something to measure; if not, the training has ended before this epoch. */
  const measured = async (record: EpochRecord) => {
    try {
      await evaluate(record);
      return true;
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      history.pop();
      endDiverged(error);
      return false;
    }
  };
  const last = history.at(-1);
  if (last?.epoch === lastEpoch() && last.valid === undefined) {
    if (!await measured(last)) return { history, every };
    await keep(last);
  }
  try {
    while (true) {
      if (history.length >= lastEpoch() || finished()) {
        if (before !== null || finalEpochs === 0) break;
        before = history.length;
        const kept = await checkpoints.get(latestName);
        if (kept) await checkpoints.put(beforeFinalName, kept);
        trainee.beginFinal?.();
      }
      if (begun.length === 0 && hooks.signal?.aborted) {
        await keepLatest();
        throw new Interrupted(history.length);
      }
      const start = performance.now();
      const epoch = history.length + 1;
      await fill();
      const record: EpochRecord = {
        epoch,
        seconds: 0,
        ...(before === null ? {} : { final: true }),
        ...await begun.shift()!,
      };
      if (!Number.isFinite(record.loss)) {
        endDiverged(new DivergenceError(epoch, `the loss of epoch ${epoch} is ${record.loss}`));
        break;
      }
      const seconds = (performance.now() - start) / 1000;
      pace = pace === Infinity ? seconds : 0.8 * pace + 0.2 * seconds;
      record.seconds = seconds;
      history.push(record);
      if (evaluated(epoch) && !await measured(record)) break;
      record.seconds = (performance.now() - start) / 1000;
      hooks.onEpoch?.(record);
      if (evaluated(epoch)) await keep(record);
    }
  } finally {
    for (const outcome of begun) await outcome.catch(() => {});
  }
  return { history, every };
}

/** JSON has no NaN, which means over nobody are. */
function revived({ valid, test, ...record }: EpochRecord): EpochRecord {
  const means = (kept: Record<string, number | null>) =>
    Object.fromEntries(Object.entries(kept).map(([name, mean]) => [name, mean ?? NaN]));
  return { ...record, ...(valid ? { valid: means(valid) } : {}), ...(test ? { test: means(test) } : {}) };
}

/** The epochs of a history that were evaluated. */
export function evaluationsOf(history: readonly EpochRecord[]): EpochRecord[] {
  return history.filter((record) => record.valid !== undefined);
}

/** Place of the evaluation with the highest validation metric, the earliest of equals. */
export function bestOf(evaluations: readonly EpochRecord[], metric: string): number {
  let best = 0;
  for (let n = 1; n < evaluations.length; n++) {
    if (evaluations[n]!.valid![metric]! > evaluations[best]!.valid![metric]!) best = n;
  }
  return best;
}
