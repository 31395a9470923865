/**
 * The student while it learns: its embedding table and the steps of an epoch. This module is browser compatible.
 *
 * @module
 */
import type { Gpu } from "../gpu/gpu.ts";
import { type DeviceListIndex, indexLists, uploadListIndex } from "../kernels/list_index.ts";
import { type Granularity, ListwiseStep } from "../kernels/listwise.ts";
import { EmbeddingTable } from "../models/embedding_table.ts";
import type { Checkpoint } from "../models/model.ts";
import { factorRanker, type Ranker } from "../models/ranker.ts";
import type { Ragged } from "../ragged.ts";
import type { DistillSettings } from "./options.ts";
import type { UserBatches } from "./user_batches.ts";

/** Sizes of the data that a student is for. */
export interface StudentShape {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
}

/** A matrix factorization student that is taught by lists. */
export class StudentTraining implements Disposable {
  readonly #gpu: Gpu;
  readonly #shape: StudentShape;
  readonly #settings: DistillSettings;
  readonly #embeddings: EmbeddingTable;
  readonly #step: ListwiseStep;
  #index: DeviceListIndex | null = null;

  /** Takes device memory and fills the embeddings with normal numbers. */
  constructor(gpu: Gpu, shape: StudentShape, settings: DistillSettings) {
    const { users, items } = shape;
    const { dim, batchSize, scores, initialScale: initialDeviation, seed, learningRate, weightDecay } =
      settings;
    this.#gpu = gpu;
    this.#shape = shape;
    this.#settings = settings;
    this.#step = new ListwiseStep(gpu, { users, items, dim, scores, capacity: Math.min(users, batchSize) });
    this.#embeddings = new EmbeddingTable(gpu, {
      rows: users + items,
      dim,
      initialDeviation,
      seed,
      learningRate,
      weightDecay,
    });
  }

  /** Sets what is taught from now on: observed items, the best of them, and the teachers' items. */
  teach(observed: Ragged, positives: Ragged, tops: Ragged): void {
    this.#index?.[Symbol.dispose]();
    this.#index = uploadListIndex(this.#gpu, indexLists({ ...this.#shape, observed, positives, tops }));
  }

  /**
   * Trains one epoch: one upload of the batches, one step each, one read of the losses.
   *
   * @returns The mean weighted loss of a user's visit.
   */
  async epoch({ users, starts }: UserBatches, granularity: Granularity): Promise<number> {
    const index = this.#index!;
    const { overallWeight, rankedWeight } = this.#settings;
    const weight = granularity === "overall" ? overallWeight : rankedWeight;
    const steps = starts.length - 1;
    using batchUsers = this.#gpu.upload("users of the epoch", users);
    using loss = this.#gpu.array("losses of the epoch", 4 * steps);
    const { table, gradient, adam } = this.#embeddings;
    for (let lossSlot = 0; lossSlot < steps; lossSlot++) {
      const start = starts[lossSlot]!;
      const count = starts[lossSlot + 1]! - start;
      this.#step.record({
        table,
        gradient,
        users: batchUsers,
        start,
        count,
        index,
        granularity,
        weight,
        loss,
        lossSlot,
      });
      adam.record();
    }
    const losses: Float32Array = await this.#gpu.readFloats(loss);
    return losses.reduce((sum, value) => sum + value, 0) / users.length;
  }

  /** Ranks with the embeddings as they are. */
  ranker(): Ranker {
    const { table, dim } = this.#embeddings;
    const { users, items } = this.#shape;
    return factorRanker(this.#gpu, {
      users: { array: table, row: 0, count: users },
      items: { array: table, row: users, count: items },
      dim,
    });
  }

  /** The embeddings, users' rows then items' rows, without padding. */
  async table(): Promise<Float32Array<ArrayBuffer>> {
    return (await this.#embeddings.parameters()).table as Float32Array<ArrayBuffer>;
  }

  /** Takes other embeddings; the optimizer's state stays. */
  load(table: Float32Array<ArrayBuffer>): void {
    this.#embeddings.load({ table });
  }

  /** Everything that training needs to go on bit for bit, but the lists. */
  checkpoint(): Promise<Checkpoint> {
    return this.#embeddings.checkpoint();
  }

  /** Continues from a checkpoint. */
  restore(checkpoint: Checkpoint): void {
    this.#embeddings.restore(checkpoint);
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#index?.[Symbol.dispose]();
    this.#step.dispose();
    this.#embeddings.dispose();
  }
}
