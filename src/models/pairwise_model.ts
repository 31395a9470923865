import type { Gpu } from "../gpu/gpu.ts";
import { recordEmbeddingGradient } from "../kernels/embedding_gradient.ts";
import { type PairwiseLoss, recordPairwiseLoss } from "../kernels/pairwise.ts";
import { EmbeddingTable } from "./embedding_table.ts";
import type { Factors, Hyperparameters, Model, ModelCheckpoint, TrainingSet } from "./model.ts";
import { PairwiseBatches } from "./pairwise_batches.ts";

/** Settings that {@linkcode PairwiseModel} needs, all of them. */
export interface PairwiseSettings {
  /** Numbers a row. */
  readonly dim: number;
  /** Step length of Adam. */
  readonly learningRate: number;
  /** Coupled L2 weight decay. */
  readonly weightDecay: number;
  /** Training pairs a step. */
  readonly batch: number;
  /** Whether a step follows the sum or the mean of its pairs' losses. */
  readonly reduction: "sum" | "mean";
  /** Standard deviation of the start. */
  readonly initialDeviation: number;
  /** Seed of everything random. */
  readonly seed: number;
  /** Margin of the hinge. */
  readonly margin?: number;
}

/** What the models with one embedding row per user and item, trained on triples, have in common. */
export abstract class PairwiseModel implements Model {
  /** The key of its kind. */
  abstract readonly kind: string;
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included. */
  readonly hyperparameters: Hyperparameters;
  /** The device. */
  protected readonly gpu: Gpu;
  /** Users' rows, then items' rows. */
  protected readonly embeddings: EmbeddingTable;
  readonly #settings: PairwiseSettings;
  readonly #loss: PairwiseLoss;
  readonly #batches: PairwiseBatches;

  /**
   * Uploads the training pairs and the table's start.
   *
   * @throws {ArgumentError} if the training set is empty or its lists are not ascending item numbers.
   */
  constructor(gpu: Gpu, training: TrainingSet, loss: PairwiseLoss, settings: PairwiseSettings) {
    this.gpu = gpu;
    this.users = training.users;
    this.items = training.items;
    this.hyperparameters = { ...settings };
    this.#settings = settings;
    this.#loss = loss;
    this.#batches = new PairwiseBatches(gpu, training, settings);
    this.embeddings = new EmbeddingTable(gpu, { ...settings, rows: this.users + this.items });
  }

  /** Records what follows each step of the optimiser: nothing, unless a model overrides it. */
  protected recordAfterStep(): void {}

  /** Records one epoch of training; see {@linkcode Model.recordEpoch}. */
  recordEpoch(epoch: number): { steps: number } {
    const { dim, reduction, margin = 0 } = this.#settings;
    const { table, gradient, adam } = this.embeddings;
    this.#batches.record(epoch, (batch) => {
      const scale = reduction === "mean" ? 1 / batch.count : 1;
      const judged = { table, dim, loss: this.#loss, margin, scale };
      recordPairwiseLoss(this.gpu, batch, judged);
      recordEmbeddingGradient(this.gpu, batch, judged, gradient);
      adam.record();
      this.recordAfterStep();
    });
    return { steps: this.#batches.steps };
  }

  /**
   * Mean loss per training pair of the last recorded epoch.
   *
   * @throws {ModelError} if no epoch was recorded.
   */
  epochLoss(): Promise<number> {
    return this.#batches.meanLoss();
  }

  /** The rows of users and items, whose dot products are the scores. */
  factors(): Factors {
    const { table, dim } = this.embeddings;
    return {
      users: { array: table, row: 0, count: this.users },
      items: { array: table, row: this.users, count: this.items },
      dim,
    };
  }

  /** The table. */
  parameters(): Promise<ModelCheckpoint> {
    return this.embeddings.parameters();
  }

  /**
   * Scores from now on with another table.
   *
   * @throws {ModelError} if it is missing or has another length.
   */
  load(parameters: ModelCheckpoint): void {
    this.embeddings.load(parameters);
  }

  /** Table, moments and step. */
  checkpoint(): Promise<ModelCheckpoint> {
    return this.embeddings.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.embeddings.restore(checkpoint);
  }

  /** Gives the device memory back. */
  dispose(): void {
    this.#batches.dispose();
    this.embeddings.dispose();
  }

  /** The same as {@linkcode PairwiseModel.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
