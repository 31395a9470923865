/**
 * Items that share users with an item, and rankings by them. This module is browser compatible.
 *
 * @module
 */
import { transpose } from "../data/csr.ts";
import { emptyPlace, type Ragged, rowCount, rowOf } from "../ragged.ts";
import { BestItems } from "./best_items.ts";
import type { TrainingSet } from "./model.ts";
import { checkedRows, checkHistory, orderOf, positives, type Yardstick } from "./yardstick.ts";

/** A sparse matrix of item similarities without a diagonal. */
export interface ItemNeighbours {
  /** One row of other items per item, the most similar first. */
  readonly lists: Ragged;
  /** Their similarities, all above 0. */
  readonly similarities: Float64Array<ArrayBuffer>;
}

/** What makes two items similar. */
export interface Similarity {
  /** [users] what a user who has both items adds to their overlap. */
  readonly userWeights: Float64Array;
  /** The similarity of `other` to `item`, given their overlap, which is above 0. */
  readonly of: (item: number, other: number, overlap: number) => number;
}

/**
 * The nearest items of every item. Overlaps are summed over the users in ascending order, in float64. Time is the sum
 * over users of the squared number of their items; memory is that of the result, twice.
 *
 * @param training Who has what.
 * @param similarity What makes two items similar.
 * @param neighbours How many other items to keep per item; equal similarities by the lower item number.
 * @throws {ArgumentError} if a row of the training set is not ascending, or an item does not exist.
 */
export function nearestItems(
  training: TrainingSet,
  { userWeights, of }: Similarity,
  neighbours: number,
): ItemNeighbours {
  const { items } = training;
  const { offsets: userOffsets, items: userItems } = checkedRows(training);
  const usersOf = transpose(training.interactions, items);
  const overlaps = new Float64Array(items);
  const touched = new Uint32Array(items);
  const best = new BestItems(Math.min(neighbours, items));
  const nearest = new Uint32Array(best.capacity);
  const values = new Float64Array(best.capacity);
  const rows: { items: Uint32Array; similarities: Float64Array }[] = [];
  const offsets = new Uint32Array(items + 1);
  for (let item = 0; item < items; item++) {
    let count = 0;
    for (const user of rowOf(usersOf, item)) {
      const weight = userWeights[user]!;
      const end = userOffsets[user + 1]!;
      for (let n = userOffsets[user]!; n < end; n++) {
        const other = userItems[n]!;
        if (overlaps[other] === 0) touched[count++] = other;
        overlaps[other]! += weight;
      }
    }
    for (let n = 0; n < count; n++) {
      const other = touched[n]!;
      if (other !== item) {
        const value = of(item, other, overlaps[other]!);
        if (value > 0) best.offer(other, value);
      }
      overlaps[other] = 0;
    }
    const kept = best.drain(nearest, values, 0);
    rows.push({ items: nearest.slice(0, kept), similarities: values.slice(0, kept) });
    offsets[item + 1] = offsets[item]! + kept;
  }
  const lists = { offsets, items: new Uint32Array(offsets[items]!) };
  const similarities = new Float64Array(offsets[items]!);
  rows.forEach((row, item) => {
    lists.items.set(row.items, offsets[item]);
    similarities.set(row.similarities, offsets[item]);
  });
  return { lists, similarities };
}

/** The same similarities with the roles exchanged: row i of the result has those that name i, by ascending row. */
export function transposeNeighbours({ lists, similarities }: ItemNeighbours): ItemNeighbours {
  const items = rowCount(lists);
  const transposed = transpose(lists, items);
  const next = transposed.offsets.slice();
  const moved = new Float64Array(similarities.length);
  lists.items.forEach((item, n) => moved[next[item]!++] = similarities[n]!);
  return { lists: transposed, similarities: moved };
}

/**
 * Ranking by the sum of similarities to the items of the history: score(other) = base[other] + sum over the history's
 * items i of similarities[i][other], where what is not kept is 0. The sum runs over the history in ascending order.
 *
 * Time per user is that of the kept similarities of the history, not that of all items.
 *
 * @param neighbours Rows of similarities, one per item of a history.
 * @param base [items] the scores without a history.
 */
export function rankingByNeighbours(
  { lists, similarities }: ItemNeighbours,
  base: Float64Array,
): Yardstick["rank"] {
  const items = base.length;
  const order = orderOf(base);
  const scores = base.slice();
  const touched = new Uint32Array(items);
  /** 1 for an item that is not to be offered (again): touched, or part of the history. */
  const done = new Uint8Array(items);
  let best = new BestItems(0);
  let values = new Float64Array(0);
  return (history, places) => {
    checkHistory(history, items);
    if (best.capacity !== places.length) {
      best = new BestItems(places.length);
      values = new Float64Array(places.length);
    }
    for (const item of history) done[item] = 1;
    let count = 0;
    for (const item of history) {
      const end = lists.offsets[item + 1]!;
      for (let n = lists.offsets[item]!; n < end; n++) {
        const other = lists.items[n]!;
        if (done[other] === 0) {
          done[other] = 1;
          touched[count++] = other;
        }
        scores[other]! += similarities[n]!;
      }
    }
    for (let n = 0; n < count; n++) best.offer(touched[n]!, scores[touched[n]!]!);
    // Untouched items stand in the order of their base scores: no more of them than there are places can enter.
    for (let n = 0, offered = 0; n < items && offered < places.length; n++) {
      const item = order[n]!;
      if (done[item] === 1) continue;
      best.offer(item, base[item]!);
      offered++;
    }
    const filled = best.drain(places, values, 0);
    places.fill(emptyPlace, filled);
    for (let n = 0; n < count; n++) {
      done[touched[n]!] = 0;
      scores[touched[n]!] = base[touched[n]!]!;
    }
    for (const item of history) {
      done[item] = 0;
      scores[item] = base[item]!;
    }
    return positives(values, filled);
  };
}
