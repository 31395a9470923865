import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordDistanceFactors } from "../kernels/distance_factors.ts";
import { strideOf } from "../kernels/embedding.ts";
import { recordUnitBall } from "../kernels/unit_ball.ts";
import type { Factors, TrainingSet } from "./model.ts";
import { embeddingRules, nonNegativeNumber, readOptions } from "./model_options.ts";
import { PairwiseModel, type PairwiseSettings } from "./pairwise_model.ts";

/** Settings of {@linkcode createCml}. */
export interface CmlOptions {
  /** Numbers a row. Default 64. */
  readonly dim?: number;
  /** Step length of Adam. Default 1e-3. */
  readonly learningRate?: number;
  /** Coupled L2 weight decay. Default 0. */
  readonly weightDecay?: number;
  /** Training pairs a step. Default 1,024. */
  readonly batch?: number;
  /** Whether a step follows the sum or the mean of its pairs' losses. Default "sum". */
  readonly reduction?: "sum" | "mean";
  /** Standard deviation of the normal start. Default 0.1. */
  readonly initialDeviation?: number;
  /** By how much a positive item must be nearer than a negative one, in squared distance. Default 1. */
  readonly margin?: number;
  /** Seed of everything random. Default 0. */
  readonly seed?: number;
}

/** The settings of {@linkcode createCml} that are used where none are given. */
export const cmlDefaults: Required<CmlOptions> = {
  dim: 64,
  learningRate: 1e-3,
  weightDecay: 0,
  batch: 1024,
  reduction: "sum",
  initialDeviation: 0.1,
  margin: 1,
  seed: 0,
};

/** What each setting may be. */
export const cmlRules = { ...embeddingRules, margin: nonNegativeNumber };

/** Collaborative metric learning; made by {@linkcode createCml}. */
export class MetricLearning extends PairwiseModel {
  /** "ML". */
  readonly kind = "ML";
  #factors: DeviceArray | null = null;

  /** Use {@linkcode createCml}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: PairwiseSettings) {
    super(gpu, training, "hinge", settings);
    this.#project();
  }

  #project(): void {
    recordUnitBall(this.gpu, this.embeddings.table, this.embeddings.rows, this.embeddings.dim);
  }

  /** Moves all rows back into the unit ball. */
  protected override recordAfterStep(): void {
    this.#project();
  }

  /** Rows of `dim` + 2 numbers whose dot product is the negative squared distance; recorded anew at each call. */
  override factors(): Factors {
    const { table, rows, dim } = this.embeddings;
    const array = this.#factors ??= this.gpu.array("distance factors", 4 * rows * strideOf(dim + 2));
    recordDistanceFactors(this.gpu, table, array, { rows, users: this.users, dim });
    return {
      users: { array, row: 0, count: this.users },
      items: { array, row: this.users, count: this.items },
      dim: dim + 2,
    };
  }

  /** Gives the device memory back. */
  override dispose(): void {
    super.dispose();
    this.#factors?.dispose();
  }
}

/**
 * Makes a collaborative metric learning model (Hsieh et al., WWW 2017): the score is the negative squared distance of
 * a user's and an item's row, the loss of a training pair max(0, margin + d(u,i)^2 - d(u,j)^2) with one fresh uniform
 * negative j per pair and epoch; after every step all rows are moved back into the unit ball.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "ML", training, { dim: 8, batch: 2, learningRate: 0.05 });
 * model.recordEpoch(0);
 * const first = await model.epochLoss();
 * for (let epoch = 1; epoch < 20; epoch++) model.recordEpoch(epoch);
 * console.assert(await model.epochLoss() < first);
 * ```
 *
 * @param gpu The device.
 * @param training What to learn from.
 * @param options Settings; see {@linkcode CmlOptions}.
 * @throws {ArgumentError} naming the setting that is unusable, or if the training set is empty or not in order.
 */
export function createCml(gpu: Gpu, training: TrainingSet, options: CmlOptions = {}): MetricLearning {
  return new MetricLearning(gpu, training, readOptions(options, cmlDefaults, cmlRules));
}
