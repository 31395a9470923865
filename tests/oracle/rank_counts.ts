import { type Ragged, rowOf } from "../../src/ragged.ts";
import { scoresOf } from "./top_k.ts";

/** The rank of each target by counting in float64. */
export function rankCountsOracle(
  { users, items, dim, targets, length, exclude }: {
    users: ArrayLike<number>;
    items: ArrayLike<number>;
    dim: number;
    targets: ArrayLike<number>;
    length: number;
    exclude?: Ragged;
  },
): number[] {
  const ranks: number[] = [];
  for (let user = 0; user < users.length / dim; user++) {
    const scores = scoresOf(users, items, dim, user);
    const left = new Set(exclude ? rowOf(exclude, user) : []);
    for (let t = 0; t < length; t++) {
      const target = targets[user * length + t]!;
      const own = scores[target];
      if (own === undefined) {
        ranks.push(0xffffffff);
        continue;
      }
      let rank = 0;
      scores.forEach((score, item) => {
        if (!left.has(item) && (score > own || (score === own && item < target))) rank++;
      });
      ranks.push(rank);
    }
  }
  return ranks;
}
