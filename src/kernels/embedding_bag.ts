/**
 * A first layer whose input is a sparse row: tanh(bias + weighted sum of the table's rows that a list names), and its
 * gradient.
 *
 * @module
 */
import activationCode from "../../shaders/layer/activation.wgsl" with { type: "text" };
import bagCode from "../../shaders/layer/bag.wgsl" with { type: "text" };
import gradientCode from "../../shaders/layer/bag_gradient.wgsl" with { type: "text" };
import weightsCode from "../../shaders/layer/bag_weights.wgsl" with { type: "text" };
import randomCode from "../../shaders/sample/random.wgsl" with { type: "text" };
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { checkRowLengths, type Ragged } from "../ragged.ts";
import { type BagColumns, columnsOf, cutBags } from "./bag_batches.ts";
import { strideOf } from "./embedding.ts";
import { turnsPerInvocation } from "./dispatch_limits.ts";
import { TrainingPairs } from "./training_pairs.ts";

const tanh = 2;

/** How the entries of all lists are weighed. */
export interface BagWeighting {
  /** Share of the entries that are dropped, from 0 to below 1; the others weigh 1 / (1 - rate) times as much. */
  readonly rate: number;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** Epoch: every epoch drops others. */
  readonly epoch: number;
}

/** Lists in a batch at most on a software driver: its gradient goes through them, and through a row's entries, in one loop. */
export const largestBagBatch = turnsPerInvocation / 2;

/**
 * Refuses batches that this device cannot take.
 *
 * @throws {ArgumentError} if a batch is empty or too large.
 */
export function requireBagBatch(gpu: Gpu, batch: number): void {
  const largest = gpu.adapter.kind === "software" ? largestBagBatch : turnsPerInvocation;
  if (Number.isInteger(batch) && batch >= 1 && batch <= largest) return;
  throw new ArgumentError("batch", `it is ${batch}`, `an integer from 1 to ${largest}`);
}

/** Consecutive lists, in the order of `recordOrder` or by number. */
export interface BagRows {
  /** Whether `start` counts in the epoch's order; else it is the first list's number. */
  readonly ordered: boolean;
  /** The first list. */
  readonly start: number;
  /** Number of lists. */
  readonly count: number;
}

/**
 * Lists on the device, the weights of their entries, and the batches of an epoch.
 *
 * With x the row of 0 and 1 that a list of n numbers stands for, the layer computes tanh(dropout(x / sqrt(n)) E + b):
 * E has one row per vocabulary entry, b is the row behind them. Which entries are dropped depends on (seed,
 * `stream.dropout`, epoch, the entry's number in the lists) alone. Device memory: 28 bytes an entry at most,
 * 8 a list.
 */
export class EmbeddingBag implements Disposable {
  /** Number of lists. */
  readonly rows: number;
  /** Numbers in the lists are below this. */
  readonly vocabulary: number;
  /** The lists of the epoch, in order, as the last `recordOrder` left them. */
  readonly order: DeviceArray;
  readonly #gpu: Gpu;
  readonly #pairs: TrainingPairs;
  readonly #columns: BagColumns;
  readonly #weights: DeviceArray;
  readonly #touched: DeviceArray;
  readonly #entries: DeviceArray;
  #segments = new Uint32Array(1);
  #ordered = 0;
  #batch = 1;

  /**
   * Checks the lists and uploads them.
   *
   * @throws {ArgumentError} if a list is not ascending, holds a number that is not below `vocabulary`, or is longer
   * than 60,000.
   */
  constructor(gpu: Gpu, lists: Ragged, vocabulary: number) {
    checkRowLengths("lists", lists, turnsPerInvocation);
    this.#gpu = gpu;
    this.#pairs = new TrainingPairs(gpu, lists, vocabulary);
    this.rows = this.#pairs.users;
    this.vocabulary = vocabulary;
    const { count } = this.#pairs;
    this.#columns = columnsOf(lists, vocabulary);
    this.#weights = gpu.array("bag: weights", 4 * count);
    this.#touched = gpu.array("bag: touched rows", 8 * (count + 1));
    this.#entries = gpu.array("bag: entries by touched row", 8 * count);
    this.order = gpu.zeros("bag: order of the lists", 4 * this.rows);
  }

  /**
   * Cuts an epoch into batches and uploads them.
   *
   * @param order Numbers of distinct lists.
   * @param batch Lists a batch, at most 60,000, on software drivers {@linkcode largestBagBatch}; the last batch may have fewer.
   * @throws {ArgumentError} if a batch is larger.
   */
  recordOrder(order: Uint32Array<ArrayBuffer>, batch: number): void {
    requireBagBatch(this.#gpu, batch);
    const { touched, entries, segments } = cutBags(this.#columns, this.rows, order, batch);
    this.#segments = segments;
    this.#ordered = order.length;
    this.#batch = batch;
    this.#gpu.write(this.order, order);
    this.#gpu.write(this.#touched, touched);
    this.#gpu.write(this.#entries, entries);
  }

  /** Records the weighing of all entries; it holds until the next one. */
  recordWeights({ rate, seed, epoch }: BagWeighting): void {
    const { count, offsets, pairUsers } = this.#pairs;
    this.#gpu.dispatch(
      this.#gpu.kernel({ name: "layer/bag_weights", code: weightsCode, parts: [randomCode] }),
      { offsets, entry_rows: pairUsers, weights: this.#weights },
      {
        entries: count,
        seed,
        epoch,
        threshold: Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32)),
        scale: 1 / (1 - rate),
      },
      spread(Math.ceil(count / 64)),
      count * 150,
    );
  }

  /**
   * Records the layer for some lists.
   *
   * @param rows Which lists.
   * @param table [(vocabulary + 1) x dim], padded rows; the last one is the bias.
   * @param dim Numbers a row.
   * @param hidden [count x dim], written.
   */
  recordForward(
    { ordered, start, count }: BagRows,
    table: DeviceArray,
    dim: number,
    hidden: DeviceArray,
  ): void {
    const width = strideOf(dim) / 4;
    const { offsets, pairItems } = this.#pairs;
    this.#gpu.dispatch(
      this.#gpu.kernel({
        name: "layer/bag",
        code: bagCode,
        parts: [activationCode],
        constants: { WIDTH: width, ACTIVATION: tanh },
      }),
      { numbers: this.order, offsets, items: pairItems, weights: this.#weights, table, hidden },
      { start, count, first_row: start, scattered: ordered ? 1 : 0, vocabulary: this.vocabulary },
      spread(Math.ceil(count * width / 64)),
      count * width * 8 * (1 + Math.ceil(this.#pairs.count / Math.max(1, this.rows))),
    );
  }

  /**
   * Adds the gradient of the table's rows that a batch touches, and of the bias; all other rows are left alone.
   *
   * @param batch Number of the batch in the epoch's order.
   * @param slope [lists of the batch x dim], from row `firstSlot` on: derivative by the sums before the tanh.
   * @param dim Numbers a row.
   * @param gradient The table's shape; added to.
   */
  recordGradient(
    batch: number,
    slope: DeviceArray,
    dim: number,
    gradient: DeviceArray,
    firstSlot = 0,
  ): void {
    const count = Math.min(this.#batch, this.#ordered - batch * this.#batch);
    const width = strideOf(dim) / 4;
    const firstSegment = this.#segments[batch]!;
    const segments = this.#segments[batch + 1]! - firstSegment;
    this.#gpu.dispatch(
      this.#gpu.kernel({ name: "layer/bag_gradient", code: gradientCode, constants: { WIDTH: width } }),
      { touched: this.#touched, entries: this.#entries, weights: this.#weights, slope, gradient },
      { first_segment: firstSegment, segments, first_slot: firstSlot, count, vocabulary: this.vocabulary },
      spread(Math.ceil((segments + 1) * width / 64)),
      (segments + count) * width * 16,
    );
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#pairs.dispose();
    for (const array of [this.#weights, this.#touched, this.#entries, this.order]) array.dispose();
  }

  /** The same as {@linkcode EmbeddingBag.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
