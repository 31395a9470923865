/**
 * The inverse of a symmetric positive definite matrix on the CPU. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** Rows of products that are held in local variables at once. */
const tile = 4;
/** Rows and columns of a block: what is left to plain loops is in proportion to it. */
const block = 32;
/** Terms of a sum that are added in one go, so that the rows of a block stay in the cache. */
const chunk = 256;

/**
 * Inverts a symmetric positive definite matrix in place, in float64: A = L L^T by a blocked Cholesky factorisation,
 * then L^-T, then A^-1 = L^-T L^-1; size^3 / 2 multiply-adds in all. Every sum has a fixed order: the same input gives
 * the same bits. Beside the matrix it takes memory for one row.
 *
 * @param matrix [size x size] the lower triangle is read, and the whole inverse is written.
 * @param size A multiple of 4: pad with ones on the diagonal, which the inverse has there too.
 * @returns Whether the matrix is positive definite beyond rounding; if not, it now holds nothing of use.
 * @throws {ArgumentError} if the size is unusable.
 */
export function invertPositiveDefinite(matrix: Float64Array, size: number): boolean {
  if (!(Number.isInteger(size) && size % tile === 0 && matrix.length === size * size)) {
    throw new ArgumentError(
      "matrix",
      `it holds ${matrix.length} numbers for the size ${size}`,
      "size x size numbers for a multiple of 4",
    );
  }
  if (!factorize(matrix, size)) return false;
  invertFactor(matrix, size);
  const diagonal = multiplyFactors(matrix, size);
  for (let row = 0; row < size; row++) {
    matrix[row * size + row] = diagonal[row]!;
    for (let column = row + 1; column < size; column++) {
      matrix[row * size + column] = matrix[column * size + row]!;
    }
  }
  return true;
}

/** L in the lower triangle, with 1 / L_jj on the diagonal; false if a pivot is not above 0. */
function factorize(matrix: Float64Array, size: number): boolean {
  for (let start = 0; start < size; start += block) {
    const end = Math.min(size, start + block);
    const columns = { from: start, to: end };
    for (let from = start; from < size; from += block) {
      const rows = { from, to: Math.min(size, from + block) };
      addProducts(matrix, size, rows, columns, { from: 0, to: start }, -1, size, 1);
    }
    for (let row = start; row < size; row++) {
      for (let column = start; column < Math.min(row + 1, end); column++) {
        const rest = matrix[row * size + column]! - rowProduct(matrix, size, row, column, start, column);
        if (column < row) {
          matrix[row * size + column] = rest * matrix[column * size + column]!;
        } else {
          if (!(rest > 0 && rest < Infinity)) return false;
          matrix[row * size + row] = 1 / Math.sqrt(rest);
        }
      }
    }
  }
  return true;
}

/** From L in the lower triangle, N = L^-T in the upper one; they share the diagonal, which holds 1 / L_jj = N_jj. */
function invertFactor(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) matrix.fill(0, row * size + row + 1, (row + 1) * size);
  for (let start = 0; start < size; start += block) {
    const columns = { from: start, to: Math.min(size, start + block) };
    for (let from = 0; from < start; from += block) {
      const rows = { from, to: from + block };
      addProducts(matrix, size, rows, columns, { from: rows.to, to: start }, -1, size, 1);
      for (let row = from; row < rows.to; row++) {
        for (let column = start; column < columns.to; column++) {
          const known = rowProduct(matrix, size, row, column, row, rows.to) +
            rowProduct(matrix, size, row, column, start, column);
          matrix[row * size + column] = (matrix[row * size + column]! - known) *
            matrix[column * size + column]!;
        }
      }
    }
    for (let row = start; row < columns.to; row++) {
      for (let column = row + 1; column < columns.to; column++) {
        const known = rowProduct(matrix, size, row, column, row, column);
        matrix[row * size + column] = -known * matrix[column * size + column]!;
      }
    }
  }
}

/** From N in the upper triangle, N N^T below the diagonal; returns its diagonal. */
function multiplyFactors(matrix: Float64Array, size: number): Float64Array {
  const diagonal = new Float64Array(size);
  for (let start = 0; start < size; start += block) {
    const columns = { from: start, to: Math.min(size, start + block) };
    for (let column = start; column < columns.to; column++) {
      for (let row = 0; row < start; row++) {
        matrix[column * size + row] = rowProduct(matrix, size, row, column, column, columns.to);
      }
      for (let row = start; row < column; row++) {
        matrix[column * size + row] = rowProduct(matrix, size, row, column, column, size);
      }
      diagonal[column] = rowProduct(matrix, size, column, column, column, size);
    }
    for (let from = 0; from < start; from += block) {
      const rows = { from, to: from + block };
      addProducts(matrix, size, rows, columns, { from: columns.to, to: size }, 1, 1, size);
    }
  }
  return diagonal;
}

/** The product of two rows over the columns [from, to). */
function rowProduct(
  matrix: Float64Array,
  size: number,
  left: number,
  right: number,
  from: number,
  to: number,
): number {
  let sum = 0;
  let a = left * size + from;
  let b = right * size + from;
  for (const end = left * size + to; a < end; a++, b++) sum += matrix[a]! * matrix[b]!;
  return sum;
}

/** Consecutive rows or columns. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** Adds sign times the product of rows l and r over the given columns to entry l * leftStep + r * rightStep. */
function addProducts(
  matrix: Float64Array,
  size: number,
  left: Range,
  right: Range,
  over: Range,
  sign: number,
  leftStep: number,
  rightStep: number,
): void {
  const sums = new Float64Array(tile * tile);
  for (let from = over.from; from < over.to; from += chunk) {
    const to = Math.min(over.to, from + chunk);
    for (let l = left.from; l < left.to; l += tile) {
      for (let r = right.from; r < right.to; r += tile) {
        tileProducts(matrix, size, l, r, from, to, sums);
        for (let n = 0; n < tile; n++) {
          const target = (l + n) * leftStep + r * rightStep;
          matrix[target]! += sign * sums[n * tile]!;
          matrix[target + rightStep]! += sign * sums[n * tile + 1]!;
          matrix[target + 2 * rightStep]! += sign * sums[n * tile + 2]!;
          matrix[target + 3 * rightStep]! += sign * sums[n * tile + 3]!;
        }
      }
    }
  }
}

/** The products of four rows with four rows over the columns [from, to): 16 sums in local variables. */
function tileProducts(
  m: Float64Array,
  size: number,
  left: number,
  right: number,
  from: number,
  to: number,
  sums: Float64Array,
): void {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0;
  let s20 = 0, s21 = 0, s22 = 0, s23 = 0, s30 = 0, s31 = 0, s32 = 0, s33 = 0;
  const second = size, third = 2 * size, fourth = 3 * size;
  const end = left * size + to;
  for (let a = left * size + from, b = right * size + from; a < end; a++, b++) {
    const x0 = m[a]!, x1 = m[a + second]!, x2 = m[a + third]!, x3 = m[a + fourth]!;
    const y0 = m[b]!;
    s00 += x0 * y0, s10 += x1 * y0, s20 += x2 * y0, s30 += x3 * y0;
    const y1 = m[b + second]!;
    s01 += x0 * y1, s11 += x1 * y1, s21 += x2 * y1, s31 += x3 * y1;
    const y2 = m[b + third]!;
    s02 += x0 * y2, s12 += x1 * y2, s22 += x2 * y2, s32 += x3 * y2;
    const y3 = m[b + fourth]!;
    s03 += x0 * y3, s13 += x1 * y3, s23 += x2 * y3, s33 += x3 * y3;
  }
  sums[0] = s00, sums[1] = s01, sums[2] = s02, sums[3] = s03;
  sums[4] = s10, sums[5] = s11, sums[6] = s12, sums[7] = s13;
  sums[8] = s20, sums[9] = s21, sums[10] = s22, sums[11] = s23;
  sums[12] = s30, sums[13] = s31, sums[14] = s32, sums[15] = s33;
}
