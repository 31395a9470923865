/**
 * Items as points and users as spheres. With w and t the numbers of a user and q those of an item, the score is
 *
 *     w . q - t / 2 |q|^2 = -t / 2 |q - w / t|^2 + what does not depend on the item,
 *
 * so that equal scores lie on a sphere around w / t instead of on a plane: items within it are liked where t is above 0,
 * those outside where it is below. As a dot product it takes one number more, [w, t] . [q, -|q|^2 / 2], of which the
 * item's follows from the others. This module is browser compatible.
 *
 * @module
 */

/**
 * Puts minus half its squared length, summed in float64, behind every vector.
 *
 * @param vectors Vectors of `dim` numbers, one behind the other.
 * @param dim Length of a vector.
 * @returns Vectors of `dim` + 1 numbers.
 */
export function withNorms(vectors: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(vectors.length / dim * (dim + 1));
  for (let from = 0, to = 0; from < vectors.length;) {
    let sum = 0;
    for (const end = from + dim; from < end;) {
      const value = rows[to++] = vectors[from++]!;
      sum += value * value;
    }
    rows[to++] = -sum / 2;
  }
  return rows;
}

/** Vectors of `dim` numbers without the last of each. */
export function withoutNorms(rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const vectors = new Float32Array(rows.length / dim * (dim - 1));
  for (let n = 0; n * dim < rows.length; n++) {
    vectors.set(rows.subarray(n * dim, (n + 1) * dim - 1), n * (dim - 1));
  }
  return vectors;
}
