/** Per row: the logarithm of the sum of exp(row . vector) over the vectors not excluded, -Infinity if there is none. */
export function logSums(rows: number[][], vectors: number[][], excluded: number[][]): number[] {
  return rows.map((row, r) => {
    const scores = kept(vectors.length, excluded[r]!).map((i) => dot(row, vectors[i]!));
    const top = scores.reduce((high, score) => Math.max(high, score), -Infinity);
    return scores.length === 0
      ? -Infinity
      : top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
  });
}

/** Gradients of the sum of {@linkcode logSums} over the rows. */
export function logSumGradients(
  rows: number[][],
  vectors: number[][],
  excluded: number[][],
): { rows: number[][]; vectors: number[][] } {
  const sums = logSums(rows, vectors, excluded);
  const gradRows = rows.map((row) => row.map(() => 0));
  const gradVectors = vectors.map((vector) => vector.map(() => 0));
  rows.forEach((row, r) => {
    for (const i of kept(vectors.length, excluded[r]!)) {
      const share = Math.exp(dot(row, vectors[i]!) - sums[r]!);
      row.forEach((value, d) => {
        gradRows[r]![d]! += share * vectors[i]![d]!;
        gradVectors[i]![d]! += share * value;
      });
    }
  });
  return { rows: gradRows, vectors: gradVectors };
}

function kept(count: number, excluded: number[]): number[] {
  const gone = new Set(excluded);
  return Array.from({ length: count }, (_, i) => i).filter((i) => !gone.has(i));
}

function dot(left: number[], right: number[]): number {
  return left.reduce((sum, value, d) => sum + value * right[d]!, 0);
}
