/**
 * What every training loop reports and obeys. This module is browser compatible.
 *
 * @module
 */
import { HetcompError } from "../errors.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";

/** One epoch of a training run. */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  epoch: number;
  /** Which distillation loss was in use. */
  phase?: "overall" | "ranked" | "weighted";
  /** Stage of a curriculum, from 1. */
  stage?: number;
  /** Whether it is one of the final epochs, which take short steps from the best evaluation on. */
  final?: boolean;
  /** Mean training loss of the epoch. */
  loss: number;
  /** Wall time of the epoch in seconds, evaluation included. */
  seconds: number;
  /** Validation metrics, where the epoch was evaluated. */
  valid?: Record<string, number>;
  /** Test metrics, where the epoch was evaluated; nothing is ever chosen by them. */
  test?: Record<string, number>;
  /** Mean over users of the selected trajectory state (0 early .. 3 final), per teacher. */
  meanState?: Record<string, number>;
  /** Weight of each teacher in the fusion, where it is learned. */
  teacherWeights?: Record<string, number>;
}

/** What a caller may attach to a training loop. */
export interface TrainingHooks {
  /** Called before the first epoch of a training that continues from a checkpoint, with the epochs behind it. */
  readonly onResume?: (history: readonly EpochRecord[]) => void;
  /** Called after every epoch. */
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called after every epoch that was evaluated. */
  readonly onEvaluation?: (record: EpochRecord) => void;
  /**
   * Stops the training after the epoch that is under way, and short ones behind it that are recorded already; a checkpoint
   * is kept and {@linkcode Interrupted} is thrown.
   */
  readonly signal?: AbortSignal;
  /** Called during long work that is not training, such as ranking the checkpoints. */
  readonly onStage?: (stage: string, done: number, total: number) => void;
  /** Where to keep checkpoints. Default: in memory, so that nothing outlasts the program. */
  readonly checkpoints?: CheckpointStore;
}

/** Training was stopped by its signal after a checkpoint; the same call with the same store continues from there. */
export class Interrupted extends HetcompError {
  /** The class name. */
  override name = "Interrupted";
  /** The epoch that the checkpoint holds. */
  constructor(readonly epoch: number) {
    super(`stopped after epoch ${epoch}; the same command continues from there`);
  }
}
