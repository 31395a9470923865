/** Scales every row longer than 1 to length 1, in place. */
export function unitBall(table: Float64Array, dim: number): void {
  for (let start = 0; start < table.length; start += dim) {
    const row = table.subarray(start, start + dim);
    const norm = Math.hypot(...row);
    if (norm > 1) row.forEach((value, d) => row[d] = value / norm);
  }
}
