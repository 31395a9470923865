import combineCode from "../../shaders/graph/combine_slices.wgsl" with { type: "text" };
import rowCode from "../../shaders/graph/layer_row.wgsl" with { type: "text" };
import markCode from "../../shaders/graph/mark_rows.wgsl" with { type: "text" };
import propagateCode from "../../shaders/graph/propagate.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";
import type { InteractionGraph } from "./graph.ts";
import type { PairwiseBatch } from "./pairwise.ts";

/** Which rows matter; by default all do. */
export interface PropagationRows {
  /** Whether the start is zero in all rows but the marked ones. */
  readonly fromMarked?: boolean;
  /** Whether only the marked rows of the result are wanted; the others are then undefined. */
  readonly toMarked?: boolean;
}

/** Shape of a {@linkcode Propagation}. */
export interface PropagationOptions {
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** How many times the embeddings are passed on; 1 or more. */
  readonly layers: number;
  /** Numbers gathered by one dispatch. Default 2^28: well under a second on a software driver. */
  readonly numbersAtOnce?: number;
}

/**
 * Propagation of embeddings over a graph as in LightGCN (He et al., SIGIR 2020): the mean of the layers E_0 .. E_K,
 * where E_{k+1} = D^-1/2 A D^-1/2 E_k, A is the adjacency matrix and D its diagonal of degrees. The operator is
 * symmetric, so that it also takes the gradient by the result back to the gradient by the start.
 *
 * The mean is built from the inside: E_0 + S (E_0 + S (E_0 + ...)) needs no sum of layers beside the layer in work.
 * Every row is summed by one owner in a fixed order: same inputs, same bits. Device memory: twice 4 x rows x
 * {@linkcode strideOf}(dim) bytes, 4 a row, and 4 x strideOf(dim) for each slice of a long row.
 */
export class Propagation implements Disposable {
  /** Numbers a row, without the padding. */
  readonly dim: number;
  /** K: how many times the embeddings are passed on. */
  readonly layers: number;
  readonly #gpu: Gpu;
  readonly #graph: InteractionGraph;
  readonly #pieces: [number, number][];
  readonly #layers: readonly [DeviceArray, DeviceArray];
  readonly #partialSums: DeviceArray;
  readonly #marks: DeviceArray;
  #stamp = 0;

  /** Takes memory; the graph stays its owner's. */
  constructor(
    gpu: Gpu,
    graph: InteractionGraph,
    { dim, layers, numbersAtOnce = 2 ** 28 }: PropagationOptions,
  ) {
    this.dim = dim;
    this.layers = layers;
    this.#gpu = gpu;
    this.#graph = graph;
    const stride = strideOf(dim);
    this.#pieces = graph.pieces(Math.ceil(numbersAtOnce / stride));
    const table = 4 * graph.rows * stride;
    this.#layers = [gpu.array("a layer of the graph", table), gpu.array("a layer of the graph", table)];
    this.#partialSums = gpu.array("sums of the slices of long rows", 4 * graph.partialSlices * stride);
    this.#marks = gpu.zeros("marked rows of the graph", 4 * graph.rows);
  }

  /** Records that the rows of a batch are the marked ones from now on. */
  recordMarks({ sorted, first, count }: PairwiseBatch): void {
    this.#stamp++;
    this.#gpu.dispatch(
      this.#gpu.kernel({ name: "graph/mark_rows", code: markCode }),
      { sorted, marks: this.#marks },
      { first, count, stamp: this.#stamp },
      spread(Math.ceil(3 * count / 64)),
      3 * count,
    );
  }

  /**
   * Records the propagation of a padded table with one row per row of the graph.
   *
   * @returns The mean of the layers, in memory of this object: valid until the next call.
   */
  record(start: DeviceArray, rows: PropagationRows = {}): DeviceArray {
    let source = start;
    for (let layer = 0; layer < this.layers; layer++) {
      const goal = this.#layers[layer % 2]!;
      this.#recordLayer(start, source, goal, {
        FIRST: layer === 0 ? 1 : 0,
        LAST: layer === this.layers - 1 ? 1 : 0,
        SPARSE_SOURCE: layer === 0 && rows.fromMarked ? 1 : 0,
        SPARSE_GOAL: layer === this.layers - 1 && rows.toMarked ? 1 : 0,
      });
      source = goal;
    }
    return source;
  }

  #recordLayer(
    start: DeviceArray,
    source: DeviceArray,
    goal: DeviceArray,
    constants: { FIRST: number; LAST: number; SPARSE_SOURCE: number; SPARSE_GOAL: number },
  ): void {
    const { sliceArray, neighbours, roots, longRows, longRowArray, partialSlices } = this.#graph;
    const stride = strideOf(this.dim);
    const lanes = stride / 4;
    // with four, software drivers take a quarter less time than with one
    const part = lanes % 4 === 0 ? 4 : lanes % 2 === 0 ? 2 : 1;
    const parts = [rowCode];
    const marks = this.#marks;
    const partial_sums = this.#partialSums;
    const shared = { stamp: this.#stamp, share: 1 / (this.layers + 1) };
    const propagate = this.#gpu.kernel({
      name: "graph/propagate",
      code: propagateCode,
      parts,
      constants: { LANES: lanes, PART: part, ...constants },
    });
    for (const [first, end] of this.#pieces) {
      this.#gpu.dispatch(
        propagate,
        { slices: sliceArray, neighbours, roots, marks, start, source, goal, partial_sums },
        { first, count: end - first, ...shared },
        spread(Math.ceil((end - first) * lanes / part / 64)),
        neighbours.byteLength / 4 * stride / this.#pieces.length,
      );
    }
    this.#gpu.dispatch(
      this.#gpu.kernel({
        name: "graph/combine_slices",
        code: combineCode,
        parts,
        constants: { LANES: lanes, LAST: constants.LAST, SPARSE_GOAL: constants.SPARSE_GOAL },
      }),
      { long_rows: longRowArray, roots, marks, start, partial_sums, goal },
      { count: longRows, ...shared },
      spread(Math.ceil(longRows * lanes / 64)),
      partialSlices * stride,
    );
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const array of [...this.#layers, this.#partialSums, this.#marks]) array.dispose();
  }

  /** The same as {@linkcode Propagation.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
