/**
 * How much ranked lists have in common. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { emptyPlace, filledPlaces } from "../ragged.ts";
import { checkCutoff } from "./metrics.ts";

/** One ranked list for every user of a data set. */
export interface RankedLists {
  /**
   * [users x length] item numbers row by row, the best first, each once in a row; 0xffffffff is an empty place, at the
   * end of a row only.
   */
  readonly items: Uint32Array;
  /** Places per user. */
  readonly length: number;
}

/**
 * The mean overlap of the first k places of every two of some models' lists: for a user, the number of items in both
 * lists divided by the length of the shorter one, which is k where both are full. A user for whom one of the two lists is
 * empty is left out of their mean. The order within the first k places does not count.
 *
 * Time O(users models^2 k); memory: the result, and one number per item.
 *
 * @example Two models agree on one of two items
 * ```ts
 * import { listOverlap } from "@hetcomp/hetcomp";
 * const lists = [[7, 3, 1], [4, 7, 3]].map((items) => ({ items: Uint32Array.from(items), length: 3 }));
 * const overlap = listOverlap(lists, 2, [0]);
 * console.assert(overlap[0]![1] === 0.5 && overlap[1]![0] === 0.5 && overlap[0]![0] === 1);
 * ```
 *
 * @param lists The lists of each model, of the same users.
 * @param k How many leading places count.
 * @param users The users over whom the mean is taken, summed in this order.
 * @returns [model][model] means in [0, 1], symmetric, 1 on the diagonal; NaN where no user has both lists.
 * @throws {ArgumentError} if k is not a positive integer, or a user has no row in one of the lists.
 */
export function listOverlap(
  lists: readonly RankedLists[],
  k: number,
  users: ArrayLike<number>,
): number[][] {
  checkCutoff(k);
  let most = -1;
  for (let n = 0; n < users.length; n++) most = Math.max(most, users[n]!);
  let items = 0;
  lists.forEach((list, model) => {
    if (list.items.length < (most + 1) * list.length) {
      const wrong = `model ${model} has ${list.items.length} places`;
      throw new ArgumentError("lists", wrong, `${list.length} for each user up to ${most}`);
    }
    for (const item of list.items) if (item >= items && item !== emptyPlace) items = item + 1;
  });
  const sums = lists.map(() => new Float64Array(lists.length));
  const counts = lists.map(() => new Uint32Array(lists.length));
  const filled = new Uint32Array(lists.length);
  // An item is marked with the number of the last list that was seen to hold it.
  const marks = new Float64Array(items);
  let mark = 0;
  for (let n = 0; n < users.length; n++) {
    const user = users[n]!;
    lists.forEach(({ items, length }, a) =>
      filled[a] = filledPlaces(items, user * length, Math.min(k, length))
    );
    for (let a = 0; a < lists.length; a++) {
      const { items: own, length } = lists[a]!;
      mark++;
      for (let place = 0; place < filled[a]!; place++) marks[own[user * length + place]!] = mark;
      for (let b = a; b < lists.length; b++) {
        const { items: others, length: otherLength } = lists[b]!;
        const shorter = Math.min(filled[a]!, filled[b]!);
        if (shorter === 0) continue;
        let both = 0;
        for (let place = 0; place < filled[b]!; place++) {
          if (marks[others[user * otherLength + place]!] === mark) both++;
        }
        sums[a]![b]! += both / shorter;
        counts[a]![b]!++;
      }
    }
  }
  return lists.map((_, a) =>
    lists.map((_, b) => sums[Math.min(a, b)]![Math.max(a, b)]! / counts[Math.min(a, b)]![Math.max(a, b)]!)
  );
}
