/**
 * The filter in front of a split, and the renumbering that goes with it. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { distinctRows, type Ragged, rowCount, rowOf } from "../ragged.ts";

/** What {@linkcode filterInteractions} keeps, renumbered. */
export interface FilteredInteractions {
  /** One row per kept user, ascending and distinct, of new item numbers. */
  readonly interactions: Ragged;
  /** The old row number of each kept user. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** The old id of each item. */
  readonly items: Uint32Array<ArrayBuffer>;
}

/**
 * Keeps the users with at least `minimum` distinct items, in one pass (items are not filtered, and users are not looked
 * at again), and numbers users and items from 0 in the order in which they first appear among the kept rows.
 *
 * @param lists One row of item ids per user, in the order of the source, repetitions allowed.
 * @param minimum 0 and 1 keep every user, also those without any item.
 * @returns The kept interactions, with the old numbers of users and items.
 * @throws {ArgumentError} if `minimum` is not a non-negative integer.
 */
export function filterInteractions(lists: Ragged, minimum: number): FilteredInteractions {
  if (!(Number.isInteger(minimum) && minimum >= 0)) {
    throw new ArgumentError("minimumInteractions", `it is ${minimum}`, "a non-negative integer");
  }
  const distinct = distinctRows(lists);
  const users: number[] = [];
  const numbers = new Map<number, number>();
  const offsets = new Uint32Array(rowCount(lists) + 1);
  const items = new Uint32Array(lists.items.length);
  let count = 0;
  for (let u = 0; u < rowCount(lists); u++) {
    if (minimum > 1 && rowOf(distinct, u).length < minimum) continue;
    // The unsorted row: an item's number depends on where it first appears in the source.
    for (const item of rowOf(lists, u)) {
      let number = numbers.get(item);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(item, number);
      }
      items[count++] = number;
    }
    users.push(u);
    offsets[users.length] = count;
  }
  return {
    interactions: distinctRows({ offsets: offsets.slice(0, users.length + 1), items: items.slice(0, count) }),
    users: Uint32Array.from(users),
    items: Uint32Array.from(numbers.keys()),
  };
}
