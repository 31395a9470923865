import { ArgumentError, ModelError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordBatchOrder } from "../kernels/batch_order.ts";
import { turnsPerInvocation } from "../kernels/dispatch_limits.ts";
import { recordNegatives } from "../kernels/negatives.ts";
import { type PairwiseBatch, recordLossSums } from "../kernels/pairwise.ts";
import { TrainingPairs } from "../kernels/training_pairs.ts";
import { permutation, stream, uniform } from "../random.ts";
import { checkedInteractions } from "./training_set.ts";
import type { Ragged } from "../ragged.ts";
import type { TrainingSet } from "./model.ts";

/**
 * Which training pairs an epoch holds: each once ("interactions"), or as many draws with replacement, first of a user
 * among those with pairs, then of one of the user's ("uniform"), so that short lists count as much as long ones.
 */
export type PairSampling = "interactions" | "uniform";

/** How an epoch is cut into batches. */
export interface PairwiseBatchesOptions {
  /** Training pairs a batch. */
  readonly batch: number;
  /** Seed of the order and of the negatives. */
  readonly seed: number;
  /** Triples that are drawn and sorted at a time, rounded down to whole batches: bounds the memory. Default 262,144. */
  readonly triplesAtOnce?: number;
  /** Negative items a pair: a triple then has two rows more than this. Default 1. */
  readonly negatives?: number;
  /** Which pairs an epoch holds. Default "interactions". */
  readonly sampling?: PairSampling;
}

/** Draws as many pairs as there are: a user with pairs, then one of the user's; the `epoch`-th draw of its seed. */
export function uniformPairs({ offsets }: Ragged, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  const users = Uint32Array.from({ length: offsets.length - 1 }, (_, user) => user)
    .filter((user) => offsets[user + 1]! > offsets[user]!);
  const count = offsets.at(-1)!;
  const order = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    const user = users[Math.floor(uniform(seed, stream.pair, epoch, 2 * n) * users.length)]!;
    const length = offsets[user + 1]! - offsets[user]!;
    order[n] = offsets[user]! + Math.floor(uniform(seed, stream.pair, epoch, 2 * n + 1) * length);
  }
  return order;
}

/**
 * The batches of pairwise training: each epoch takes every training pair once, or as many draws (see
 * {@linkcode PairSampling}), in a fresh order and with a fresh negative. Drawing and sorting happen on the device for many batches at once; the shuffled order is uploaded once
 * per epoch. Device memory: 16 bytes a pair, and 44 bytes (and 12 for each further negative)
 * for each of at most max(`batch`, `triplesAtOnce`) triples.
 */
export class PairwiseBatches implements Disposable {
  /** Number of training pairs. */
  readonly count: number;
  /** Triples a batch; the last batch of an epoch may have fewer. */
  readonly batch: number;
  /** Batches an epoch. */
  readonly steps: number;
  readonly #gpu: Gpu;
  readonly #seed: number;
  readonly #pairs: TrainingPairs;
  readonly #chunk: number;
  readonly #negatives: number;
  readonly #orderOf: (epoch: number) => Uint32Array<ArrayBuffer>;
  readonly #order: DeviceArray;
  readonly #triples: DeviceArray;
  readonly #sorted: DeviceArray;
  readonly #coefficients: DeviceArray;
  readonly #losses: DeviceArray;
  readonly #sums: DeviceArray;
  #recorded = false;

  /**
   * Uploads the pairs and takes memory.
   *
   * @throws {ArgumentError} if there is no pair, a batch is too large, or the lists are not ascending item numbers.
   */
  constructor(
    gpu: Gpu,
    training: TrainingSet,
    { batch, seed, triplesAtOnce = 262144, negatives = 1, sampling = "interactions" }: PairwiseBatchesOptions,
  ) {
    const interactions = checkedInteractions(training);
    const { items } = training;
    // One item may be in every pair, and an invocation goes through its occurrences: software drivers end long loops.
    const software = gpu.adapter.kind === "software";
    const largest = software ? Math.floor(turnsPerInvocation / Math.max(1, negatives)) : 65_536;
    if (!Number.isInteger(batch) || batch < 1 || batch > largest) {
      throw new ArgumentError("batch", `it is ${batch}`, `an integer from 1 to ${largest}`);
    }
    this.#gpu = gpu;
    this.#seed = seed;
    this.#negatives = negatives;
    this.#pairs = new TrainingPairs(gpu, interactions, items);
    const count = this.count = this.#pairs.count;
    this.#orderOf = sampling === "uniform"
      ? (epoch) => uniformPairs(interactions, seed, epoch)
      : (epoch) => permutation(count, seed, stream.shuffle, epoch);
    this.batch = batch;
    this.steps = Math.ceil(this.count / batch);
    this.#chunk = Math.min(this.steps, Math.max(1, Math.floor(triplesAtOnce / batch))) * batch;
    const triples = Math.min(this.#chunk, this.count);
    this.#order = gpu.array("order of the training pairs", 4 * this.count);
    this.#triples = gpu.array("training triples", 4 * (2 + negatives) * triples);
    this.#sorted = gpu.array("sorted rows of the batches", 8 * (2 + negatives) * triples);
    this.#coefficients = gpu.array("coefficients of the triples", 4 * triples);
    this.#losses = gpu.array("losses of the triples", 4 * triples);
    this.#sums = gpu.array("losses of the batches", 4 * this.steps);
  }

  /**
   * Records an epoch: `step` is called once for each batch, in order, and records what is done with it, including
   * the losses (see {@linkcode recordPairwiseLoss}).
   */
  record(epoch: number, step: (batch: PairwiseBatch) => void): void {
    this.#gpu.write(this.#order, this.#orderOf(epoch));
    for (let start = 0; start < this.count; start += this.#chunk) {
      this.#recordChunk(epoch, start, Math.min(this.#chunk, this.count - start), step);
    }
    this.#recorded = true;
  }

  #recordChunk(epoch: number, start: number, count: number, step: (batch: PairwiseBatch) => void): void {
    const triples = this.#triples;
    const sorted = this.#sorted;
    const coefficients = this.#coefficients;
    const losses = this.#losses;
    recordNegatives(this.#gpu, {
      pairs: this.#pairs,
      order: this.#order,
      triples,
      seed: this.#seed,
      epoch,
      first: start,
      count,
      negatives: this.#negatives,
    });
    const rows = this.#pairs.users + this.#pairs.items;
    recordBatchOrder(this.#gpu, triples, sorted, {
      count,
      batch: this.batch,
      rows,
      width: 2 + this.#negatives,
    });
    for (let first = 0; first < count; first += this.batch) {
      step({ triples, sorted, coefficients, losses, first, count: Math.min(this.batch, count - first) });
    }
    recordLossSums(this.#gpu, losses, this.#sums, {
      count,
      batch: this.batch,
      firstBatch: start / this.batch,
    });
  }

  /**
   * Waits for the last recorded epoch and gives its mean loss per pair.
   *
   * @throws {ModelError} if no epoch was recorded.
   */
  async meanLoss(): Promise<number> {
    if (!this.#recorded) {
      throw new ModelError("there is no loss before the first epoch: call recordEpoch() first");
    }
    let sum = 0;
    for (const loss of await this.#gpu.readFloats(this.#sums)) sum += loss;
    return sum / this.count;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#pairs.dispose();
    for (
      const array of [
        this.#order,
        this.#triples,
        this.#sorted,
        this.#coefficients,
        this.#losses,
        this.#sums,
      ]
    ) array.dispose();
  }

  /** The same as {@linkcode PairwiseBatches.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
