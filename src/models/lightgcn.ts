import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordEmbeddingGradient } from "../kernels/embedding_gradient.ts";
import { InteractionGraph } from "../kernels/graph.ts";
import { recordPairwiseLoss } from "../kernels/pairwise.ts";
import { Propagation } from "../kernels/propagate.ts";
import { recordRowPenalty, recordRowPenaltyGradient } from "../kernels/row_penalty.ts";
import { EmbeddingTable } from "./embedding_table.ts";
import type { Factors, Hyperparameters, Model, ModelCheckpoint, TrainingSet } from "./model.ts";
import { embeddingRules, nonNegativeNumber, oneOf, readOptions, wholeNumber } from "./model_options.ts";
import { type PairSampling, PairwiseBatches } from "./pairwise_batches.ts";

/** Settings of {@linkcode createLightGcn}. */
export interface LightGcnOptions {
  /** Numbers a row. Default 64. */
  readonly dim?: number;
  /** How many times the embeddings are passed on to the neighbours. Default 3. */
  readonly layers?: number;
  /** Step length of Adam. Default 5e-3. */
  readonly learningRate?: number;
  /** Half of it, times the squares of a training pair's three rows, is added to the pair's loss. Default 1e-4. */
  readonly regularization?: number;
  /** Training pairs a step. Default 2,048. */
  readonly batch?: number;
  /** Which pairs an epoch holds; the authors' program has "uniform". Default "interactions". */
  readonly sampling?: PairSampling;
  /** Standard deviation of the normal start. Default 0.1. */
  readonly initialDeviation?: number;
  /** Seed of everything random. Default 0. */
  readonly seed?: number;
}

/** The settings of {@linkcode createLightGcn} that are used where none are given. */
export const lightGcnDefaults: Required<LightGcnOptions> = {
  dim: 64,
  layers: 3,
  learningRate: 5e-3,
  regularization: 1e-4,
  batch: 2048,
  sampling: "interactions",
  initialDeviation: 0.1,
  seed: 0,
};

/** What each setting may be. */
export const lightGcnRules = {
  dim: embeddingRules.dim,
  layers: wholeNumber(1, 16),
  learningRate: embeddingRules.learningRate,
  regularization: nonNegativeNumber,
  batch: embeddingRules.batch,
  sampling: oneOf("interactions", "uniform"),
  initialDeviation: embeddingRules.initialDeviation,
  seed: embeddingRules.seed,
};

/**
 * LightGCN; made by {@linkcode createLightGcn}. Device memory: 24 bytes for each of rows x
 * {@linkcode strideOf}(dim) numbers, beside the graph and the batches.
 */
export class LightGcn implements Model {
  /** "GNN". */
  readonly kind = "GNN";
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included. */
  readonly hyperparameters: Hyperparameters;
  readonly #gpu: Gpu;
  readonly #settings: Required<LightGcnOptions>;
  readonly #batches: PairwiseBatches;
  readonly #graph: InteractionGraph;
  readonly #propagation: Propagation;
  readonly #embeddings: EmbeddingTable;
  /** The final embeddings, unless they are of older parameters. */
  #final: DeviceArray | null = null;

  /** Use {@linkcode createLightGcn}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: Required<LightGcnOptions>) {
    this.users = training.users;
    this.items = training.items;
    this.hyperparameters = { ...settings };
    this.#gpu = gpu;
    this.#settings = settings;
    this.#batches = new PairwiseBatches(gpu, training, settings);
    this.#graph = new InteractionGraph(gpu, training.interactions, training);
    this.#propagation = new Propagation(gpu, this.#graph, settings);
    this.#embeddings = new EmbeddingTable(gpu, { ...settings, rows: this.#graph.rows });
  }

  /** Records one epoch of training; see {@linkcode Model.recordEpoch}. */
  recordEpoch(epoch: number): { steps: number } {
    const { dim, regularization } = this.#settings;
    const { table, gradient, adam } = this.#embeddings;
    const penalty = { table, dim, weight: regularization };
    this.#final = null;
    this.#batches.record(epoch, (batch) => {
      const scale = 1 / batch.count;
      this.#propagation.recordMarks(batch);
      const final = this.#propagation.record(table, { toMarked: true });
      const judged = { table: final, dim, loss: "bpr", scale } as const;
      recordPairwiseLoss(this.#gpu, batch, judged);
      recordRowPenalty(this.#gpu, batch, penalty);
      recordEmbeddingGradient(this.#gpu, batch, judged, gradient);
      this.#gpu.copy(this.#propagation.record(gradient, { fromMarked: true }), gradient);
      recordRowPenaltyGradient(this.#gpu, batch, penalty, gradient, scale);
      adam.record();
    });
    return { steps: this.#batches.steps };
  }

  /**
   * Mean loss per training pair of the last recorded epoch, with its part of the penalty.
   *
   * @throws {ModelError} if no epoch was recorded.
   */
  epochLoss(): Promise<number> {
    return this.#batches.meanLoss();
  }

  /** The mean of the layers' rows, whose dot products are the scores; propagated anew after each change. */
  factors(): Factors {
    const array = this.#final ??= this.#propagation.record(this.#embeddings.table);
    return {
      users: { array, row: 0, count: this.users },
      items: { array, row: this.users, count: this.items },
      dim: this.#settings.dim,
    };
  }

  /** The table of layer 0. */
  parameters(): Promise<ModelCheckpoint> {
    return this.#embeddings.parameters();
  }

  /**
   * Scores from now on with another table of layer 0.
   *
   * @throws {ModelError} if it is missing or has another length.
   */
  load(parameters: ModelCheckpoint): void {
    this.#embeddings.load(parameters);
    this.#final = null;
  }

  /** Table, moments and step. */
  checkpoint(): Promise<ModelCheckpoint> {
    return this.#embeddings.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.#final = null;
    this.#embeddings.restore(checkpoint);
  }

  /** Gives the device memory back. */
  dispose(): void {
    this.#batches.dispose();
    this.#propagation.dispose();
    this.#graph.dispose();
    this.#embeddings.dispose();
  }

  /** The same as {@linkcode LightGcn.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Makes a LightGCN (He et al., SIGIR 2020): rows of users and items are passed on over the graph of the training
 * pairs, E_{k+1} = D^-1/2 A D^-1/2 E_k, the score is the dot product of the mean of layers 0 to K, and the loss of a
 * training pair is BPR with one fresh uniform negative per pair and epoch, plus regularization / 2 times the squares
 * of the three rows of layer 0. A step follows the mean of its pairs' losses.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "GNN", training, { dim: 8, batch: 2, learningRate: 0.05 });
 * model.recordEpoch(0);
 * const first = await model.epochLoss();
 * for (let epoch = 1; epoch < 20; epoch++) model.recordEpoch(epoch);
 * console.assert(await model.epochLoss() < first);
 * ```
 *
 * @param gpu The device.
 * @param training What to learn from.
 * @param options Settings; see {@linkcode LightGcnOptions}.
 * @throws {ArgumentError} naming the setting that is unusable, or if the training set is empty or not in order.
 */
export function createLightGcn(gpu: Gpu, training: TrainingSet, options: LightGcnOptions = {}): LightGcn {
  return new LightGcn(gpu, training, readOptions(options, lightGcnDefaults, lightGcnRules));
}
