import { normal, permutation, uniform } from "../../src/random.ts";
import type { ListwiseCase } from "../oracle/listwise.ts";

/** Lists of every user, as the listwise losses take them. */
export interface Lists {
  /** Observed items. */
  observed: number[][];
  /** Some of them, in any order. */
  positives: number[][];
  /** Unobserved items, in any order. */
  tops: number[][];
}

/** Lists of random lengths, empty ones and full ones among them. */
export function randomLists(seed: number, users: number, items: number, most = items): Lists {
  const lists: Lists = { observed: [], positives: [], tops: [] };
  // The ends of the range are what breaks: they come up more often than by chance.
  const length = (user: number, which: number, limit: number) =>
    Math.round(limit * Math.min(1, Math.max(0, 1.6 * uniform(seed, 90 + which, user, 0) - 0.3)));
  for (let user = 0; user < users; user++) {
    const order = [...permutation(items, seed, 94, user)];
    const observed = order.slice(0, length(user, 0, Math.min(most, items)));
    const rest = order.slice(observed.length);
    lists.observed.push([...observed].sort((a, b) => a - b));
    lists.positives.push(observed.slice(0, length(user, 1, observed.length)));
    lists.tops.push(rest.slice(0, length(user, 2, Math.min(most, rest.length))));
  }
  return lists;
}

/** `count` rows of `dim` normal numbers, rounded to float32. */
export function randomRows(
  seed: number,
  purpose: number,
  count: number,
  dim: number,
  scale: number,
): number[][] {
  return Array.from(
    { length: count },
    (_, row) => Array.from({ length: dim }, (_, d) => Math.fround(scale * normal(seed, purpose, row, d))),
  );
}

/** Random rows of users and items with random lists. */
export function randomCase(
  seed: number,
  users: number,
  items: number,
  dim: number,
  scale: number,
): ListwiseCase {
  return {
    users: randomRows(seed, 1, users, dim, scale),
    items: randomRows(seed, 2, items, dim, scale),
    ...randomLists(seed, users, items),
  };
}
