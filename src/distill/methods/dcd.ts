/**
 * Dual correction distillation. This module is browser compatible.
 *
 * @module
 */
import { transpose } from "../../data/csr.ts";
import type { Gpu } from "../../gpu/gpu.ts";
import { type DeviceExclusions, uploadExclusions } from "../../kernels/exclusions.ts";
import type { FactorRows } from "../../kernels/factors.ts";
import { rankCountsOnDevice } from "../../kernels/rank_counts.ts";
import { longestList, ShortLists } from "../../kernels/short_lists.ts";
import { topKOnDevice } from "../../kernels/top_k.ts";
import type { ModelCheckpoint } from "../../models/model.ts";
import { positiveInteger, positiveNumber, wholeNumber } from "../../models/model_options.ts";
import { stream } from "../../random.ts";
import type { Ragged } from "../../ragged.ts";
import { correctionLists, type Corrections, listsByVector } from "../corrections.ts";
import { finalStates, fuseTeachers } from "../ensemble.ts";
import type { DistillationMethod, MethodContext, MethodRun } from "../method.ts";
import { batchesOf, EpochBatches, PairwiseEpochs } from "../pairwise_epochs.ts";
import type { UserBatches } from "../user_batches.ts";

type Name = "user" | "item";

/** Users who rank items, or items that rank users. */
class Side implements Disposable {
  readonly batchesOf: (epoch: number) => UserBatches;
  readonly #gpu: Gpu;
  readonly #context: MethodContext;
  readonly #name: Name;
  readonly #length: number;
  readonly #teacher: Uint32Array<ArrayBuffer>;
  readonly #exclude: DeviceExclusions;
  #corrections: Corrections | null = null;
  #lists: ShortLists | null = null;

  constructor(context: MethodContext, name: Name, observed: Ragged, teacher: Uint32Array<ArrayBuffer>) {
    this.#gpu = context.gpu;
    this.#context = context;
    this.#name = name;
    this.#length = context.settings.listLength as number;
    this.#teacher = teacher;
    this.#exclude = uploadExclusions(context.gpu, observed);
    this.batchesOf = batchesOf(context, observed);
  }

  get lists(): ShortLists | null {
    return this.#lists;
  }

  #parts(): { rows: FactorRows; vectors: FactorRows } {
    const { table: array, users, items } = this.#context.student;
    const userRows = { array, row: 0, count: users };
    const itemRows = { array, row: users, count: items };
    return this.#name === "user"
      ? { rows: userRows, vectors: itemRows }
      : { rows: itemRows, vectors: userRows };
  }

  async compare(epoch: number): Promise<void> {
    const { student, settings } = this.#context;
    const { rows, vectors } = this.#parts();
    const length = this.#length;
    const shape = { users: rows, items: vectors, dim: student.dim, exclude: this.#exclude };
    using targets = this.#gpu.upload("targets of the corrections", this.#teacher);
    using ranks = rankCountsOnDevice(this.#gpu, { ...shape, targets, length });
    const best = topKOnDevice(this.#gpu, { ...shape, k: length });
    best.scores.dispose();
    using items = best.items;
    const [rankBytes, itemBytes] = await this.#gpu.read(ranks, items);
    this.teach(correctionLists({
      rows: rows.count,
      vectors: vectors.count,
      length,
      teacher: this.#teacher,
      ranks: new Uint32Array(rankBytes!),
      student: new Uint32Array(itemBytes!),
      sharpness: settings.sharpness as number,
      seed: settings.seed,
      purpose: stream.correction + (this.#name === "user" ? 0 : 256),
      epoch,
    }));
  }

  teach(corrections: Corrections): void {
    const { rows, vectors } = this.#parts();
    this.#lists?.[Symbol.dispose]();
    this.#corrections = corrections;
    this.#lists = new ShortLists(this.#gpu, "order", corrections.lists, corrections.heads, {
      dim: this.#context.student.dim,
      firstRow: rows.row,
      firstVector: vectors.row,
      vectors: vectors.count,
      capacity: Math.min(rows.count, this.#context.settings.batchSize),
    });
  }

  checkpoint(): ModelCheckpoint {
    const { lists, heads } = this.#corrections!;
    const { offsets, items } = lists;
    return {
      [`${this.#name}.offsets`]: offsets,
      [`${this.#name}.items`]: items,
      [`${this.#name}.heads`]: heads,
    };
  }

  restore(checkpoint: ModelCheckpoint): void {
    const of = (name: string) => checkpoint[`${this.#name}.${name}`] as Uint32Array<ArrayBuffer>;
    if (of("heads")) {
      this.teach({ lists: { offsets: of("offsets"), items: of("items") }, heads: of("heads") });
    }
  }

  [Symbol.dispose](): void {
    this.#exclude.dispose();
    this.#lists?.[Symbol.dispose]();
  }
}

class DcdRun implements MethodRun {
  readonly #context: MethodContext;
  readonly #pairs: PairwiseEpochs;
  readonly #sides: readonly Side[];

  constructor(context: MethodContext) {
    const { trajectories, split, settings } = context;
    this.#context = context;
    this.#pairs = new PairwiseEpochs(context);
    const length = settings.listLength as number;
    const fused = fuseTeachers(trajectories, finalStates(trajectories), length);
    const byItem = listsByVector(fused, split.items, length);
    this.#sides = [
      new Side(context, "user", split.train, fused.items),
      new Side(context, "item", transpose(split.train, split.items), byItem),
    ];
  }

  facts(): Record<string, never> {
    return {};
  }

  async prepare(epoch: number): Promise<void> {
    const { student, settings } = this.#context;
    // The first comparison is with the student's start.
    if ((epoch - 1) % (settings.compareEvery as number) !== 0) return;
    student.recordRows();
    for (const side of this.#sides) await side.compare(epoch - 1);
  }

  async epoch(epoch: number): Promise<number> {
    const { gpu, student, settings } = this.#context;
    const [users, items] = this.#sides as [Side, Side];
    using userBatches = new EpochBatches(gpu, users.batchesOf(epoch));
    using itemBatches = new EpochBatches(gpu, items.batchesOf(epoch));
    const weight = settings.lambda as number;
    this.#pairs.record(epoch, (step) => {
      const { table, gradient } = student;
      users.lists!.record({ ...userBatches.place(step), table, gradient, weight });
      items.lists!.record({ ...itemBatches.place(step), table, gradient, weight });
    });
    const [pairs, byUser, byItem] = await Promise.all([
      this.#pairs.meanLoss(),
      userBatches.meanLoss(),
      itemBatches.meanLoss(),
    ]);
    return pairs + byUser + byItem;
  }

  checkpoint(): ModelCheckpoint {
    if (this.#sides.some(({ lists }) => lists === null)) return {};
    return Object.assign({}, ...this.#sides.map((side) => side.checkpoint()));
  }

  restore(checkpoint: ModelCheckpoint): void {
    for (const side of this.#sides) side.restore(checkpoint);
  }

  [Symbol.dispose](): void {
    this.#pairs[Symbol.dispose]();
    for (const side of this.#sides) side[Symbol.dispose]();
  }
}

/**
 * DCD (Lee and Kim, CIKM 2021): BPR + lambda (user side + item side). Each side teaches its correction lists
 * ({@linkcode correctionLists}) by Plackett-Luce of the under-ranked against the over-ranked ones; the lists are made anew
 * every `compareEvery` epochs. On the item side, items rank users, the teacher's order being that of the ensemble's importance.
 */
export const dcd: DistillationMethod = {
  key: "dcd",
  title: "DCD",
  teachers: "all",
  // Older lists push down what the student has already dropped, and what it ranks instead comes back: it oscillates.
  defaults: { lambda: 0.01, listLength: 100, sharpness: 0.01, compareEvery: 2 },
  rules: {
    // A correction list holds as many under-ranked as over-ranked items at most.
    listLength: {
      ...wholeNumber(1, longestList / 2),
      expected: `a positive integer, at most ${longestList / 2}`,
    },
    sharpness: positiveNumber,
    compareEvery: positiveInteger,
  },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], lambda: [1e-3, 1e-2, 1e-1], sharpness: [0.001, 0.01] },
  start: (context) => new DcdRun(context),
};
