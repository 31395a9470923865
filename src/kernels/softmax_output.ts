/**
 * The full softmax over all vectors as an output layer, streamed: no row of scores is ever stored.
 *
 * @module
 */
import logOnePlusCode from "../../shaders/loss/log_one_plus.wgsl" with { type: "text" };
import code from "../../shaders/loss/softmax_output.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { checkRowLengths, type Ragged, rowCount } from "../ragged.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { turnsPerInvocation } from "./dispatch_limits.ts";
import { ExpSum } from "./exp_sum.ts";
import { loadedAhead } from "./exp_sum_plan.ts";
import type { ExpSumOptions } from "./exp_sum_batch.ts";
import { type DeviceListIndex, indexLists, uploadListIndex } from "./list_index.ts";

/** An invocation goes through a list three times. */
const longestList = turnsPerInvocation / 3;

/** One batch of the output layer. */
export interface SoftmaxBatch {
  /** [count x dim], padded. */
  readonly rows: DeviceArray;
  /** Whether row n of the batch, and of the rows' gradient, is row numbers[start + n] instead of n. Default false. */
  readonly scattered?: boolean;
  /** Integers: the list of each row. */
  readonly numbers: DeviceArray;
  /** Where in `numbers` the batch starts. */
  readonly start: number;
  /** Rows in the batch. */
  readonly count: number;
  /** [vectors x dim], padded. */
  readonly vectors: DeviceArray;
  /** Row of `vectors`, and of their gradient, where they start. Default 0. */
  readonly firstVector?: number;
  /** Factor of the gradients, above 0. */
  readonly weight: number;
  /** [count]: numbers that are added to the losses, times `divergenceWeight`. */
  readonly divergences: DeviceArray;
  /** See `divergences`. */
  readonly divergenceWeight: number;
  /** Floats, as many as `numbers`: each row of the batch gets its loss, without `weight`. */
  readonly losses: DeviceArray;
  /** [count x dim], overwritten: `weight` times the derivative by the rows. */
  readonly rowGradient: DeviceArray;
  /** [vectors x dim], overwritten: `weight` times the derivative by the vectors. */
  readonly vectorGradient: DeviceArray;
}

/**
 * The multinomial negative log-likelihood of lists, -sum over the list of log softmax(h . q)_j over all vectors q, with
 * its gradients (Liang et al., WWW 2018). The listed vectors form the list of {@linkcode ExpSum}, all others its sum:
 * memory beside the tables is that of `ExpSum`, and 12 bytes per entry of the lists.
 */
export class SoftmaxOutput implements Disposable {
  readonly #gpu: Gpu;
  readonly #sums: ExpSum;
  readonly #index: DeviceListIndex;
  readonly #kernel: Kernel;

  /**
   * Indexes the lists and takes the workspace.
   *
   * @param gpu The device.
   * @param lists Numbers of vectors, distinct within a list.
   * @param options Sizes of the exp-sum.
   * @throws {ArgumentError} if a list or a size is unusable.
   */
  constructor(gpu: Gpu, lists: Ragged, options: ExpSumOptions) {
    this.#gpu = gpu;
    checkRowLengths("lists", lists, longestList);
    const users = rowCount(lists);
    const tops = { offsets: new Uint32Array(users + 1), items: new Uint32Array(0) };
    const index = indexLists({ users, items: options.vectors, observed: lists, positives: lists, tops });
    this.#sums = new ExpSum(gpu, options);
    this.#index = uploadListIndex(gpu, index);
    const { tuning = gpu.adapter.kind } = options;
    this.#kernel = gpu.kernel({
      name: "loss/softmax_output",
      code,
      parts: [logOnePlusCode],
      header: { AHEAD: loadedAhead(tuning) },
    });
  }

  /** Records losses and gradients of a batch. */
  record(batch: SoftmaxBatch): void {
    const { rows, numbers, start, count, vectors, weight, divergences, divergenceWeight, losses } = batch;
    const index = this.#index;
    const sums = this.#sums;
    const summed = {
      rows,
      firstRow: 0,
      scattered: batch.scattered ?? false,
      numbers,
      start,
      count,
      vectors,
      firstVector: batch.firstVector ?? 0,
      index,
    };
    sums.recordSums(summed);
    this.#gpu.dispatch(
      this.#kernel,
      { numbers, spans: index.spans, logs: sums.logs, scores: sums.scores, divergences, losses },
      { start, count, weight, divergence_weight: divergenceWeight },
      spread(Math.ceil(count / 64)),
      count * index.longestList * 60,
    );
    sums.recordGradients(summed, { rows: batch.rowGradient, vectors: batch.vectorGradient });
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#sums.dispose();
    this.#index[Symbol.dispose]();
  }

  /** The same as {@linkcode SoftmaxOutput.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
