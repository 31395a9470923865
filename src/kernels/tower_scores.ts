/**
 * Scores of user-item pairs by a product of rows and a tower of dense layers. The tower's first layer splits into a
 * user's and an item's part, so that only its activation and the layers behind it are computed for every pair.
 *
 * @module
 */
import activationCode from "../../shaders/layer/activation.wgsl" with { type: "text" };
import listPairsCode from "../../shaders/score/list_pairs.wgsl" with { type: "text" };
import firstLayerCode from "../../shaders/score/first_layer.wgsl" with { type: "text" };
import pairOfCode from "../../shaders/score/pair_of.wgsl" with { type: "text" };
import pairTileCode from "../../shaders/score/pair_tile.wgsl" with { type: "text" };
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import headCode from "../../shaders/score/tower_head.wgsl" with { type: "text" };
import hiddenCode from "../../shaders/score/tower_hidden.wgsl" with { type: "text" };
import towerOneCode from "../../shaders/score/tower_one.wgsl" with { type: "text" };
import scoresCode from "../../shaders/score/tower_scores.wgsl" with { type: "text" };
import towerTwoCode from "../../shaders/score/tower_two.wgsl" with { type: "text" };
import weightedCode from "../../shaders/score/weighted_rows.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { type Activation, activationNumber, recordDense } from "./dense.ts";
import type { DeviceRagged } from "./device_ragged.ts";
import { operationsPerDispatch, pairsPerDispatch, ranges } from "./dispatch_limits.ts";
import { strideOf } from "./embedding.ts";
import { type FactorRows, vectorsOf } from "./factors.ts";

/** A layer behind the first. */
export interface TowerLayer {
  /** Numbers an input row. */
  readonly inputs: number;
  /** Numbers an output row. */
  readonly outputs: number;
  /** What is applied to the sums. */
  readonly activation: Activation;
  /** [inputs x outputs]. */
  readonly weights: DeviceArray;
  /** [1 x outputs]. */
  readonly bias: DeviceArray;
}

/** What scores are made of. */
export interface TowerParts {
  /** [users x dim] the users' rows times the product's weights. */
  readonly userProducts: DeviceArray;
  /** The items' rows of the product. */
  readonly itemRows: FactorRows;
  /** Numbers a row of the product. */
  readonly dim: number;
  /** [users x width] the users' part of the first layer's sums, with the bias. */
  readonly userSums: DeviceArray;
  /** [items x width] the items' part. */
  readonly itemSums: DeviceArray;
  /** Outputs of the first layer. */
  readonly width: number;
  /** What is applied to its sums. */
  readonly activation: Activation;
  /** The layers behind it. */
  readonly layers: readonly TowerLayer[];
  /** The weights of the last layer's outputs, padded, and a vec4 that starts with the bias. */
  readonly head: DeviceArray;
}

/** Which pairs to score: a block of users with a run of items, item by item, or a run of a list. */
interface PairRun {
  readonly rows: number;
  readonly users: number;
  readonly firstUser: number;
  readonly firstItem: number;
  readonly firstPair: number;
  readonly firstScore: number;
  readonly pairs: DeviceArray | null;
}

/** Memory of the hidden layers of the pairs that are scored at a time: small enough for a processor's cache. */
const hiddenBytes = 8 * 1024 * 1024;

/** Records the packing of an output layer's weights from input `first` on, and its bias, as a head. */
export function recordTowerHead(
  gpu: Gpu,
  weights: DeviceArray,
  bias: DeviceArray,
  head: DeviceArray,
  { first, count }: { first: number; count: number },
): void {
  gpu.dispatch(
    gpu.kernel({ name: "score/tower_head", code: headCode }),
    { weights, bias, head },
    { first, count },
    [Math.ceil((strideOf(count) + 4) / 64)],
  );
}

/** Records `weighted` = rows of `table` times the first weights of an output layer with one output. */
export function recordWeightedRows(
  gpu: Gpu,
  table: DeviceArray,
  weights: DeviceArray,
  weighted: DeviceArray,
  { rows, columns }: { rows: number; columns: number },
): void {
  const count = rows * vectorsOf(columns);
  gpu.dispatch(
    gpu.kernel({ name: "score/weighted_rows", code: weightedCode }),
    { table, weights, weighted },
    { rows, columns },
    spread(Math.ceil(count / 64)),
    count * 8,
  );
}

/**
 * Scores pairs of users and items. A pair has the same bits in a block and in a list. Working memory: 8 MiB at most
 * for the hidden layers, little for a tower with one or two.
 */
export class TowerScores implements Disposable {
  readonly #gpu: Gpu;
  readonly #parts: TowerParts;
  readonly #hidden: DeviceArray[] = [];
  readonly #second: DeviceArray | null = null;
  readonly #rows: number;

  /** Takes memory for hidden layers; the parts stay their owner's. */
  constructor(gpu: Gpu, parts: TowerParts) {
    this.#gpu = gpu;
    this.#parts = parts;
    const widths = [parts.width, ...parts.layers.map((layer) => layer.outputs)];
    const bytesPerRow = widths.reduce((sum, width) => sum + 4 * strideOf(width), 0);
    const { layers, width, head } = parts;
    // With one activation for both layers, two hidden layers are computed in registers.
    const stored = layers.length > 1 || (layers.length === 1 && layers[0]!.activation !== parts.activation);
    const work = widths.reduce((sum, width, n) => sum + width * (widths[n + 1] ?? 1), parts.dim);
    const short = Math.max(256, Math.floor(operationsPerDispatch / work));
    this.#rows = stored
      ? Math.max(256, Math.floor(hiddenBytes / bytesPerRow / 256) * 256)
      : Math.min(pairsPerDispatch / 2, short);
    if (layers.length === 1 && !stored) {
      const { weights, bias, outputs } = layers[0]!;
      const stride = 4 * strideOf(outputs);
      this.#second = gpu.array("second layer and head", (width + 2) * stride + 16);
      gpu.copy(weights, this.#second, width * stride);
      gpu.copy(bias, this.#second, stride, 0, width * stride);
      gpu.copy(head, this.#second, stride + 16, 0, (width + 1) * stride);
    }
    if (!stored) return;
    this.#hidden = widths.map((width) =>
      gpu.array("hidden layer of pairs", 4 * this.#rows * strideOf(width))
    );
  }

  /** Records scores[item * count + n] of all items for the users `first` + n. */
  recordBlock(first: number, count: number, scores: DeviceArray): void {
    const items = this.#parts.itemRows.count;
    for (
      const [firstItem, end] of ranges(
        items,
        Math.min(4 * 65535, Math.max(1, Math.floor(this.#rows / count))),
      )
    ) {
      const rows = (end - firstItem) * count;
      const place = {
        users: count,
        firstUser: first,
        firstItem,
        firstPair: 0,
        firstScore: firstItem * count,
      };
      this.#record({ ...place, rows, pairs: null }, scores);
    }
  }

  /** Records the scores of the listed items of each user, aligned with the lists' items. */
  recordLists(lists: DeviceRagged, scores: DeviceArray): void {
    if (lists.length === 0) return;
    using pairs = this.#gpu.array("listed pairs", 8 * lists.length);
    const workgroups = spread(Math.ceil(lists.length / 64));
    this.#gpu.dispatch(
      this.#gpu.kernel({ name: "score/list_pairs", code: listPairsCode }),
      { offsets: lists.offsets, lists: lists.items, pairs },
      { length: lists.length, rows: lists.rows, width: workgroups[0] },
      workgroups,
    );
    for (const [first, end] of ranges(lists.length, this.#rows)) {
      const place = { users: 1, firstUser: 0, firstItem: 0, firstPair: first, firstScore: first };
      this.#record({ ...place, rows: end - first, pairs }, scores);
    }
  }

  #record(run: PairRun, scores: DeviceArray): void {
    if (this.#hidden.length > 0) this.#recordStored(run, scores);
    else this.#recordFused(run, scores);
  }

  /** What every kernel needs to know about the pairs. */
  #place({ rows, users, firstUser, firstItem, firstPair, firstScore, pairs }: PairRun) {
    const layer = {
      rows,
      users,
      first_user: firstUser,
      first_item: firstItem,
      first_pair: firstPair,
    };
    const { userProducts, userSums, itemSums, itemRows, head } = this.#parts;
    return {
      layer,
      scores: { ...layer, item_row: itemRows.row, first_score: firstScore },
      products: { user_products: userProducts, item_rows: itemRows.array, pairs: pairs ?? head },
      sums: { user_sums: userSums, item_sums: itemSums },
      constants: { LISTED: pairs ? 1 : 0, ACTIVATION: activationNumber(this.#parts.activation) },
    };
  }

  /** One or two hidden layers, in registers. */
  #recordFused(run: PairRun, scores: DeviceArray): void {
    const { width, layers, head, dim } = this.#parts;
    const place = this.#place(run);
    const parts = [activationCode, pairOfCode, scoreStep, pairTileCode, firstLayerCode];
    const header = { PRODUCT_VECTORS: vectorsOf(dim), VECTORS: vectorsOf(width) };
    const { rows, users } = run;
    const workgroups = run.pairs
      ? [Math.ceil(rows / 256)] as const
      : [Math.ceil(users / 64), Math.ceil(rows / users / 4)] as const;
    const shared = { ...place.products, ...place.sums, scores };
    if (this.#second) {
      const outputs = layers[0]!.outputs;
      this.#gpu.dispatch(
        this.#gpu.kernel({
          name: "score/tower_two",
          code: towerTwoCode,
          parts,
          header: { ...header, SECOND_VECTORS: vectorsOf(outputs) },
          constants: place.constants,
        }),
        { ...shared, second: this.#second },
        { ...place.scores, first_width: width },
        workgroups,
        rows * (dim + width * outputs),
      );
    } else {
      this.#gpu.dispatch(
        this.#gpu.kernel({
          name: "score/tower_one",
          code: towerOneCode,
          parts,
          header,
          constants: place.constants,
        }),
        { ...shared, head },
        place.scores,
        workgroups,
        rows * (dim + 3 * width),
      );
    }
  }

  /** Any number of hidden layers, each stored for the pairs at hand. */
  #recordStored(run: PairRun, scores: DeviceArray): void {
    const { width, layers, head, dim } = this.#parts;
    const { rows } = run;
    const place = this.#place(run);
    const { pairs } = place.products;
    const count = rows * vectorsOf(width);
    this.#gpu.dispatch(
      this.#gpu.kernel({
        name: "score/tower_hidden",
        code: hiddenCode,
        parts: [activationCode, pairOfCode],
        header: { VECTORS: vectorsOf(width) },
        constants: place.constants,
      }),
      { ...place.sums, pairs, hidden: this.#hidden[0]! },
      place.layer,
      spread(Math.ceil(count / 64)),
      count * 12,
    );
    layers.forEach((layer, n) => {
      recordDense(this.#gpu, { ...layer, rows, input: this.#hidden[n]!, output: this.#hidden[n + 1]! });
    });
    const last = layers.at(-1)!.outputs;
    this.#gpu.dispatch(
      this.#gpu.kernel({
        name: "score/tower_scores",
        code: scoresCode,
        parts: [pairOfCode, scoreStep],
        header: { PRODUCT_VECTORS: vectorsOf(dim), VECTORS: vectorsOf(last) },
        constants: { LISTED: place.constants.LISTED },
      }),
      { ...place.products, hidden: this.#hidden.at(-1)!, head, scores },
      place.scores,
      spread(Math.ceil(rows / 64)),
      rows * (dim + last),
    );
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const array of this.#hidden) array.dispose();
    this.#second?.dispose();
  }

  /** The same as {@linkcode TowerScores.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
