/** Loss of every row's list under the softmax over all vectors, and the gradients of their sum. */
export function softmaxOutput(
  rows: number[][],
  vectors: number[][],
  lists: number[][],
): { losses: number[]; rows: number[][]; vectors: number[][] } {
  const byRow = rows.map((row) => row.map(() => 0));
  const byVector = vectors.map((vector) => vector.map(() => 0));
  const losses = rows.map((row, r) => {
    const scores = vectors.map((vector) => vector.reduce((sum, value, d) => sum + value * row[d]!, 0));
    const top = Math.max(...scores);
    const logTotal = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
    const list = new Set(lists[r]!);
    scores.forEach((score, v) => {
      const slope = list.size * Math.exp(score - logTotal) - (list.has(v) ? 1 : 0);
      row.forEach((value, d) => {
        byRow[r]![d]! += slope * vectors[v]![d]!;
        byVector[v]![d]! += slope * value;
      });
    });
    return lists[r]!.reduce((sum, v) => sum + logTotal - scores[v]!, 0);
  });
  return { losses, rows: byRow, vectors: byVector };
}
