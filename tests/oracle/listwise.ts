/** The listwise losses in plain float64: the definition, sum by sum, and the gradient by the chain rule. */
export interface ListwiseCase {
  users: number[][];
  items: number[][];
  observed: number[][];
  positives: number[][];
  tops: number[][];
}

export interface ListwiseOutcome {
  loss: number;
  gradUsers: number[][];
  gradItems: number[][];
}

export function listwiseOracle(
  lists: ListwiseCase,
  granularity: "overall" | "ranked" | "plackett-luce" | "weighted",
  scores: "clamped" | "free",
  weights = { scale: 3, positives: 0.4 },
): ListwiseOutcome {
  const clamped = scores === "clamped";
  const gradUsers = lists.users.map((row) => row.map(() => 0));
  const gradItems = lists.items.map((row) => row.map(() => 0));
  let loss = 0;
  lists.users.forEach((user, u) => {
    const raw = lists.items.map((item) => item.reduce((sum, value, d) => sum + value * user[d]!, 0));
    const score = clamped ? raw.map((s) => Math.min(40, Math.max(-40, s))) : raw;
    const slope = score.map(() => 0);
    const outside = (left: number[][]) => {
      const gone = new Set(left.flat());
      return score.map((_, i) => i).filter((i) => !gone.has(i));
    };
    /** weight * (log(sum of exp over `denominator`) - s_item), and its derivatives. */
    const term = (item: number, denominator: number[], weight: number) => {
      const top = denominator.reduce((high, i) => Math.max(high, score[i]!), -Infinity);
      const sum = denominator.reduce((total, i) => total + Math.exp(score[i]! - top), 0);
      let logSum = top + Math.log(sum);
      const floored = clamped && logSum < Math.log(1e-5);
      if (floored) logSum = Math.log(1e-5);
      loss += weight * (logSum - score[item]!);
      slope[item]! -= weight;
      if (!floored) {
        for (const i of denominator) slope[i]! += weight * Math.exp(score[i]! - logSum);
      }
    };
    const [observed, positives, tops] = [lists.observed[u]!, lists.positives[u]!, lists.tops[u]!];
    const plackettLuce = (list: number[], rest: number[], weight: number) =>
      list.forEach((item, k) => term(item, [...rest, ...list.slice(k)], weight));
    if (granularity === "overall") {
      const rest = outside([observed, tops]);
      for (const item of [...positives, ...tops]) term(item, [...rest, item], 1);
    } else if (granularity === "plackett-luce") {
      plackettLuce(tops, outside([observed, tops]), 1);
    } else if (granularity === "weighted") {
      const unobserved = outside([observed]);
      tops.forEach((item, n) => term(item, unobserved, Math.exp(-n / weights.scale)));
      for (const item of positives) term(item, [...unobserved, item], weights.positives);
    } else {
      const half = tops.slice(0, Math.floor(tops.length / 2));
      const tenth = tops.slice(0, Math.floor(tops.length / 10));
      plackettLuce(positives, outside([observed, half]), 1);
      plackettLuce(half, outside([observed, half]), 0.5);
      plackettLuce(tenth, outside([observed, tenth]), 0.5);
    }
    slope.forEach((value, i) => {
      if (value === 0 || raw[i] !== score[i]) return;
      user.forEach((own, d) => {
        gradUsers[u]![d]! += value * lists.items[i]![d]!;
        gradItems[i]![d]! += value * own;
      });
    });
  });
  return { loss, gradUsers, gradItems };
}
