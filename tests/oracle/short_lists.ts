/** Losses within short lists in plain float64, and their gradients. */
export interface ShortListCase {
  rows: number[][];
  vectors: number[][];
  lists: number[][];
  /** "pairs": a label for each entry of each list; "order": one number, the length of the head. */
  judgements: number[][];
}

/** Each row's loss, and the gradients of their sum. `positions` stay as they are at `weightsOf`, if that is given. */
export function shortLists(
  { rows, vectors, lists, judgements }: ShortListCase,
  kind: "pairs" | "order",
  weightsOf: number[][] = rows,
): { losses: number[]; rows: number[][]; vectors: number[][] } {
  const dot = (left: number[], right: number[]) => left.reduce((sum, value, d) => sum + value * right[d]!, 0);
  const gradRows = rows.map((row) => row.map(() => 0));
  const gradVectors = vectors.map((row) => row.map(() => 0));
  const losses = lists.map((list, r) => {
    const scores = list.map((vector) => dot(rows[r]!, vectors[vector]!));
    const slopes = list.map(() => 0);
    const judged = judgements[r]!;
    let loss = 0;
    if (kind === "pairs") {
      const fixed = list.map((vector) => dot(weightsOf[r]!, vectors[vector]!));
      const order = [...list.keys()].sort((a, b) => fixed[b]! - fixed[a]! || a - b);
      const inverse: number[] = [];
      order.forEach((place, n) => inverse[place] = 1 / (n + 1));
      for (let i = 0; i < list.length; i++) {
        for (let j = 0; j < list.length; j++) {
          if (judged[i]! >= judged[j]!) continue;
          const weight = Math.abs(inverse[i]! - inverse[j]!);
          const x = scores[i]! - scores[j]!;
          loss += weight * (Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
          slopes[i]! -= weight / (1 + Math.exp(x));
          slopes[j]! += weight / (1 + Math.exp(x));
        }
      }
    } else {
      const highest = Math.max(0, ...scores);
      for (let k = 0; k < judged[0]!; k++) {
        const shares = scores.map((score, n) => n >= k ? Math.exp(score - highest) : 0);
        const sum = shares.reduce((all, share) => all + share, 0);
        loss += highest + Math.log(sum) - scores[k]!;
        slopes[k]! -= 1;
        shares.forEach((share, n) => slopes[n]! += share / sum);
      }
    }
    list.forEach((vector, n) =>
      rows[r]!.forEach((value, d) => {
        gradRows[r]![d]! += slopes[n]! * vectors[vector]![d]!;
        gradVectors[vector]![d]! += slopes[n]! * value;
      })
    );
    return loss;
  });
  return { losses, rows: gradRows, vectors: gradVectors };
}
