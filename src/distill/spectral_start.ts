/**
 * Where a student may start instead of at random: the leading singular vectors of what it is to learn. This module is
 * browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { normal, stream } from "../random.ts";
import { type Ragged, rowCount } from "../ragged.ts";

/** A sparse matrix by rows. */
interface SparseRows {
  readonly offsets: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** Weight of an observed item; the best of the others has 1. */
const observedWeight = 3;
/** Places of a list over which the weight of its items falls to 1/e. */
const weightScale = 30;
/** Vectors beyond those wanted, which make the iteration converge sooner. */
const oversampling = 6;
const iterations = 30;
/** Rounds of plane rotations; they converge quadratically, a handful is enough. */
const sweeps = 30;

/** Observed items and tops of every user, with weights; divided by the roots of the sums of row and column. */
function targetMatrix(observed: Ragged, tops: Ragged, items: number): SparseRows {
  const users = rowCount(observed);
  const length = observed.items.length + tops.items.length;
  const offsets = new Uint32Array(users + 1);
  const columns = new Uint32Array(length);
  const values = new Float64Array(length);
  const ofRows = new Float64Array(users);
  const ofColumns = new Float64Array(items);
  let end = 0;
  const add = (user: number, item: number, weight: number) => {
    columns[end] = item;
    values[end++] = weight;
    ofRows[user]! += weight;
    ofColumns[item]! += weight;
  };
  for (let user = 0; user < users; user++) {
    for (let n = observed.offsets[user]!; n < observed.offsets[user + 1]!; n++) {
      add(user, observed.items[n]!, observedWeight);
    }
    const start = tops.offsets[user]!;
    for (let n = start; n < tops.offsets[user + 1]!; n++) {
      add(user, tops.items[n]!, Math.exp((start - n) / weightScale));
    }
    offsets[user + 1] = end;
  }
  for (let user = 0; user < users; user++) {
    for (let n = offsets[user]!; n < offsets[user + 1]!; n++) {
      values[n]! /= Math.sqrt(ofRows[user]! * ofColumns[columns[n]!]!);
    }
  }
  return { offsets, columns, values };
}

/** Makes the columns orthonormal, each to those before it (Gram and Schmidt); columns of nothing stay zero. */
function orthonormalize(matrix: Float64Array, width: number): void {
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let row = 0; row < matrix.length; row += width) sum += matrix[row + a]! * matrix[row + b]!;
    return sum;
  };
  for (let a = 0; a < width; a++) {
    const before = Math.sqrt(dot(a, a));
    // Twice is enough to lose what rounding leaves.
    for (let again = 0; again < 2; again++) {
      for (let b = 0; b < a; b++) {
        const share = dot(a, b);
        for (let row = 0; row < matrix.length; row += width) matrix[row + a]! -= share * matrix[row + b]!;
      }
    }
    const length = Math.sqrt(dot(a, a));
    const factor = length > 1e-12 * before ? 1 / length : 0;
    for (let row = 0; row < matrix.length; row += width) matrix[row + a]! *= factor;
  }
}

/**
 * Rotates the columns of both until those of `right` are orthogonal (the one-sided method of Hestenes and Jacobi).
 *
 * @returns The columns in descending order of their length in `right`, with that length.
 */
function rotate(
  right: Float64Array,
  left: Float64Array,
  width: number,
): { column: number; length: number }[] {
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let row = 0; row < right.length; row += width) sum += right[row + a]! * right[row + b]!;
    return sum;
  };
  const turn = (matrix: Float64Array, a: number, b: number, cosine: number, sine: number) => {
    for (let row = 0; row < matrix.length; row += width) {
      const [one, two] = [matrix[row + a]!, matrix[row + b]!];
      matrix[row + a] = cosine * one - sine * two;
      matrix[row + b] = sine * one + cosine * two;
    }
  };
  let turned = true;
  for (let sweep = 0; turned && sweep < sweeps; sweep++) {
    turned = false;
    for (let a = 0; a < width; a++) {
      for (let b = a + 1; b < width; b++) {
        const [ofA, ofB, both] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(both) <= 1e-12 * Math.sqrt(ofA * ofB)) continue;
        turned = true;
        const half = (ofB - ofA) / (2 * both);
        const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(1, half));
        const cosine = 1 / Math.hypot(1, tangent);
        for (const matrix of [right, left]) turn(matrix, a, b, cosine, tangent * cosine);
      }
    }
  }
  return Array.from({ length: width }, (_, column) => ({ column, length: Math.sqrt(dot(column, column)) }))
    .sort((one, two) => two.length - one.length);
}

/** `target` = matrix x `source`, or its transpose x `source`. */
function multiply(
  { offsets, columns, values }: SparseRows,
  source: Float64Array,
  target: Float64Array,
  width: number,
  transposed: boolean,
): void {
  target.fill(0);
  for (let row = 0; row < offsets.length - 1; row++) {
    for (let n = offsets[row]!; n < offsets[row + 1]!; n++) {
      const value = values[n]!;
      const [from, to] = transposed ? [row * width, columns[n]! * width] : [columns[n]! * width, row * width];
      for (let a = 0; a < width; a++) target[to + a]! += value * source[from + a]!;
    }
  }
}

/**
 * Rows of a student whose scores are the best approximation, by as many dimensions, of a matrix that holds each user's
 * observed items (3) and tops (the n-th: exp(-n / 30)), every entry divided by the roots of the sums of its row and
 * column: U sqrt(S) sqrt(users) and V sqrt(S) sqrt(items) of its singular value decomposition, by subspace iteration in
 * float64. Columns that the matrix has no rank for are zero.
 *
 * @example A world of two separate halves needs two dimensions
 * ```ts
 * import { ragged, spectralRows } from "@hetcomp/hetcomp";
 * const rows = spectralRows(ragged([[0], [0], [1], [1]]), ragged([[], [], [], []]), { items: 2, dim: 2, seed: 1 });
 * const score = (user: number, item: number) =>
 *   rows[2 * user]! * rows[8 + 2 * item]! + rows[2 * user + 1]! * rows[9 + 2 * item]!;
 * console.assert(score(0, 0) > 1 && Math.abs(score(0, 1)) < 1e-6);
 * ```
 *
 * @param observed Each user's training items.
 * @param tops Each user's other items to be recommended, the best first.
 * @param options Number of items, numbers a row, random seed.
 * @returns The users' rows, then the items', `dim` numbers each.
 * @throws {ArgumentError} if the lists are of different users, an item does not exist, or `dim` is no positive integer.
 */
export function spectralRows(
  observed: Ragged,
  tops: Ragged,
  { items, dim, seed }: { items: number; dim: number; seed: number },
): Float32Array<ArrayBuffer> {
  const users = rowCount(observed);
  if (rowCount(tops) !== users) throw new ArgumentError("tops", `it has ${rowCount(tops)} rows`, `${users}`);
  if (!(Number.isInteger(dim) && dim > 0)) {
    throw new ArgumentError("dim", `it is ${dim}`, "a positive integer");
  }
  for (const [name, lists] of Object.entries({ observed, tops })) {
    const wrong = lists.items.find((item) => item >= items);
    if (wrong !== undefined) throw new ArgumentError(name, `it holds item ${wrong}`, `items below ${items}`);
  }
  const matrix = targetMatrix(observed, tops, items);
  const width = dim + oversampling;
  const right = Float64Array.from({ length: items * width }, (_, n) => normal(seed, stream.spectral, n, 0));
  const left = new Float64Array(users * width);
  for (let n = 0; n < iterations; n++) {
    orthonormalize(right, width);
    multiply(matrix, right, left, width, false);
    orthonormalize(left, width);
    multiply(matrix, left, right, width, true);
  }
  const rows = new Float32Array((users + items) * dim);
  // The columns of `right` are then V S.
  rotate(right, left, width).slice(0, dim).forEach(({ column, length }, a) => {
    if (length === 0) return;
    const ofUsers = Math.sqrt(length * users);
    const ofItems = Math.sqrt(items / length);
    for (let user = 0; user < users; user++) rows[user * dim + a] = left[user * width + column]! * ofUsers;
    for (let item = 0; item < items; item++) {
      rows[(users + item) * dim + a] = right[item * width + column]! * ofItems;
    }
  });
  return rows;
}
