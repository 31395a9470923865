/** Rows of users and items of `dim` + 1 numbers. */
export interface ItemRows {
  readonly users: number;
  readonly dim: number;
}

/** Sets the last number of every item's row to minus half the squared length of the others. */
export function itemNorms(rows: Float64Array, { users, dim }: ItemRows): void {
  for (let row = users * (dim + 1); row < rows.length; row += dim + 1) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += rows[row + d]! ** 2;
    rows[row + dim] = -sum / 2;
  }
}

/** The gradient by the rows without the items' last numbers, by the chain rule; these are 0. */
export function itemNormsGradient(rows: Float64Array, gradient: Float64Array, { users, dim }: ItemRows): void {
  for (let row = users * (dim + 1); row < rows.length; row += dim + 1) {
    for (let d = 0; d < dim; d++) gradient[row + d]! -= gradient[row + dim]! * rows[row + d]!;
    gradient[row + dim] = 0;
  }
}
