/**
 * The vector of a user whom the model has never seen, from a history of items. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** How a history becomes a user vector. */
export interface FoldInOptions {
  /** How much more an item of the history weighs than any other item, from 0 up (10 by default). */
  alpha?: number;
  /** Ridge penalty relative to the mean diagonal of the item vectors' Gram matrix, from 1e-12 up (0.1 by default). */
  ridge?: number;
}

/** What every fold-in of one model shares. */
export interface ItemStatistics {
  /** [dim] the mean item vector. */
  mean: Float64Array<ArrayBuffer>;
  /** [dim x dim] the Gram matrix of the centred item vectors: the sum over items of (q - mean) (q - mean)^T. */
  gram: Float64Array<ArrayBuffer>;
}

/**
 * Mean and Gram matrix of the item vectors in float64: O(items dim^2), once per model.
 *
 * @param itemFactors [items x dim] item vectors.
 * @param dim Length of a vector.
 */
export function itemStatistics(itemFactors: Float32Array, dim: number): ItemStatistics {
  const mean = new Float64Array(dim);
  const items = itemFactors.length / dim;
  for (let n = 0; n < itemFactors.length; n++) mean[n % dim]! += itemFactors[n]! / items;
  const gram = new Float64Array(dim * dim);
  const centred = new Float64Array(dim);
  for (let start = 0; start < itemFactors.length; start += dim) {
    for (let d = 0; d < dim; d++) centred[d] = itemFactors[start + d]! - mean[d]!;
    for (let row = 0; row < dim; row++) {
      for (let column = 0; column < dim; column++) {
        gram[row * dim + column]! += centred[row]! * centred[column]!;
      }
    }
  }
  return { mean, gram };
}

/**
 * Solves the implicit-feedback least squares of Hu, Koren and Volinsky (ICDM 2008) for one user, item vectors fixed:
 * with H the history, t_i = 1 for an item of H and 0 for any other, c_i = 1 + alpha for an item of H and 1 for any other,
 * and q_i the item vectors with their mean taken off,
 *
 *     x = argmin sum over all items of c_i (t_i - q_i . x)^2 + lambda |x|^2
 *       = (G + alpha sum over H of q q^T + lambda I)^-1 (1 + alpha) sum over H of q,
 *
 * where G is the Gram matrix of all q_i and lambda = ridge trace(G) / dim, so that scaling the item vectors does not
 * change the ranking. Taking the mean off shifts all scores of a user alike, which no ranking and no softmax loss sees,
 * but squares would: listwise training leaves that shift arbitrary. Solved by a Cholesky factorisation in float64; the
 * same input gives the same bits. If all item vectors are equal the solution is 0.
 *
 * @param itemFactors [items x dim] item vectors.
 * @param dim Length of a vector.
 * @param statistics Their {@linkcode itemStatistics}.
 * @param history Distinct item numbers; their order does not matter beyond rounding.
 * @param options The weight of the history and the penalty.
 * @returns The user's vector, [dim].
 * @throws {ArgumentError} if an option is out of range.
 */
export function foldIn(
  itemFactors: Float32Array,
  dim: number,
  { mean, gram }: ItemStatistics,
  history: readonly number[],
  { alpha = 10, ridge = 0.1 }: FoldInOptions = {},
): Float64Array<ArrayBuffer> {
  if (!(alpha >= 0 && alpha < Infinity)) {
    throw new ArgumentError("alpha", `it is ${alpha}`, "a finite number from 0 up");
  }
  // Below this the factorisation could fail by rounding where the item vectors do not span the space.
  if (!(ridge >= 1e-12 && ridge < Infinity)) {
    throw new ArgumentError("ridge", `it is ${ridge}`, "a finite number from 1e-12 up");
  }
  const vector = new Float64Array(dim);
  let trace = 0;
  let shift = 0;
  for (let row = 0; row < dim; row++) {
    trace += gram[row * dim + row]!;
    shift += mean[row]! ** 2 * itemFactors.length / dim;
  }
  // What is left of equal vectors once their mean is off is rounding.
  if (trace <= 1e-24 * shift) return vector;
  const matrix = Float64Array.from(gram);
  const centred = new Float64Array(dim);
  for (const item of history) {
    for (let d = 0; d < dim; d++) centred[d] = itemFactors[item * dim + d]! - mean[d]!;
    for (let row = 0; row < dim; row++) {
      vector[row]! += (1 + alpha) * centred[row]!;
      for (let column = 0; column <= row; column++) {
        matrix[row * dim + column]! += alpha * centred[row]! * centred[column]!;
      }
    }
  }
  for (let row = 0; row < dim; row++) matrix[row * dim + row]! += ridge * trace / dim;
  solvePositiveDefinite(matrix, vector, dim);
  return vector;
}

// Cholesky in place on the lower triangle, then two triangular solves; `vector` becomes the solution.
function solvePositiveDefinite(matrix: Float64Array, vector: Float64Array, dim: number): void {
  for (let row = 0; row < dim; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * dim + column]!;
      for (let n = 0; n < column; n++) sum -= matrix[row * dim + n]! * matrix[column * dim + n]!;
      if (column < row) {
        matrix[row * dim + column] = sum / matrix[column * dim + column]!;
      } else {
        matrix[row * dim + row] = Math.sqrt(sum);
      }
    }
  }
  for (let row = 0; row < dim; row++) {
    for (let n = 0; n < row; n++) vector[row]! -= matrix[row * dim + n]! * vector[n]!;
    vector[row]! /= matrix[row * dim + row]!;
  }
  for (let row = dim - 1; row >= 0; row--) {
    for (let n = row + 1; n < dim; n++) vector[row]! -= matrix[n * dim + row]! * vector[n]!;
    vector[row]! /= matrix[row * dim + row]!;
  }
}
