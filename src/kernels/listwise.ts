/**
 * HetComp's two listwise losses with their gradients (Kang et al., "Distillation from Heterogeneous Models for Top-K
 * Recommendation", WWW 2023): the coarse one and the fine-grained one.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import { padRows, strideOf, unpadRows } from "./embedding.ts";
import { ExpSum, type ExpSumBatch } from "./exp_sum.ts";
import { type DeviceListIndex, indexLists, uploadListIndex } from "./list_index.ts";
import expSumPart from "../../shaders/loss/exp_sum_part.wgsl" with { type: "text" };
import part from "../../shaders/loss/listwise_part.wgsl" with { type: "text" };
import overallCode from "../../shaders/loss/listwise_overall.wgsl" with { type: "text" };
import rankedCode from "../../shaders/loss/listwise_ranked.wgsl" with { type: "text" };
import lossCode from "../../shaders/loss/listwise_loss.wgsl" with { type: "text" };

/**
 * Which loss: "overall" sets every listed item against the unlisted rest; "ranked" also the listed items against each
 * other, in order (Plackett-Luce).
 */
export type Granularity = "overall" | "ranked";

/**
 * How scores enter: "clamped" to [-40, 40] with no gradient outside and denominators of at least 1e-5, as the authors'
 * program does; "free", the exact log-sum-exp.
 */
export type ScoreRange = "clamped" | "free";

/** What {@linkcode listwiseLoss} works on. */
export interface ListwiseInput {
  /** One row of `dim` floats per user. */
  readonly users: Float32Array;
  /** One row of `dim` floats per item. */
  readonly items: Float32Array;
  /** Length of a row. */
  readonly dim: number;
  /** O_u: the items of each user in the training set. */
  readonly observed: Ragged;
  /** P_u: some of them, the best first. */
  readonly positives: Ragged;
  /** T_u: unobserved items, the best first. */
  readonly tops: Ragged;
  /** Which loss. */
  readonly granularity: Granularity;
  /** How scores enter. Default "clamped". */
  readonly scores?: ScoreRange;
}

/** What {@linkcode listwiseLoss} returns. */
export interface ListwiseResult {
  /** Sum over all users, without weight. */
  readonly loss: number;
  /** Its gradient in `users`. */
  readonly gradUsers: Float32Array;
  /** Its gradient in `items`. */
  readonly gradItems: Float32Array;
}

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
}

/** One step's batch, loss, and where the results go. */
export interface ListwiseBatch {
  /** Users' rows, then items' rows, padded to {@linkcode strideOf}. */
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
  readonly granularity: Granularity;
  /** Factor of the loss and its gradient, not negative. */
  readonly weight: number;
  /** Floats: one slot per step, so that no sum over steps is rounded. */
  readonly loss: DeviceArray;
  /** The slot that receives this step's weighted loss. */
  readonly lossSlot: number;
}

/** Scores are clamped to this when "clamped". */
const scoreBound = 40;
const lowest = -3e38;
const usersTogether = 1024;

/**
 * A training step's loss and gradient, recorded without read-back or allocation, and its workspace.
 *
 * Memory beside the tables: that of {@linkcode ExpSum}, and 4 bytes x capacity x the longest list.
 */
export class ListwiseStep implements Disposable {
  readonly #gpu: Gpu;
  readonly #options: Required<ListwiseStepOptions>;
  readonly #sums: ExpSum;
  readonly #overall: Kernel;
  readonly #ranked: Kernel;
  readonly #total: Kernel;
  readonly #losses: DeviceArray;
  #denominators: DeviceArray;

  /**
   * Takes the workspace and compiles the kernels.
   *
   * @throws {ArgumentError} if a size is not a positive integer.
   */
  constructor(gpu: Gpu, options: ListwiseStepOptions) {
    const { items, dim, capacity, scores = "free" } = options;
    this.#gpu = gpu;
    this.#options = { ...options, scores };
    const bound = scores === "clamped" ? scoreBound : 0;
    this.#sums = new ExpSum(gpu, { dim, capacity, vectors: items, bound });
    const kernel = (name: string, code: string) =>
      gpu.kernel({
        name: `loss/listwise_${name}`,
        code,
        parts: [expSumPart, part],
        header: { DIM: dim, BOUND: bound },
      });
    this.#overall = kernel("overall", overallCode);
    this.#ranked = kernel("ranked", rankedCode);
    this.#total = kernel("loss", lossCode);
    this.#losses = gpu.array("listwise: losses", 4 * capacity);
    this.#denominators = gpu.array("listwise: denominators", 4 * capacity);
  }

  /**
   * Records one step.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace, or the weight is negative.
   */
  record(batch: ListwiseBatch): void {
    const gpu = this.#gpu;
    const { capacity, users } = this.#options;
    const { table, gradient, start, count, index, granularity, weight } = batch;
    if (!(weight >= 0)) throw new ArgumentError("weight", `it is ${weight}`, "a number from 0 on");
    if (index.users !== users) {
      throw new ArgumentError("index", `it is for ${index.users} users`, `${users}, as the workspace`);
    }
    const needed = 4 * capacity * index.longestList;
    if (granularity === "ranked" && this.#denominators.byteLength < needed) {
      this.#denominators.dispose();
      this.#denominators = gpu.array("listwise: denominators", needed);
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
    const ranked = granularity === "ranked";
    gpu.dispatch(
      ranked ? this.#ranked : this.#overall,
      {
        numbers,
        spans: index.spans,
        logs: sums.logs,
        scores: sums.scores,
        losses: this.#losses,
        ...(ranked ? { denominators: this.#denominators } : {}),
      },
      { start, count, weight, log_weight: weight > 0 ? Math.log(weight) : lowest },
      spread(Math.ceil(count / 64)),
    );
    gpu.dispatch(
      this.#total,
      { losses: this.#losses, loss: batch.loss },
      { count, slot: batch.lossSlot },
      [1],
    );
    sums.recordGradients(rows, { rows: gradient, vectors: gradient });
  }

  /** Gives the workspace back. */
  dispose(): void {
    this.#sums.dispose();
    this.#losses.dispose();
    this.#denominators.dispose();
  }

  /** The same as {@linkcode ListwiseStep.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * HetComp's listwise loss of all users given, and its gradient.
 *
 * With s = user . item, J_u = P_u then T_u, R_u the sum of exp(s) over the items in neither O_u nor T_u: "overall" is
 * -sum over j in J_u of s_j - log(R_u + exp(s_j)). "ranked" is PL(P_u; R50) + (PL(T50; R50) + PL(T10; R10)) / 2, with
 * PL(X; R) = -sum over k of s_k - log(R + sum over l >= k of exp(s_l)); T50 and T10 are the first floor(n / 2) and
 * floor(n / 10) of the user's own n tops, R50 and R10 sum over the items in neither O_u nor T50, T10. Lists may differ
 * in length and be empty. Scores are never stored: see {@linkcode ExpSum}.
 *
 * @example One user, three items
 * ```ts
 * import { listwiseLoss, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const { loss } = await listwiseLoss(gpu, {
 *   users: Float32Array.of(1),
 *   items: Float32Array.of(0, 0, 0),
 *   dim: 1,
 *   observed: ragged([[0]]),
 *   positives: ragged([[0]]),
 *   tops: ragged([[1]]),
 *   granularity: "overall",
 * });
 * console.assert(Math.abs(loss - 2 * Math.log(2)) < 1e-5);
 * ```
 *
 * @param gpu The device.
 * @param input Embeddings and lists.
 * @throws {ArgumentError} if lengths do not agree, a list is not as {@linkcode indexLists} wants it, or an option is
 * unknown.
 */
export async function listwiseLoss(gpu: Gpu, input: ListwiseInput): Promise<ListwiseResult> {
  const { dim, observed, positives, tops, granularity, scores = "clamped" } = input;
  if (granularity !== "overall" && granularity !== "ranked") {
    throw new ArgumentError("granularity", `it is ${granularity}`, "'overall' or 'ranked'");
  }
  if (scores !== "clamped" && scores !== "free") {
    throw new ArgumentError("scores", `it is ${scores}`, "'clamped' or 'free'");
  }
  const userRows = padRows("users", input.users, dim);
  const itemRows = padRows("items", input.items, dim);
  const stride = strideOf(dim);
  const users = userRows.length / stride;
  const items = itemRows.length / stride;
  if (rowCount(observed) !== users) {
    throw new ArgumentError("users", `it has ${users} rows`, `${rowCount(observed)}, as many as 'observed'`);
  }
  const lists = indexLists({ users, items, observed, positives, tops });
  const gradItems = new Float64Array(items * dim);
  if (users === 0 || items === 0) {
    return { loss: 0, gradUsers: new Float32Array(users * dim), gradItems: new Float32Array(gradItems) };
  }
  const both = new Float32Array(userRows.length + itemRows.length);
  both.set(userRows);
  both.set(itemRows, userRows.length);
  using table = gpu.upload("listwise: table", both);
  using gradient = gpu.array("listwise: gradient", both.byteLength);
  using numbers = gpu.upload("listwise: users", Uint32Array.from({ length: users }, (_, user) => user));
  const batches = Math.ceil(users / usersTogether);
  using loss = gpu.zeros("listwise: loss", 4 * batches);
  using index = uploadListIndex(gpu, lists);
  const capacity = Math.min(users, usersTogether);
  using step = new ListwiseStep(gpu, { users, items, dim, capacity, scores });
  let all = new Float32Array(0);
  for (let n = 0; n < batches; n++) {
    const start = n * usersTogether;
    const count = Math.min(usersTogether, users - start);
    step.record({
      table,
      gradient,
      users: numbers,
      start,
      count,
      index,
      granularity,
      weight: 1,
      loss,
      lossSlot: n,
    });
    all = await gpu.readFloats(gradient);
    const own = unpadRows(all.subarray(userRows.length), dim);
    for (let m = 0; m < own.length; m++) gradItems[m]! += own[m]!;
  }
  const losses = await gpu.readFloats(loss);
  return {
    loss: losses.reduce((sum, value) => sum + value, 0),
    gradUsers: unpadRows(all.subarray(0, userRows.length), dim),
    gradItems: new Float32Array(gradItems),
  };
}
