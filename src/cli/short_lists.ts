import type { Split } from "../data/split.ts";
import { emptyPlace, type Ragged } from "../ragged.ts";
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

/**
 * Says for how many users lists made from teachers' are too short: once the held-out items of the other part are left
 * out, less is left than figures are about, though the teachers would have known more. Null: for nobody.
 *
 * @param split Its held-out items are left out.
 * @param lists [users x width] without training items.
 * @param whose What is measured by these lists.
 */
export function shortListNote(
  split: Pick<Split, "users" | "valid" | "test">,
  lists: Uint32Array,
  width: number,
  trajectories: readonly Pick<Trajectory, "states" | "length">[],
  whose: string,
): string | null {
  const isCut = (user: number) =>
    trajectories.some(({ states, length }) => states.at(-1)!.items[(user + 1) * length - 1] !== emptyPlace);
  const left = (user: number, { offsets, items }: Ragged) => {
    const leftOut = new Set(items.subarray(offsets[user]!, offsets[user + 1]!));
    const list = lists.subarray(user * width, (user + 1) * width);
    return list.reduce((count, item) => item === emptyPlace || leftOut.has(item) ? count : count + 1, 0);
  };
  let short = 0;
  for (let user = 0; user < split.users; user++) {
    if (!isCut(user)) continue;
    if (Math.min(left(user, split.valid), left(user, split.test)) < needed) short++;
  }
  if (short === 0) return null;
  return `The places that are kept of the teachers' lists leave ${short} of ${split.users} users fewer than ${needed} ` +
    `without their held-out items: the figures of ${whose} are somewhat low.`;
}
