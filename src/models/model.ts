import type { DeviceArray } from "../gpu/device_array.ts";
import type { DeviceRagged } from "../kernels/device_ragged.ts";
import type { DeviceExclusions } from "../kernels/exclusions.ts";
import type { FactorRows } from "../kernels/factors.ts";
import type { UserRange } from "../kernels/user_range.ts";
import type { Ragged } from "../ragged.ts";

export type { UserRange } from "../kernels/user_range.ts";

/** What a recommender learns from. */
export interface TrainingSet {
  /** Number of users. */
  readonly users: number;
  /** Number of items; also those that no user has. */
  readonly items: number;
  /** One row per user: the items of the training set, ascending, each once. */
  readonly interactions: Ragged;
}

/** Vectors whose dot products are a model's scores: score(u, i) = users[u] . items[i]. */
export interface Factors {
  /** One row per user. */
  readonly users: FactorRows;
  /** One row per item. */
  readonly items: FactorRows;
  /** Numbers a row, without the padding to whole vec4. */
  readonly dim: number;
}

/**
 * Ranks all items for all users, or, where a range is given, for some: arrays of targets and results are theirs then,
 * excluded items are always all users'. Ties go to the lower item number. The caller disposes of what it gets.
 */
export interface Ranker {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** [users x k] the best items of every user without the excluded ones; 0xffffffff is an empty place. */
  topK(k: number, exclude?: DeviceExclusions, range?: UserRange): DeviceArray;
  /** [users x length] how many items that are not excluded come before each target; 0xffffffff stays. */
  rankCounts(
    targets: DeviceArray,
    length: number,
    exclude?: DeviceExclusions,
    range?: UserRange,
  ): DeviceArray;
  /** Scores of the listed (user, item) pairs, aligned with the lists' items. */
  listScores(lists: DeviceRagged): DeviceArray;
}

/** Everything that training needs to go on bit for bit, by name. */
export type ModelCheckpoint = Readonly<Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>>;

/** A model's settings, by name. */
export type Hyperparameters = Readonly<Record<string, number | string | boolean>>;

/** A recommender in training. Every model of the toolkit fulfils this contract. */
export interface Model extends Disposable {
  /** The key of its kind: "MF", "ML", "DL", "GNN", "AE" or "I-AE". */
  readonly kind: string;
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included: the same settings and data give the same model. */
  readonly hyperparameters: Hyperparameters;

  /**
   * Records one epoch of training, without waiting for it. What is random in it depends on the seed and the epoch's
   * number alone.
   *
   * @param epoch Number of the epoch, from 1.
   * @returns How many steps of the optimiser were recorded.
   */
  recordEpoch(epoch: number): { steps: number };

  /** Waits for the last recorded epoch and gives its mean loss per training example (one read-back). */
  epochLoss(): Promise<number>;

  /**
   * Vectors whose dot products are the scores, as they are after the work recorded so far, or null for a model whose
   * score is no dot product. The arrays are the model's own: valid until its next epoch or disposal.
   */
  factors(): Factors | null;

  /** Ranks with the model as it is now, until its next epoch: for a model without factors. */
  ranker?(): Ranker;

  /** Reads what the scores depend on. */
  parameters(): Promise<ModelCheckpoint>;

  /**
   * Scores from now on with parameters read before; the optimiser's state stays.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  load(parameters: ModelCheckpoint): void;

  /** Reads everything that training needs to go on bit for bit. */
  checkpoint(): Promise<ModelCheckpoint>;

  /**
   * Continues from a checkpoint of a model with the same settings and data.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void;

  /** Gives the device memory back. */
  dispose(): void;
}
