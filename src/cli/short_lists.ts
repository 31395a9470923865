import type { Split } from "../data/split.ts";
import { emptyPlace, rowOf } from "../ragged.ts";
import type { MeanMetrics } from "../evaluate/per_user.ts";
import type { Trajectory, TrajectoryState } from "../teachers/trajectory.ts";

/** Places of a list that all figures of a report need. */
const needed = 50;

/**
 * Means of a teacher's lists on one part of a split, replaced by those of its whole ranking, of which the lists keep the best
 * places only, where its state tells them.
 *
 * @param prefix Of the part's metrics in the state.
 */
export function wholeRankingMeans(
  means: MeanMetrics,
  { metrics }: TrajectoryState,
  prefix: "" | "test.",
): MeanMetrics {
  return Object.fromEntries(
    Object.entries(means).map(([name, mean]) => [name, metrics[prefix + name] ?? mean]),
  );
}

/** Lists that were made of what is kept of some teachers. */
export interface KeptLists {
  /** [users x width] without training items. */
  readonly lists: Uint32Array;
  /** Length of a row. */
  readonly width: number;
  /** Of whom they were made. */
  readonly teachers: readonly Pick<Trajectory, "states" | "length">[];
}

/**
 * Says for how many users lists of teachers are too short: once the held-out items of the other part are left out, less is
 * left than figures are about, though a teacher would have known more. Null: for nobody.
 *
 * @param split Its held-out items are left out.
 * @param kept The lists.
 * @param whose What is measured by these lists.
 */
export function shortListNote(
  split: Pick<Split, "users" | "valid" | "test">,
  kept: readonly KeptLists[],
  whose: string,
): string | null {
  const isShort = ({ lists, width, teachers }: KeptLists, user: number) => {
    const isCut = teachers.some(({ states, length }) =>
      states.at(-1)!.items[(user + 1) * length - 1] !== emptyPlace
    );
    if (!isCut) return false;
    const list = lists.subarray(user * width, (user + 1) * width);
    return [split.valid, split.test].some((part) => {
      const leftOut = new Set(rowOf(part, user));
      return list.filter((item) => item !== emptyPlace && !leftOut.has(item)).length < needed;
    });
  };
  let short = 0;
  for (let user = 0; user < split.users; user++) if (kept.some((lists) => isShort(lists, user))) short++;
  if (short === 0) return null;
  return `The places that are kept of the teachers' lists leave ${short} of ${split.users} users fewer than ${needed} ` +
    `without their held-out items: the figures of ${whose} are somewhat low.`;
}
