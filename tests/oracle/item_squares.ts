/** Rows of users and items of `dim` + `parts` numbers. */
export interface ItemRows {
  readonly users: number;
  readonly dim: number;
  readonly parts: number;
}

/** Sets the last numbers of every item's row to minus half the squared length of the equal parts of the others. */
export function itemSquares(rows: Float64Array, { users, dim, parts }: ItemRows): void {
  const width = dim + parts;
  for (let row = users * width; row < rows.length; row += width) {
    rows.fill(0, row + dim, row + width);
    for (let d = 0; d < dim; d++) rows[row + dim + Math.floor(d / (dim / parts))]! -= rows[row + d]! ** 2 / 2;
  }
}

/** The gradient by the rows without the items' last numbers, by the chain rule; these are 0. */
export function itemSquaresGradient(rows: Float64Array, gradient: Float64Array, shape: ItemRows): void {
  const { users, dim, parts } = shape;
  const width = dim + parts;
  for (let row = users * width; row < rows.length; row += width) {
    for (let d = 0; d < dim; d++) {
      gradient[row + d]! -= gradient[row + dim + Math.floor(d / (dim / parts))]! * rows[row + d]!;
    }
    gradient.fill(0, row + dim, row + width);
  }
}
