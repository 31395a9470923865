/**
 * Losses within short lists: rows of one part of a table list some vectors of another part, and only listed vectors
 * take part, so that all work is proportional to the lists. Which part is users and which is items is the caller's.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { checkRowLengths, longestRow, type Ragged, rowCount, rowOf } from "../ragged.ts";
import expSumPart from "../../shaders/loss/exp_sum_part.wgsl" with { type: "text" };
import listwisePart from "../../shaders/loss/listwise_part.wgsl" with { type: "text" };
import prefixPart from "../../shaders/loss/listwise_prefix.wgsl" with { type: "text" };
import logOnePlusCode from "../../shaders/loss/log_one_plus.wgsl" with { type: "text" };
import logSigmoidCode from "../../shaders/loss/log_sigmoid.wgsl" with { type: "text" };
import part from "../../shaders/loss/short_list_part.wgsl" with { type: "text" };
import scoresCode from "../../shaders/loss/short_list_scores.wgsl" with { type: "text" };
import positionsCode from "../../shaders/loss/short_list_positions.wgsl" with { type: "text" };
import pairsCode from "../../shaders/loss/short_list_pairs.wgsl" with { type: "text" };
import orderCode from "../../shaders/loss/short_list_order.wgsl" with { type: "text" };
import rowGradientCode from "../../shaders/loss/short_list_row_gradient.wgsl" with { type: "text" };
import turnCode from "../../shaders/loss/short_list_turn.wgsl" with { type: "text" };
import vectorGradientCode from "../../shaders/loss/short_list_vector_gradient.wgsl" with { type: "text" };
import { DeviceRagged } from "./device_ragged.ts";
import { ranges, turnsPerInvocation } from "./dispatch_limits.ts";
import { strideOf } from "./embedding.ts";
import { recordLossSums } from "./pairwise.ts";

/**
 * "pairs": every two vectors of a list whose labels differ, weighted by how far apart the scores place them (LambdaRank).
 * "order": the head of a list in its order (Plackett-Luce) against its tail.
 */
export type ShortListLoss = "pairs" | "order";

/** What the lists are of. */
export interface ShortListShape {
  /** Numbers a row of the table, without the padding. */
  readonly dim: number;
  /** Row of the table that has number 0 among those that own lists. */
  readonly firstRow: number;
  /** Row of the table that has number 0 among the listed vectors. */
  readonly firstVector: number;
  /** Number of vectors. */
  readonly vectors: number;
  /** Rows of the largest batch. */
  readonly capacity: number;
}

/** One batch: whose lists, and where the results go. */
export interface ShortListBatch {
  /** The table, padded. */
  readonly table: DeviceArray;
  /** Of the same shape; added to. */
  readonly gradient: DeviceArray;
  /** Integers: row numbers, distinct within a batch. */
  readonly numbers: DeviceArray;
  /** Where in `numbers` the batch starts. */
  readonly start: number;
  /** Rows in the batch. */
  readonly count: number;
  /** Factor of loss and gradient. */
  readonly weight: number;
  /** Floats, as many as `numbers`: the batch's weighted loss goes to the place of its first row, or first few. */
  readonly losses: DeviceArray;
}

/** Places of a list whose pairs one invocation takes, so that what it loads of the others serves all of them. */
const placesPerInvocation = 8;

/** As TEAM in short_list_vector_gradient.wgsl. */
const vectorsPerGroup = 8;
/** vec4 of a vector that one invocation sums. */
const longestPart = 4;

/** Lists that are longer are refused: every vector is compared with every other one of its list. */
export const longestList = 1024;

/**
 * Short lists on the device and the step of one of their losses. Memory: 16 bytes an entry (20 for "pairs") and a bit, 4
 * a row (8 for "order"), 4 a vector, and 16 bytes x capacity x the longest list.
 */
export class ShortLists implements Disposable {
  readonly #gpu: Gpu;
  readonly #shape: ShortListShape;
  readonly #loss: ShortListLoss;
  readonly #lists: DeviceRagged;
  /** Labels of the entries ("pairs"), or the length of each list's head ("order"). */
  readonly #judgement: DeviceArray;
  readonly #inverseOffsets: DeviceArray;
  /** For each entry of the lists, its place among those of all lists, sorted by vector. */
  readonly #inversePlaces: DeviceArray;
  readonly #inverseRows: DeviceArray;
  readonly #inverseCoefficients: DeviceArray;
  /** A bit for each entry in that order: whether it is in the batch. */
  readonly #present: DeviceArray;
  readonly #longestInverse: number;
  readonly #work: Readonly<Record<"scores" | "other" | "coefficients" | "losses", DeviceArray>>;

  /**
   * Uploads the lists and takes the workspace.
   *
   * @param gpu The device.
   * @param loss Which loss.
   * @param lists One row of distinct vectors for each row number.
   * @param judgement For "pairs": a label for each entry of the lists, the lower the better. For "order": the length of
   * the head of each list.
   * @param shape Sizes.
   * @throws {ArgumentError} if a list is too long or holds a vector that does not exist, or `judgement` has another length.
   */
  constructor(gpu: Gpu, loss: ShortListLoss, lists: Ragged, judgement: Uint32Array, shape: ShortListShape) {
    const rows = rowCount(lists);
    const wanted = loss === "pairs" ? lists.items.length : rows;
    if (judgement.length !== wanted) {
      throw new ArgumentError("judgement", `it holds ${judgement.length} numbers`, `${wanted}`);
    }
    checkRowLengths("lists", lists, longestList);
    const longest = longestRow(lists);
    const offsets = new Uint32Array(shape.vectors + 1);
    for (let row = 0; row < rows; row++) {
      for (const vector of rowOf(lists, row)) {
        if (vector >= shape.vectors) {
          throw new ArgumentError("lists", `list ${row} holds ${vector}`, `numbers below ${shape.vectors}`);
        }
        offsets[vector + 1]!++;
      }
    }
    let longestInverse = 0;
    for (let vector = 0; vector < shape.vectors; vector++) {
      longestInverse = Math.max(longestInverse, offsets[vector + 1]!);
      offsets[vector + 1]! += offsets[vector]!;
    }
    const inversePlaces = new Uint32Array(lists.items.length);
    const inverseRows = new Uint32Array(lists.items.length);
    const next = offsets.slice();
    for (let row = 0; row < rows; row++) {
      for (let n = lists.offsets[row]!; n < lists.offsets[row + 1]!; n++) {
        const place = next[lists.items[n]!]!++;
        inversePlaces[n] = place;
        inverseRows[place] = row;
      }
    }
    this.#gpu = gpu;
    this.#shape = shape;
    this.#loss = loss;
    this.#lists = new DeviceRagged(gpu, "short lists", lists);
    this.#judgement = gpu.upload("judgement of the short lists", judgement as Uint32Array<ArrayBuffer>);
    this.#inverseOffsets = gpu.upload("inverse short lists: offsets", offsets);
    this.#inversePlaces = gpu.upload("inverse short lists: places", inversePlaces);
    this.#inverseRows = gpu.upload("inverse short lists: rows", inverseRows);
    this.#inverseCoefficients = gpu.array("inverse short lists: coefficients", 4 * lists.items.length);
    this.#present = gpu.array(
      "inverse short lists: entries in the batch",
      4 * Math.ceil(lists.items.length / 32),
    );
    this.#longestInverse = longestInverse;
    const bytes = 4 * shape.capacity * Math.max(1, longest);
    const work = (label: string) => gpu.array(`short lists: ${label}`, bytes);
    this.#work = {
      scores: work("scores"),
      other: work("positions"),
      coefficients: work("coefficients"),
      losses: work("losses"),
    };
  }

  /**
   * Records loss and gradient of a batch.
   *
   * @throws {ArgumentError} if the batch does not fit the workspace.
   */
  record(batch: ShortListBatch): void {
    const { capacity, dim, firstRow, firstVector, vectors } = this.#shape;
    const { table, gradient, numbers, start, count } = batch;
    if (count > capacity) {
      throw new ArgumentError("count", `it is ${count}`, `at most ${capacity}, the workspace's capacity`);
    }
    const gpu = this.#gpu;
    const places = this.#lists.longest;
    if (count === 0 || places === 0) return;
    const width = strideOf(dim) / 4;
    const { offsets, items: listed } = this.#lists;
    const { scores, coefficients, losses } = this.#work;
    const header = { WIDTH: width };
    const everyPlace = spread(Math.ceil(count * places / 64));
    gpu.dispatch(
      gpu.kernel({ name: "loss/short_list_scores", code: scoresCode, parts: [part], header }),
      { table, numbers, offsets, listed, scores },
      { start, count, places, first_row: firstRow, first_vector: firstVector },
      everyPlace,
      count * places * width * 8,
    );
    const losing = this.#loss === "pairs"
      ? this.#recordPairs(batch, places)
      : this.#recordOrder(batch, places);
    // One place a row is enough: a sum holds tens of thousands of rows' losses.
    const together = Math.min(losing, 64 * turnsPerInvocation);
    recordLossSums(gpu, losses, batch.losses, { count: losing, batch: together, firstBatch: start });
    gpu.dispatch(
      gpu.kernel({ name: "loss/short_list_row_gradient", code: rowGradientCode, parts: [part], header }),
      { table, numbers, offsets, listed, coefficients, gradient },
      { start, count, first_row: firstRow, first_vector: firstVector },
      spread(Math.ceil(count * width / 64)),
      count * places * width * 12,
    );
    const inverse_coefficients = this.#inverseCoefficients;
    gpu.clear(this.#present);
    gpu.dispatch(
      gpu.kernel({ name: "loss/short_list_turn", code: turnCode, parts: [part] }),
      {
        numbers,
        offsets,
        inverse_places: this.#inversePlaces,
        coefficients,
        inverse_coefficients,
        present: this.#present,
      },
      { start, count, places },
      everyPlace,
      count * places * 4,
    );
    const PARTS = Math.min(width, longestPart);
    for (const [first, last] of ranges(this.#longestInverse, turnsPerInvocation)) {
      gpu.dispatch(
        gpu.kernel({
          name: "loss/short_list_vector_gradient",
          code: vectorGradientCode,
          header: { ...header, PARTS },
        }),
        {
          table,
          inverse_offsets: this.#inverseOffsets,
          inverse_rows: this.#inverseRows,
          inverse_coefficients,
          present: this.#present,
          gradient,
        },
        { vectors, first_row: firstRow, first_vector: firstVector, first, last },
        spread(Math.ceil(vectors * Math.ceil(width / PARTS) / vectorsPerGroup)),
        count * places * width * 8,
      );
    }
  }

  /** How many losses are to be summed. */
  #recordPairs({ numbers, start, count, weight }: ShortListBatch, places: number): number {
    const gpu = this.#gpu;
    const { offsets } = this.#lists;
    const { scores, other: positions, coefficients, losses } = this.#work;
    const header = { PLACES: placesPerInvocation };
    const blocks = spread(Math.ceil(count * Math.ceil(places / placesPerInvocation) / 64));
    gpu.dispatch(
      gpu.kernel({ name: "loss/short_list_positions", code: positionsCode, parts: [part], header }),
      { numbers, offsets, scores, positions },
      { start, count, places },
      blocks,
      count * places * places * 4,
    );
    gpu.dispatch(
      gpu.kernel({
        name: "loss/short_list_pairs",
        code: pairsCode,
        parts: [part, logOnePlusCode, logSigmoidCode],
        header,
      }),
      { numbers, offsets, labels: this.#judgement, scores, positions, coefficients, losses },
      { start, count, places, weight },
      blocks,
      count * places * places * 40,
    );
    return count * places;
  }

  #recordOrder({ numbers, start, count, weight }: ShortListBatch, places: number): number {
    const { scores, other: odds, coefficients, losses } = this.#work;
    this.#gpu.dispatch(
      this.#gpu.kernel({
        name: "loss/short_list_order",
        code: orderCode,
        parts: [expSumPart, logOnePlusCode, listwisePart, prefixPart, part],
        header: { BOUND: 0, AHEAD: 1 },
      }),
      {
        numbers,
        offsets: this.#lists.offsets,
        heads: this.#judgement,
        scores,
        odds,
        coefficients,
        losses,
      },
      { start, count, weight },
      spread(Math.ceil(count / 64)),
      count * places * 100,
    );
    return count;
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    this.#lists.dispose();
    for (
      const array of [
        this.#judgement,
        this.#inverseOffsets,
        this.#inversePlaces,
        this.#inverseRows,
        this.#inverseCoefficients,
        this.#present,
      ]
    ) array.dispose();
    for (const array of Object.values(this.#work)) array.dispose();
  }
}
