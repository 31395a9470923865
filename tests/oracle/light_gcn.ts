import { type Ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { pairwise } from "./pairwise.ts";

/** The graph's operator as a dense matrix: 1 / sqrt(d_u d_i) for each pair, in both directions. */
export function normalizedAdjacency(interactions: Ragged, items: number): Float64Array[] {
  const users = rowCount(interactions);
  const matrix = Array.from({ length: users + items }, () => new Float64Array(users + items));
  for (let user = 0; user < users; user++) {
    for (const item of rowOf(interactions, user)) {
      matrix[user]![users + item] = 1;
      matrix[users + item]![user] = 1;
    }
  }
  const degrees = matrix.map((row) => row.reduce((sum, x) => sum + x, 0));
  return matrix.map((row, r) => row.map((x, c) => x === 0 ? 0 : x / Math.sqrt(degrees[r]! * degrees[c]!)));
}

/** Mean of the layers 0 .. `layers`, each the operator times the one before. */
export function propagated(
  operator: Float64Array[],
  start: ArrayLike<number>,
  dim: number,
  layers: number,
): Float64Array {
  let layer = Float64Array.from(start);
  const mean = layer.map((x) => x / (layers + 1));
  for (let k = 0; k < layers; k++) {
    const next = new Float64Array(layer.length);
    operator.forEach((row, r) =>
      row.forEach((weight, c) => {
        if (weight === 0) return;
        for (let d = 0; d < dim; d++) next[r * dim + d]! += weight * layer[c * dim + d]!;
      })
    );
    layer = next;
    for (let n = 0; n < mean.length; n++) mean[n]! += layer[n]! / (layers + 1);
  }
  return mean;
}

/** One step of training: triples, the table of layer 0, and the settings. */
export interface LightGcnCase {
  operator: Float64Array[];
  triples: ArrayLike<number>;
  table: ArrayLike<number>;
  dim: number;
  layers: number;
  regularization: number;
}

/** Loss of each triple, with its penalty, and the gradient of their mean by the table. */
export function lightGcn(
  { operator, triples, table, dim, layers, regularization }: LightGcnCase,
): { losses: Float64Array; gradient: Float64Array } {
  const count = triples.length / 3;
  const final = propagated(operator, table, dim, layers);
  const judged = pairwise({ triples, table: final, dim, loss: "bpr", margin: 0, scale: 1 / count });
  const gradient = propagated(operator, judged.gradient, dim, layers);
  const losses = judged.losses;
  for (let n = 0; n < 3 * count; n++) {
    for (let d = 0; d < dim; d++) {
      const place = triples[n]! * dim + d;
      losses[Math.floor(n / 3)]! += regularization / 2 * table[place]! ** 2;
      gradient[place]! += regularization / count * table[place]!;
    }
  }
  return { losses, gradient };
}
