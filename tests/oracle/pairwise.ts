import type { PairwiseLoss } from "../../src/kernels/pairwise.ts";

/** A batch of triples and the table that their rows are in. */
export interface PairwiseCase {
  triples: ArrayLike<number>;
  table: ArrayLike<number>;
  dim: number;
  loss: PairwiseLoss;
  margin: number;
  scale: number;
}

/** Score difference, loss and coefficient of each triple, and the gradient of scale * sum of the losses by the table. */
export function pairwise(
  { triples, table, dim, loss, margin, scale }: PairwiseCase,
): { differences: Float64Array; losses: Float64Array; coefficients: Float64Array; gradient: Float64Array } {
  const count = triples.length / 3;
  const differences = new Float64Array(count);
  const losses = new Float64Array(count);
  const coefficients = new Float64Array(count);
  const gradient = new Float64Array(table.length);
  for (let n = 0; n < count; n++) {
    const [u, i, j] = [triples[3 * n]! * dim, triples[3 * n + 1]! * dim, triples[3 * n + 2]! * dim];
    let x = 0;
    for (let d = 0; d < dim; d++) {
      const [p, qi, qj] = [table[u + d]!, table[i + d]!, table[j + d]!];
      x += loss === "bpr" ? p * (qi - qj) : (p - qi) ** 2 - (p - qj) ** 2;
    }
    differences[n] = x;
    losses[n] = loss === "bpr"
      ? Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
      : Math.max(0, margin + x);
    const slope = loss === "bpr" ? -1 / (1 + Math.exp(x)) : margin + x > 0 ? 1 : 0;
    const c = coefficients[n] = i === j ? 0 : scale * slope;
    for (let d = 0; d < dim; d++) {
      const [p, qi, qj] = [table[u + d]!, table[i + d]!, table[j + d]!];
      gradient[u + d]! += loss === "bpr" ? c * (qi - qj) : 2 * c * (qj - qi);
      gradient[i + d]! += loss === "bpr" ? c * p : 2 * c * (qi - p);
      gradient[j + d]! += loss === "bpr" ? -c * p : 2 * c * (p - qj);
    }
  }
  return { differences, losses, coefficients, gradient };
}
