/**
 * One training step of HetComp's listwise losses, on the device.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { ExpSum } from "./exp_sum.ts";
import type { ExpSumBatch } from "./exp_sum_batch.ts";
import { type ExpSumTile, type ExpSumTuning, loadedAhead } from "./exp_sum_plan.ts";
import type { DeviceListIndex } from "./list_index.ts";
import expSumPart from "../../shaders/loss/exp_sum_part.wgsl" with { type: "text" };
import logOnePlusCode from "../../shaders/loss/log_one_plus.wgsl" with { type: "text" };
import part from "../../shaders/loss/listwise_part.wgsl" with { type: "text" };
import overallCode from "../../shaders/loss/listwise_overall.wgsl" with { type: "text" };
import prefixPart from "../../shaders/loss/listwise_prefix.wgsl" with { type: "text" };
import oddsPart from "../../shaders/loss/listwise_odds.wgsl" with { type: "text" };
import plackettLuceCode from "../../shaders/loss/listwise_plackett_luce.wgsl" with { type: "text" };
import rankedCode from "../../shaders/loss/listwise_ranked.wgsl" with { type: "text" };
import weightedCode from "../../shaders/loss/listwise_weighted.wgsl" with { type: "text" };

/**
 * Which loss: "overall" sets every listed item against the unlisted rest; "ranked" also the listed items against each
 * other, in order (Plackett-Luce).
 */
export type Granularity = "overall" | "ranked";

/**
 * {@linkcode Granularity}, or "plackett-luce": the tops in order against everything unlisted, positives take no part; or
 * "weighted": the tops under one softmax over everything that is not observed, the first weighing most.
 */
export type ListLoss = Granularity | "plackett-luce" | "weighted";

/** How the "weighted" loss weighs what is listed: the n-th top exp(-n / scale), every positive the same. */
export interface ListWeights {
  /** Places over which a top's weight falls to 1/e, above 0. */
  readonly scale: number;
  /** Weight of a positive, from 0 on; the first top has 1. */
  readonly positives: number;
}

/**
 * How scores enter: "clamped" to [-40, 40] with no gradient outside and denominators of at least 1e-5, as the authors'
 * program does; "free", the exact log-sum-exp.
 */
export type ScoreRange = "clamped" | "free";

/** Sizes that a {@linkcode ListwiseStep} is made for. */
export interface ListwiseStepOptions {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Length of an embedding. */
  readonly dim: number;
  /** Users in the largest batch. */
  readonly capacity: number;
  /** How scores enter. Default "free". */
  readonly scores?: ScoreRange;
  /** Losses that are compiled at once; others are when they are first used. Default: none. */
  readonly losses?: readonly ListLoss[];
  /** Which kind of adapter to plan for. Default: the kind in use. */
  readonly tuning?: ExpSumTuning;
  /** What differs from the tile that is planned for that kind. */
  readonly tile?: Partial<ExpSumTile>;
}

/** One step's batch, loss, and where the results go. */
export interface ListwiseBatch {
  /** Users' rows, then items' rows, padded to `strideOf(dim)` floats a row. */
  readonly table: DeviceArray;
  /** Of the same shape. The rows of the batch's users and of all items are overwritten, the others left alone. */
  readonly gradient: DeviceArray;
  /** Integers: user numbers, distinct within a batch. */
  readonly users: DeviceArray;
  /** Where in `users` the batch starts. */
  readonly start: number;
  /** Users in the batch. */
  readonly count: number;
  /** The lists of all users. */
  readonly index: DeviceListIndex;
  /** Which loss. */
  readonly granularity: ListLoss;
  /** The weights of the "weighted" loss, which needs them. */
  readonly weights?: ListWeights;
  /** Factor of the loss and its gradient, not negative. */
  readonly weight: number;
  /** Floats, as many as `users`: each user of the batch gets its weighted loss. */
  readonly losses: DeviceArray;
}

/** An invocation goes through a list two or three times, and software drivers end loops after 65,535 turns. */
const longestList = 10_000;

/** Scores are clamped to this when "clamped". */
const scoreBound = 40;
const lowest = -3e38;

/**
 * A training step's loss and gradient, recorded without read-back or allocation, and its workspace.
 *
 * Memory beside the tables: that of {@linkcode ExpSum}, and 4 bytes x capacity x the longest list.
 */
export class ListwiseStep implements Disposable {
  readonly #gpu: Gpu;
  readonly #users: number;
  readonly #capacity: number;
  readonly #sums: ExpSum;
  readonly #kernels: Readonly<Record<ListLoss, () => Kernel>>;
  readonly #compiled = new Map<ListLoss, Kernel>();
  #odds: DeviceArray;

  /**
   * Takes the workspace and compiles the kernels, but for losses that were not named.
   *
   * @throws {ArgumentError} if a size is not a positive integer.
   */
  constructor(gpu: Gpu, options: ListwiseStepOptions) {
    const { items, dim, capacity, scores = "free" } = options;
    this.#gpu = gpu;
    this.#users = options.users;
    this.#capacity = capacity;
    const bound = scores === "clamped" ? scoreBound : 0;
    const { tuning = gpu.adapter.kind } = options;
    this.#sums = new ExpSum(gpu, { dim, capacity, vectors: items, bound, tuning, tile: options.tile ?? {} });
    const kernel = (name: string, code: string, ...more: string[]) =>
      gpu.kernel({
        name: `loss/listwise_${name}`,
        code,
        parts: [expSumPart, logOnePlusCode, part, ...more],
        header: { BOUND: bound, AHEAD: loadedAhead(tuning) },
      });
    this.#kernels = {
      overall: () => kernel("overall", overallCode),
      ranked: () => kernel("ranked", rankedCode, prefixPart, oddsPart),
      "plackett-luce": () => kernel("plackett_luce", plackettLuceCode, prefixPart, oddsPart),
      weighted: () => kernel("weighted", weightedCode, prefixPart),
    };
    for (const loss of options.losses ?? []) this.#kernelOf(loss);
    this.#odds = gpu.array("listwise: odds", 4 * capacity);
  }

  /**
   * Records one step: loss and gradient.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace, or the weight is negative.
   */
  record(batch: ListwiseBatch): void {
    this.#sums.recordGradients(this.recordLoss(batch), { rows: batch.gradient, vectors: batch.gradient });
  }

  /**
   * Records the loss of a batch, without its gradient.
   *
   * @throws {ArgumentError} as {@linkcode ListwiseStep.record}.
   */
  recordLoss(batch: Omit<ListwiseBatch, "gradient">): ExpSumBatch {
    const gpu = this.#gpu;
    const capacity = this.#capacity;
    const users = this.#users;
    const { table, start, count, index, granularity, weight, weights } = batch;
    if (!(weight >= 0)) throw new ArgumentError("weight", `it is ${weight}`, "a number from 0 on");
    const weighted = granularity === "weighted";
    if (weighted && !(weights && weights.scale > 0 && weights.positives >= 0)) {
      const right = "a scale above 0 and a weight of positives from 0 on";
      throw new ArgumentError("weights", `they are ${JSON.stringify(weights)}`, right);
    }
    if (index.users !== users) {
      throw new ArgumentError("index", `it is for ${index.users} users`, `${users}, as the workspace`);
    }
    if (index.longestList > longestList) {
      throw new ArgumentError("index", `a list has ${index.longestList} items`, `at most ${longestList}`);
    }
    const needed = 4 * capacity * index.longestList;
    const ordered = granularity !== "overall" && !weighted;
    if (ordered && this.#odds.byteLength < needed) {
      this.#odds.dispose();
      this.#odds = gpu.array("listwise: odds", needed);
    }
    const sums = this.#sums;
    const numbers = batch.users;
    const rows: ExpSumBatch = {
      rows: table,
      firstRow: 0,
      scattered: true,
      numbers,
      start,
      count,
      vectors: table,
      firstVector: users,
      index,
    };
    sums.recordSums(rows);
    gpu.dispatch(
      this.#kernelOf(granularity),
      {
        numbers,
        spans: index.spans,
        logs: sums.logs,
        scores: sums.scores,
        losses: batch.losses,
        ...(ordered ? { odds: this.#odds } : {}),
      },
      {
        start,
        count,
        weight,
        log_weight: weight > 0 ? Math.log(weight) : lowest,
        ...(weighted ? { positives_weight: weights!.positives, scale: weights!.scale } : {}),
      },
      // As TEAM in listwise_overall.wgsl; the others have one invocation per row.
      spread(Math.ceil(count / (granularity === "overall" ? 8 : 64))),
    );
    return rows;
  }

  /** A training has one or two of the losses: each is compiled by itself. */
  #kernelOf(loss: ListLoss): Kernel {
    const known = this.#compiled.get(loss) ?? this.#kernels[loss]();
    this.#compiled.set(loss, known);
    return known;
  }

  /** Gives the workspace back. */
  dispose(): void {
    this.#sums.dispose();
    this.#odds.dispose();
  }

  /** The same as {@linkcode ListwiseStep.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
