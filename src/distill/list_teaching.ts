/**
 * BPR and, in the same step, a Plackett-Luce loss over lists of unobserved items against all other unobserved items.
 * This module is browser compatible.
 *
 * @module
 */
import { type DeviceListIndex, indexLists, uploadListIndex } from "../kernels/list_index.ts";
import { ListwiseStep } from "../kernels/listwise.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import type { MethodContext } from "./method.ts";
import { batchesOf, EpochBatches, PairwiseEpochs } from "./pairwise_epochs.ts";
import type { UserBatches } from "./user_batches.ts";

/** The relaxed ranking distillation of DE-RRD (Kang et al., CIKM 2020), given its lists. */
export class ListTeaching implements Disposable {
  readonly #context: MethodContext;
  readonly #pairs: PairwiseEpochs;
  readonly #batchesOf: (epoch: number) => UserBatches;
  readonly #step: ListwiseStep;
  #index: DeviceListIndex | null = null;

  /** Takes the workspace of a step. */
  constructor(context: MethodContext) {
    const { gpu, split, student, settings } = context;
    this.#context = context;
    this.#pairs = new PairwiseEpochs(context);
    this.#batchesOf = batchesOf(context, split.train);
    this.#step = new ListwiseStep(gpu, {
      users: student.users,
      items: student.items,
      dim: student.dim,
      capacity: Math.min(student.users, settings.batchSize),
    });
  }

  #upload(tops: Ragged): DeviceListIndex {
    const { gpu, split } = this.#context;
    const positives = { offsets: new Uint32Array(split.users + 1), items: new Uint32Array(0) };
    const { users, items, train: observed } = split;
    return uploadListIndex(gpu, indexLists({ users, items, observed, positives, tops }));
  }

  /** Sets the lists that are taught from now on. */
  teach(tops: Ragged): void {
    this.#index?.[Symbol.dispose]();
    this.#index = this.#upload(tops);
  }

  /** One epoch: the mean BPR loss per pair and the mean weighted list loss per visit of a user, added. */
  async epoch(epoch: number): Promise<number> {
    const { gpu, student, settings } = this.#context;
    using batches = new EpochBatches(gpu, this.#batchesOf(epoch));
    this.#pairs.record(epoch, (step) => {
      const { numbers: users, ...place } = batches.place(step);
      this.#step.record({
        ...place,
        users,
        table: student.table,
        gradient: student.gradient,
        index: this.#index!,
        granularity: "plackett-luce",
        weight: settings.lambda as number,
      });
    });
    const [pairs, lists] = await Promise.all([this.#pairs.meanLoss(), batches.meanLoss()]);
    return pairs + lists;
  }

  /** The list loss of other lists, per listed item, of the student as it is. */
  async lossOf(tops: Ragged): Promise<number> {
    const { gpu, student, settings } = this.#context;
    using index = this.#upload(tops);
    const users = rowCount(tops);
    const capacity = Math.min(users, settings.batchSize);
    const steps = Math.ceil(users / capacity);
    const starts = Uint32Array.from({ length: steps + 1 }, (_, n) => Math.min(users, n * capacity));
    using batches = new EpochBatches(gpu, {
      users: Uint32Array.from({ length: users }, (_, user) => user),
      starts,
    });
    student.recordRows();
    for (let step = 0; step < steps; step++) {
      const { numbers, ...place } = batches.place(step);
      this.#step.recordLoss({
        ...place,
        users: numbers,
        table: student.table,
        index,
        granularity: "plackett-luce",
        weight: 1,
      });
    }
    return await batches.meanLoss() * users / Math.max(1, tops.items.length);
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#pairs[Symbol.dispose]();
    this.#index?.[Symbol.dispose]();
    this.#step.dispose();
  }
}
