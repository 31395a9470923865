/**
 * Items as points, users as quadrics among them. With w and t the numbers of a user and q those of an item, the score is
 *
 *     sum over d of w_d q_d - t_d / 2 q_d^2,
 *
 * so that equal scores lie not on a plane, as those of w . q do, but on a quadric: an ellipsoid around w / t where all t
 * are above 0. As a dot product it has twice the numbers, [w, t] . [q, -q^2 / 2], of which the second half of an item's
 * follows from the first and is not stored. This module is browser compatible.
 *
 * @module
 */

/** Vectors of `dim` numbers, each followed by minus half its squares: vectors of 2 `dim` numbers. */
export function withSquares(vectors: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(2 * vectors.length);
  vectors.forEach((value, n) => {
    const place = 2 * n - n % dim;
    rows[place] = value;
    rows[place + dim] = -value * value / 2;
  });
  return rows;
}

/** The first half of every vector of `dim` numbers. */
export function withoutSquares(rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  return rows.filter((_, n) => n % dim < dim / 2);
}
