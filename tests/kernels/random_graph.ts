import { type Ragged, ragged } from "../../src/ragged.ts";
import { threefry } from "../../src/random.ts";

/** What a random bipartite graph looks like. */
export interface GraphShape {
  users: number;
  items: number;
  /** Share of the pairs that exist, in percent. */
  percent: number;
  /** Whether user 0 has all items and item 0 all users. */
  hubs: boolean;
  seed: number;
}

/** Lists of a random graph; many are empty when `percent` is small, and the last item belongs to nobody. */
export function randomInteractions({ users, items, percent, hubs, seed }: GraphShape): Ragged {
  const rows = Array.from(
    { length: users },
    (_, user) =>
      Array.from({ length: items }, (_, item) => item).filter((item) => {
        if (hubs && (user === 0 || item === 0)) return true;
        return item < items - 1 && threefry(seed, 11, user, item)[0] % 100 < percent;
      }),
  );
  return ragged(rows);
}
