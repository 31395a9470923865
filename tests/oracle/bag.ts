import { type Ragged, rowOf } from "../../src/ragged.ts";

/** tanh(bias + weighted sum of the table's rows) of some lists; the bias is the table's last row. */
export function bag(
  lists: Ragged,
  rows: number[],
  weights: number[][],
  table: ArrayLike<number>,
  dim: number,
): Float64Array {
  const result = new Float64Array(rows.length * dim);
  rows.forEach((row, n) => {
    for (let d = 0; d < dim; d++) {
      let sum = table[table.length - dim + d]!;
      rowOf(lists, row).forEach((item, e) => sum += weights[row]![e]! * table[item * dim + d]!);
      result[n * dim + d] = Math.tanh(sum);
    }
  });
  return result;
}

/** Gradient by the table from the one by the sums before the tanh, added to `before`. */
export function bagGradient(
  lists: Ragged,
  rows: number[],
  weights: number[][],
  slope: ArrayLike<number>,
  dim: number,
  before: ArrayLike<number>,
): Float64Array {
  const result = Float64Array.from(before);
  const bias = before.length - dim;
  rows.forEach((row, n) => {
    for (let d = 0; d < dim; d++) {
      result[bias + d]! += slope[n * dim + d]!;
      rowOf(lists, row).forEach((item, e) => {
        result[item * dim + d]! += weights[row]![e]! * slope[n * dim + d]!;
      });
    }
  });
  return result;
}
