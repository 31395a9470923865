/**
 * Curriculum learning for ranking distillation. This module is browser compatible.
 *
 * @module
 */
import { ShortLists } from "../../kernels/short_lists.ts";
import { positiveInteger, wholeNumber } from "../../models/model_options.ts";
import { stream, uniform } from "../../random.ts";
import { type Ragged, rowCount } from "../../ragged.ts";
import type { EpochRecord } from "../../teachers/training.ts";
import { finalStates, fuseTeachers } from "../ensemble.ts";
import type { DistillationMethod, EpochFacts, MethodContext, MethodRun } from "../method.ts";
import { batchesOf, EpochBatches, PairwiseEpochs } from "../pairwise_epochs.ts";
import { ensembleTargets } from "../targets.ts";
import type { UserBatches } from "../user_batches.ts";

/** Leading items that are ordered one by one, by stage. */
export const orderedHeads: readonly number[] = [5, 10, 20];

/** Lists whose entries carry labels: of two entries the one with the lower label is wanted first. */
export interface LabelledLists {
  /** One list per user. */
  readonly lists: Ragged;
  /** One label per entry. */
  readonly labels: Uint32Array<ArrayBuffer>;
}

/**
 * The lists of one stage: each user's tops, of which the first `head` have labels of their own, the others up to the
 * middle of `length` share one, those behind it another; then `negatives` items drawn at random from those that are
 * neither observed nor listed, which share the last label. A user with few other items has fewer of these.
 */
export function stageLists(
  tops: Ragged,
  options: {
    items: number;
    observed: Ragged;
    head: number;
    length: number;
    negatives: number;
    seed: number;
    stage: number;
  },
): LabelledLists {
  const { items, observed, head, length, negatives, seed, stage } = options;
  const users = rowCount(tops);
  const offsets = new Uint32Array(users + 1);
  const listed = new Uint32Array(tops.items.length + users * negatives);
  const labels = new Uint32Array(listed.length);
  // An item is taken for user u while takenBy holds u + 1 for it.
  const takenBy = new Uint32Array(items);
  let end = 0;
  for (let user = 0; user < users; user++) {
    for (let n = observed.offsets[user]!; n < observed.offsets[user + 1]!; n++) {
      takenBy[observed.items[n]!] = user + 1;
    }
    const count = tops.offsets[user + 1]! - tops.offsets[user]!;
    for (let place = 0; place < count; place++) {
      const item = tops.items[tops.offsets[user]! + place]!;
      takenBy[item] = user + 1;
      labels[end] = place < head ? place : place < length / 2 ? head : head + 1;
      listed[end++] = item;
    }
    const free = items - (observed.offsets[user + 1]! - observed.offsets[user]!) - count;
    for (let found = 0, draw = 0; found < Math.min(negatives, Math.floor(free / 2)); draw++) {
      const item = Math.floor(items * uniform(seed, stream.tail, stage * users + user, draw));
      if (takenBy[item] === user + 1) continue;
      takenBy[item] = user + 1;
      labels[end] = head + 2;
      listed[end++] = item;
      found++;
    }
    offsets[user + 1] = end;
  }
  return { lists: { offsets, items: listed.slice(0, end) }, labels: labels.slice(0, end) };
}

class ClDrdRun implements MethodRun {
  readonly #context: MethodContext;
  readonly #pairs: PairwiseEpochs;
  readonly #batchesOf: (epoch: number) => UserBatches;
  readonly #tops: Ragged;
  #lists: ShortLists | null = null;
  #stage = 0;

  constructor(context: MethodContext) {
    const { trajectories, settings, split } = context;
    this.#context = context;
    this.#pairs = new PairwiseEpochs(context);
    this.#batchesOf = batchesOf(context, split.train);
    const length = settings.listLength as number;
    this.#tops = ensembleTargets(fuseTeachers(trajectories, finalStates(trajectories), length));
  }

  #stageOf(epoch: number): number {
    const past = Math.floor((epoch - 1) / (this.#context.settings.stageEpochs as number));
    return Math.min(orderedHeads.length, 1 + past);
  }

  facts(epoch: number): EpochFacts {
    return { stage: this.#stageOf(epoch) };
  }

  #teach(stage: number): void {
    const { gpu, split, student, settings } = this.#context;
    const { lists, labels } = stageLists(this.#tops, {
      items: split.items,
      observed: split.train,
      head: orderedHeads[stage - 1]!,
      length: settings.listLength as number,
      negatives: settings.negatives as number,
      seed: settings.seed,
      stage,
    });
    this.#lists?.[Symbol.dispose]();
    this.#lists = new ShortLists(gpu, "pairs", lists, labels, {
      dim: student.dim,
      firstRow: 0,
      firstVector: student.users,
      vectors: student.items,
      capacity: Math.min(student.users, settings.batchSize),
    });
    this.#stage = stage;
  }

  async epoch(epoch: number): Promise<number> {
    const { gpu, student, settings } = this.#context;
    const stage = this.#stageOf(epoch);
    if (stage !== this.#stage) this.#teach(stage);
    using batches = new EpochBatches(gpu, this.#batchesOf(epoch));
    const weight = settings.lambda as number;
    this.#pairs.record(epoch, (step) => {
      const { table, gradient } = student;
      this.#lists!.record({ ...batches.place(step), table, gradient, weight });
    });
    const [pairs, lists] = await Promise.all([this.#pairs.meanLoss(), batches.meanLoss()]);
    return pairs + lists;
  }

  /** A training must not end before the last stage. */
  counts({ stage }: EpochRecord): boolean {
    return stage === orderedHeads.length;
  }

  [Symbol.dispose](): void {
    this.#pairs[Symbol.dispose]();
    this.#lists?.[Symbol.dispose]();
  }
}

/**
 * CL-DRD (Zeng, Zamani and Vinay, SIGIR 2022), adapted to recommendation: BPR + lambda times the LambdaRank loss
 * |1/pos_i - 1/pos_j| log(1 + exp(-(s_i - s_j))) over all pairs of a user's list with label_i better than label_j; pos is
 * the place of an item when the list is sorted by the student's scores. The list is the ensemble's best `listLength`
 * items and `negatives` random unobserved ones. In three stages of `stageEpochs` epochs (the last goes on until training
 * ends), each from the previous one's weights, the first 5, 10, 20 items are ordered one by one, the others in groups.
 */
export const clDrd: DistillationMethod = {
  key: "cl-drd",
  title: "CL-DRD",
  teachers: "all",
  defaults: { lambda: 0.01, listLength: 100, negatives: 50, stageEpochs: 40 },
  rules: {
    listLength: wholeNumber(1, 500),
    negatives: wholeNumber(0, 500),
    stageEpochs: positiveInteger,
  },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], lambda: [1e-3, 1e-2, 1e-1], stageEpochs: [20, 40] },
  start: (context) => new ClDrdRun(context),
};
