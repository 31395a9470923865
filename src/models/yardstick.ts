/**
 * What every yardstick offers: a ranking of the unobserved items for any history. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { isAscending, type Ragged, rowCount } from "../ragged.ts";
import type { Hyperparameters, TrainingSet } from "./model.ts";

/** A simple recommender that is computed, not trained: what every trained model should beat. */
export interface Yardstick {
  /** The key of its kind: "TopPop", "ItemKNN", "EASE" or "RP3beta". */
  readonly kind: string;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included. */
  readonly hyperparameters: Hyperparameters;

  /**
   * Ranks all items that are not in the history: higher scores first, equal scores (as float64 numbers) by the lower
   * item number. Items of score 0 are ranked too, so that a place stays empty only where no item is left. Takes memory
   * for one row of scores, which is kept for the next call.
   *
   * @param history The items of one user, who need not be one of the training set: ascending, each once.
   * @param places Receives the best items, the best first; 0xffffffff is an empty place.
   * @returns How many of them have a score above 0. The others say nothing about the user.
   * @throws {ArgumentError} if the history is not ascending or names an item that does not exist.
   */
  rank(history: Uint32Array, places: Uint32Array): number;
}

/**
 * Checks a history.
 *
 * @throws {ArgumentError} if it is not strictly ascending or not below `items`.
 */
export function checkHistory(history: Uint32Array, items: number): void {
  for (let n = 0; n < history.length; n++) {
    const item = history[n]!;
    if (item < items && (n === 0 || item > history[n - 1]!)) continue;
    throw new ArgumentError(
      "history",
      `it holds ${item} at position ${n}`,
      `ascending items below ${items}, each once`,
    );
  }
}

/**
 * The rows of a training set, checked.
 *
 * @throws {ArgumentError} if there is not one row per user, or a row is not strictly ascending.
 */
export function checkedRows({ users, interactions }: TrainingSet): Ragged {
  const rows = rowCount(interactions);
  if (rows !== users) {
    throw new ArgumentError("interactions", `there are ${rows} rows`, `${users}, one a user`);
  }
  if (!isAscending(interactions)) {
    throw new ArgumentError("interactions", "a row is not ascending", "ascending rows with each item once");
  }
  return interactions;
}

/** How many of the first `count` scores, the highest first, are above 0. */
export function positives(scores: Float64Array, count: number): number {
  const end = scores.subarray(0, count).findIndex((score) => score <= 0);
  return end < 0 ? count : end;
}

/** All items by their scores: the highest first, equal scores by the lower item number. */
export function orderOf(scores: ArrayLike<number>): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(scores, (_, item) => item).sort((a, b) => scores[b]! - scores[a]! || a - b);
}
