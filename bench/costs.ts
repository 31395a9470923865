/**
 * Costs by formula; see {@linkcode Cost} for what is counted. In bytes, rows have their padded length.
 *
 * @module
 */
import { strideOf } from "../src/kernels/embedding.ts";
import { bytesOfMarks, planExpSum } from "../src/kernels/exp_sum_plan.ts";
import { planTopK } from "../src/kernels/top_k_plan.ts";
import { planTopKTiles, type TopKTuning } from "../src/kernels/top_k_tile_plan.ts";
import type { Cost } from "./case.ts";

/** A cost; what is not given is 0. */
export function cost(given: Partial<Cost>): Cost {
  return { bytes: 0, operations: 0, exponentials: 0, ...given };
}

/** The sum of costs. */
export function sumOfCosts(...costs: readonly Cost[]): Cost {
  return {
    bytes: costs.reduce((sum, each) => sum + each.bytes, 0),
    operations: costs.reduce((sum, each) => sum + each.operations, 0),
    exponentials: costs.reduce((sum, each) => sum + each.exponentials, 0),
  };
}

/** Bytes of `rows` padded rows. */
export function rowBytes(rows: number, dim: number): number {
  return 4 * rows * strideOf(dim);
}

/** Users and items that are set against each other. */
export interface PairShape {
  /** Number of users, or rows. */
  readonly users: number;
  /** Number of items, or vectors. */
  readonly items: number;
  /** Length of a row. */
  readonly dim: number;
}

/** Every score and one comparison with it; both tables, the exclusions, and the result of 8 k bytes a user. */
export function topKCost({ users, items, dim }: PairShape, k: number, excluded: number): Cost {
  return cost({
    bytes: rowBytes(users + items, dim) + users * (8 * k + 4 * excluded),
    operations: users * items * (2 * dim + 1),
  });
}

/** The pass over all items of the top-K search: every score, compared with a threshold. */
export function filterCost({ users, items, dim }: PairShape): Cost {
  return cost({ bytes: rowBytes(users + items, dim), operations: users * items * (2 * dim + 1) });
}

/**
 * The rest of it: a sample's scores and maxima, the candidates read once, the result written. Graphics processors plan
 * the sample in another way.
 */
export function selectionCost(
  { users, items, dim }: PairShape,
  k: number,
  excluded: number,
  kind: TopKTuning = "software",
): Cost {
  const tiled = kind === "hardware" ? planTopKTiles({ users, items, dim, k, excluded }) : null;
  const { groups, samples } = tiled ?? planTopK(users, items, k);
  return cost({
    bytes: users * (8 * groups + 24 * k + 4 * excluded),
    operations: users * (samples * (2 * dim + 1) + groups + k),
  });
}

/** Every score with one comparison, by which most items come behind all targets; and the targets' own scores, in order. */
export function rankCountsCost({ users, items, dim }: PairShape, targets: number): Cost {
  return cost({
    bytes: rowBytes(users + items, dim) + 8 * users * targets,
    operations: users * items * (2 * dim + 1) + users * targets * (2 * dim + Math.log2(targets)),
  });
}

/** The same from stored scores: each read and compared once, and the targets' own, in order. */
export function storedRankCountsCost(
  { users, items }: Pick<PairShape, "users" | "items">,
  targets: number,
): Cost {
  return cost({
    bytes: 4 * users * items + 8 * users * targets,
    operations: users * items + users * targets * Math.log2(targets),
  });
}

/** Lists of the streaming exp-sum, per row. */
export interface ListShape {
  /** Listed vectors. */
  readonly listed: number;
  /** Vectors outside the sum, listed or not. */
  readonly entries: number;
  /** Exponentials and logarithms per listed vector in the loss itself. */
  readonly exponentials: number;
}

/**
 * The forward half of the streaming exp-sum: score, exponential, and the weighted mean of the vectors, which is the
 * gradient by the rows but for a factor.
 */
export function expSumForwardCost({ users, items, dim }: PairShape, lists: ListShape): Cost {
  return cost({
    bytes: rowBytes(2 * users + items, dim) + users * (8 * lists.entries + 8 * lists.listed),
    operations: users * (items * (4 * dim + 1) + lists.listed * 2 * dim),
    exponentials: users * (items + lists.listed * lists.exponentials),
  });
}

/** The backward half: score and exponential again (nothing was stored), and the gradient by the vectors. */
export function expSumBackwardCost({ users, items, dim }: PairShape, lists: ListShape): Cost {
  return cost({
    bytes: rowBytes(2 * users + 2 * items, dim) + users * (8 * lists.entries + 4 * lists.listed),
    operations: users * (items * 4 * dim + lists.listed * 2 * dim),
    exponentials: users * items,
  });
}

/** Loss and coefficient of triples: three rows each. */
export function pairwiseLossCost(triples: number, dim: number, loss: "bpr" | "hinge"): Cost {
  return cost({
    bytes: 3 * rowBytes(triples, dim) + 20 * triples,
    operations: triples * (loss === "bpr" ? 4 : 6) * dim,
    exponentials: loss === "bpr" ? 3 * triples : 0,
  });
}

/** Gradient of the triples' rows: three rows read, three rows of the gradient read and written. */
export function pairwiseGradientCost(triples: number, dim: number, loss: "bpr" | "hinge"): Cost {
  return cost({
    bytes: 9 * rowBytes(triples, dim) + 40 * triples,
    operations: triples * (loss === "bpr" ? 7 : 10) * dim,
  });
}

/** A step of Adam: four arrays read and written (the gradient becomes zero), about 14 operations a number. */
export function adamCost(numbers: number): Cost {
  return cost({ bytes: 32 * numbers, operations: 14 * numbers });
}

/** Projection of rows onto the unit ball, if all are read and written. */
export function unitBallCost(rows: number, dim: number): Cost {
  return cost({ bytes: 2 * rowBytes(rows, dim), operations: 3 * rows * dim });
}

/** Halves of rows that follow from the other, and their gradient taken back: seven numbers pass for each of the former. */
export function itemSquaresCost(items: number, dim: number): Cost {
  return cost({ bytes: 28 * items * dim, operations: 4 * items * dim });
}

/** One layer of propagation: for each directed edge a number and a row, for each row its start and its result. */
export function propagationCost(edges: number, rows: number, dim: number): Cost {
  return cost({
    bytes: edges * (8 + 4 * strideOf(dim)) + 2 * rowBytes(rows, dim),
    operations: (2 * edges + 3 * rows) * dim,
  });
}

/** A dense layer forward. */
export function denseCost(rows: number, inputs: number, outputs: number): Cost {
  return cost({
    bytes: rowBytes(rows, inputs) + rowBytes(inputs + 1, outputs) + rowBytes(rows, outputs),
    operations: rows * outputs * (2 * inputs + 1),
  });
}

/** A dense layer backward: gradients by input, weights and bias, and the activation's derivative in place. */
export function denseGradientCost(rows: number, inputs: number, outputs: number): Cost {
  return cost({
    bytes: 2 * rowBytes(rows, inputs) + 3 * rowBytes(inputs + 1, outputs) + 3 * rowBytes(rows, outputs),
    operations: rows * outputs * (4 * inputs + 4),
  });
}

/** Device memory of one distillation step by formula, in bytes. */
export function distillationBytes(
  shape: {
    readonly users: number;
    readonly items: number;
    readonly dim: number;
    readonly capacity: number;
    readonly listed: number;
    readonly entries: number;
    readonly kind: "hardware" | "software";
  },
): { total: number; parts: Record<string, number> } {
  const { users, items, dim, capacity, listed, entries, kind } = shape;
  const plan = planExpSum(kind, dim, capacity, items);
  const stride = strideOf(dim);
  const parts = {
    "table and gradient": 2 * rowBytes(users + items, dim),
    "lists of all users": users * (16 + 8 * entries + 4 * listed),
    "partial sums": 4 * (stride + 2) * capacity * plan.slices,
    "rows of the batch": 4 * (stride + plan.weightedStride + 2) * capacity,
    "scores and denominators": 8 * capacity * listed,
    "marks and coefficients of entries": bytesOfMarks(capacity, plan.blocks) + 4 * users * entries,
    "partial gradients": plan.rowSlices > 1 ? rowBytes(items * plan.rowSlices, dim) : 0,
  };
  const total = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
  return { total, parts };
}

/** Device memory of a top-K search by formula, in bytes, while `block` users are served at a time. */
export function topKBytes(
  block: number,
  items: number,
  dim: number,
  k: number,
  kind: TopKTuning = "software",
): number {
  const tiled = kind === "hardware" ? planTopKTiles({ users: block, items, dim, k }) : null;
  const { chunk, groups, capacity } = tiled ?? planTopK(block, items, k);
  return rowBytes(block + items, dim) + 8 * k * block + chunk * (4 * groups + 8 * capacity + 16);
}
