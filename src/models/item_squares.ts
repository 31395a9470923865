/**
 * Items as points, users as quadrics among them. With w and t the numbers of a user and q those of an item, the score is
 *
 *     sum over d of w_d q_d - t_d / 2 q_d^2,
 *
 * so that equal scores lie not on a plane, as those of w . q do, but on a quadric: an ellipsoid around w / t where all t
 * are above 0. With the same t in all places it is a sphere. As a dot product it takes more numbers, [w, t] . [q, -q^2 / 2],
 * of which the item's follow from the others and are not stored. This module is browser compatible.
 *
 * @module
 */

/**
 * Puts behind every vector minus half the squared length of each of its equal parts, rounded at every step.
 *
 * @param vectors Vectors of `dim` numbers, one behind the other.
 * @param dim Length of a vector, a multiple of `parts`.
 * @param parts How many parts: 1 gives the squared length of the vector, `dim` the square of every number.
 * @returns Vectors of `dim` + `parts` numbers.
 */
export function withSquares(vectors: Float32Array, dim: number, parts: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(vectors.length / dim * (dim + parts));
  vectors.forEach((value, n) => {
    const row = Math.floor(n / dim) * (dim + parts);
    rows[row + n % dim] = value;
    rows[row + dim + Math.floor(n % dim * parts / dim)]! -= value * value / 2;
  });
  return rows;
}

/** Vectors of `dim` numbers without the last `parts` of each. */
export function withoutSquares(rows: Float32Array, dim: number, parts: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(rows).filter((_, n) => n % dim < dim - parts);
}
