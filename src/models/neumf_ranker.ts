import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordDense } from "../kernels/dense.ts";
import { strideOf } from "../kernels/embedding.ts";
import { rankCountsOfBlocks, type ScoreBlocks, topKOfBlocks } from "../kernels/score_blocks.ts";
import {
  recordTowerHead,
  recordWeightedRows,
  type TowerLayer,
  type TowerParts,
  TowerScores,
} from "../kernels/tower_scores.ts";
import type { DenseLayer } from "./dense_layer.ts";
import type { EmbeddingTable } from "./embedding_table.ts";
import type { Ranker } from "./model.ts";
import { checkedRanker } from "./ranker.ts";

/** The parameters of a neural matrix factorization. */
export interface NeumfParts {
  /** Number of users: the first rows of both tables. */
  readonly users: number;
  /** Number of items: the rows behind them. */
  readonly items: number;
  /** The table whose rows are multiplied. */
  readonly multiplied: EmbeddingTable;
  /** The table whose rows feed the tower. */
  readonly concatenated: EmbeddingTable;
  /** The tower's hidden layers. */
  readonly hidden: readonly DenseLayer[];
  /** The output layer: inputs are the product, then the tower's last outputs. */
  readonly output: DenseLayer;
}

/**
 * A ranker that scores a block of users at a time. It holds no memory between calls; each call first computes the
 * parts of the tower's first layer: 4 (users + items) x (outputs of that layer + numbers a tower row) bytes.
 */
export function neumfRanker(gpu: Gpu, parts: NeumfParts): Ranker {
  const { users, items } = parts;
  const scored = <T>(use: (scores: TowerScores) => T): T => {
    const prepared = prepare(gpu, parts);
    try {
      using scores = new TowerScores(gpu, prepared.parts);
      return use(scores);
    } finally {
      for (const array of prepared.owned) array.dispose();
    }
  };
  const blocks = (scores: TowerScores): ScoreBlocks => ({
    users,
    items,
    record: (first, count, block) => scores.recordBlock(first, count, block),
  });
  return checkedRanker({
    users,
    items,
    topK: (k, exclude, range) => scored((scores) => topKOfBlocks(gpu, blocks(scores), k, { exclude, range })),
    rankCounts: (targets, length, exclude, range) =>
      scored((scores) => rankCountsOfBlocks(gpu, blocks(scores), targets, length, { exclude, range })),
    listScores: (lists) =>
      scored((scores) => {
        const result = gpu.array("list scores", 4 * lists.length);
        scores.recordLists(lists, result);
        return result;
      }),
  });
}

/** Copies rows of a padded table; the caller disposes the copy. */
function rowsOf(
  gpu: Gpu,
  label: string,
  { table, dim }: EmbeddingTable,
  first: number,
  count: number,
): DeviceArray {
  const bytes = 4 * strideOf(dim);
  const copy = gpu.array(label, count * bytes);
  gpu.copy(table, copy, count * bytes, first * bytes);
  return copy;
}

function prepare(gpu: Gpu, parts: NeumfParts): { parts: TowerParts; owned: DeviceArray[] } {
  const { users, items, multiplied, concatenated, hidden, output } = parts;
  const dim = multiplied.dim;
  const owned: DeviceArray[] = [];
  const own = (array: DeviceArray): DeviceArray => {
    owned.push(array);
    return array;
  };
  // Without hidden layers the tower's part of the output layer stands for the first one, and the head passes it on.
  const first = hidden[0] ?? output;
  const firstRow = hidden.length === 0 ? dim : 0;
  const width = first.outputs;
  const noBias = own(gpu.zeros("no bias", 4 * strideOf(width)));
  const sums = (side: "users" | "items", bias: DeviceArray): DeviceArray => {
    const [row, rows] = side === "users" ? [0, users] : [users, items];
    const weightRow = firstRow + (side === "users" ? 0 : concatenated.dim);
    using weights = rowsOf(
      gpu,
      `first layer's weights of ${side}`,
      first.weights,
      weightRow,
      concatenated.dim,
    );
    using input = rowsOf(gpu, `tower rows of ${side}`, concatenated, row, rows);
    const result = own(gpu.array(`first layer's sums of ${side}`, 4 * rows * strideOf(width)));
    const shape = { rows, inputs: concatenated.dim, outputs: width, activation: "none" } as const;
    recordDense(gpu, { ...shape, input, weights, bias, output: result });
    return result;
  };
  const userSums = sums("users", first.bias.table);
  const itemSums = sums("items", noBias);
  const userProducts = own(gpu.array("weighted users", 4 * users * strideOf(dim)));
  const outputWeights = output.weights.table;
  recordWeightedRows(gpu, multiplied.table, outputWeights, userProducts, { rows: users, columns: dim });
  const last = hidden.at(-1)?.outputs ?? 1;
  const head = own(
    hidden.length === 0
      ? gpu.upload("head", Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0))
      : gpu.array("head", 4 * (strideOf(last) + 4)),
  );
  if (hidden.length > 0) {
    recordTowerHead(gpu, outputWeights, output.bias.table, head, { first: dim, count: last });
  }
  const layers = hidden.slice(1).map(({ inputs, outputs, activation, weights, bias }): TowerLayer => ({
    inputs,
    outputs,
    activation,
    weights: weights.table,
    bias: bias.table,
  }));
  return {
    owned,
    parts: {
      userProducts,
      itemRows: { array: multiplied.table, row: users, count: items },
      dim,
      userSums,
      itemSums,
      width,
      activation: hidden[0]?.activation ?? "none",
      layers,
      head,
    },
  };
}
