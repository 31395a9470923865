import { type Ragged, rowOf } from "../../src/ragged.ts";

/** Float64 scores of all items for one user. */
export function scoresOf(
  users: ArrayLike<number>,
  items: ArrayLike<number>,
  dim: number,
  user: number,
): number[] {
  const scores: number[] = [];
  for (let item = 0; item < items.length / dim; item++) {
    let score = 0;
    for (let d = 0; d < dim; d++) score += users[user * dim + d]! * items[item * dim + d]!;
    scores.push(score);
  }
  return scores;
}

/** The items of one user that are not excluded, in order: higher scores first, equal ones by item number. */
export function orderOf(scores: number[], excluded: ArrayLike<number> = []): number[] {
  const left = new Set(Array.from(excluded));
  return scores.map((_, item) => item).filter((item) => !left.has(item))
    .sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** The K best items of each user by a full sort in float64. */
export function topKOracle(
  { users, items, dim, k, exclude }: {
    users: ArrayLike<number>;
    items: ArrayLike<number>;
    dim: number;
    k: number;
    exclude?: Ragged;
  },
): { items: number[]; scores: number[] } {
  const result = { items: [] as number[], scores: [] as number[] };
  for (let user = 0; user < users.length / dim; user++) {
    const scores = scoresOf(users, items, dim, user);
    const order = orderOf(scores, exclude ? rowOf(exclude, user) : []);
    for (let place = 0; place < k; place++) {
      const item = order[place];
      result.items.push(item ?? 0xffffffff);
      result.scores.push(item === undefined ? -Infinity : scores[item]!);
    }
  }
  return result;
}
