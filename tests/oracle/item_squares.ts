/** Sets the second half of every item's row of 2 `dim` numbers to minus half the squares of the first. */
export function itemSquares(rows: Float64Array, users: number, dim: number): void {
  for (let row = 2 * users * dim; row < rows.length; row += 2 * dim) {
    for (let d = row; d < row + dim; d++) rows[d + dim] = -(rows[d]! ** 2) / 2;
  }
}

/** The gradient by the rows without the items' second halves, by the chain rule; those are 0. */
export function itemSquaresGradient(
  rows: Float64Array,
  gradient: Float64Array,
  users: number,
  dim: number,
): void {
  for (let row = 2 * users * dim; row < rows.length; row += 2 * dim) {
    for (let d = row; d < row + dim; d++) {
      gradient[d]! -= gradient[d + dim]! * rows[d]!;
      gradient[d + dim] = 0;
    }
  }
}
