/**
 * Epochs of pairwise training (BPR) that leave room for a second loss in every step. This module is browser compatible.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import { recordEmbeddingGradient } from "../kernels/embedding_gradient.ts";
import { recordPairwiseLoss } from "../kernels/pairwise.ts";
import { PairwiseBatches } from "../models/pairwise_batches.ts";
import type { Ragged } from "../ragged.ts";
import type { MethodContext } from "./method.ts";
import { type UserBatches, userBatches } from "./user_batches.ts";

/** Records what another loss adds to a step, before BPR does: it may overwrite the gradient. */
export type BeforeStep = (step: number) => void;

/**
 * BPR over all training pairs, one fresh uniform negative per pair and epoch; a step follows the sum of its pairs' losses
 * and whatever was recorded before it, by one step of the optimizer. The order of an epoch's pairs is that of
 * {@linkcode userBatches} for the training lists: the users of step n are those of its n-th batch.
 */
export class PairwiseEpochs implements Disposable {
  readonly #context: MethodContext;
  readonly #batches: PairwiseBatches;

  /** Uploads the training pairs. */
  constructor(context: MethodContext) {
    const { gpu, split, settings } = context;
    this.#context = context;
    const training = { users: split.users, items: split.items, interactions: split.train };
    this.#batches = new PairwiseBatches(gpu, training, { batch: settings.batchSize, seed: settings.seed });
  }

  /** Records one epoch. */
  record(epoch: number, before: BeforeStep = () => {}): void {
    const { gpu, student } = this.#context;
    let step = 0;
    this.#batches.record(epoch, (batch) => {
      student.recordRows();
      before(step++);
      const judged = { table: student.table, dim: student.dim, loss: "bpr" } as const;
      recordPairwiseLoss(gpu, batch, judged);
      recordEmbeddingGradient(gpu, batch, judged, student.gradient);
      student.recordStep();
    });
  }

  /** Waits for the epoch and gives its mean BPR loss per pair. */
  meanLoss(): Promise<number> {
    return this.#batches.meanLoss();
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#batches.dispose();
  }
}

/** One run of rows of an epoch's batches: where it starts, how many rows it has, and where its losses go. */
export interface BatchPlace {
  /** Integers: row numbers, distinct within a batch. */
  readonly numbers: DeviceArray;
  /** Where in `numbers` the batch starts. */
  readonly start: number;
  /** Rows in the batch. */
  readonly count: number;
  /** Floats, as many as `numbers`: each row's own, or those of the batch in some of their places. */
  readonly losses: DeviceArray;
}

/** The batches of one epoch on the device, with room for their losses. */
export class EpochBatches implements Disposable {
  /** Number of batches. */
  readonly steps: number;
  readonly #batches: UserBatches;
  readonly #numbers: DeviceArray;
  readonly #losses: DeviceArray;
  readonly #gpu: MethodContext["gpu"];

  /** Uploads the batches. */
  constructor(gpu: MethodContext["gpu"], batches: UserBatches) {
    this.#gpu = gpu;
    this.#batches = batches;
    this.steps = batches.starts.length - 1;
    this.#numbers = gpu.upload("rows of the epoch", batches.users);
    this.#losses = gpu.zeros("losses of the epoch", batches.users.byteLength);
  }

  /** Where batch n is. */
  place(n: number): BatchPlace {
    const start = this.#batches.starts[n]!;
    const count = this.#batches.starts[n + 1]! - start;
    return { numbers: this.#numbers, start, count, losses: this.#losses };
  }

  /** Waits for the epoch and gives the mean of the losses per row visited. */
  async meanLoss(): Promise<number> {
    const losses: Float32Array = await this.#gpu.readFloats(this.#losses);
    return losses.reduce((sum, value) => sum + value, 0) / Math.max(1, this.#batches.users.length);
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#numbers.dispose();
    this.#losses.dispose();
  }
}

/** Draws batches as {@linkcode PairwiseEpochs} does: its own for the training lists, others for their transpose. */
export function batchesOf({ settings }: MethodContext, lists: Ragged): (epoch: number) => UserBatches {
  return userBatches(lists, settings.batchSize, settings.seed);
}
