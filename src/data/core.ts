/**
 * Filters by how often users and items occur, over numbered interactions. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import { columnCounts, transpose } from "./csr.ts";

/** Which users and items stay: 1 for each that does. */
export interface Kept {
  /** One entry per user. */
  readonly users: Uint8Array;
  /** One entry per item. */
  readonly items: Uint8Array;
}

/**
 * Makes sure that a filter's threshold is one.
 *
 * @throws {ArgumentError} naming the option, if it is not a non-negative integer.
 */
export function requireThreshold(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new ArgumentError(name, `it is ${value}`, "a non-negative integer");
}

/**
 * The core of some interactions: the largest part in which every user has at least `core` items and every item at
 * least `core` users. Users and items with fewer are taken out until none is left that has fewer; the result does not
 * depend on the order in which that is done. Takes time and memory in proportion to the interactions.
 *
 * @param interactions One row of distinct items per user.
 * @param items The number of items.
 * @param core 0 and 1 keep everything.
 * @returns Which users and items are in the core.
 * @throws {ArgumentError} if `core` is not a non-negative integer.
 */
export function coreOf(interactions: Ragged, items: number, core: number): Kept {
  requireThreshold("core", core);
  const users = rowCount(interactions);
  const kept = { users: new Uint8Array(users).fill(1), items: new Uint8Array(items).fill(1) };
  if (core <= 1) return kept;
  const sides = [
    {
      lists: interactions,
      kept: kept.users,
      counts: Uint32Array.from(
        { length: users },
        (_, u) => interactions.offsets[u + 1]! - interactions.offsets[u]!,
      ),
      leaving: [] as number[],
    },
    {
      lists: transpose(interactions, items),
      kept: kept.items,
      counts: columnCounts(interactions, items),
      leaving: [] as number[],
    },
  ] as const;
  for (const side of sides) {
    for (let n = 0; n < side.counts.length; n++) {
      if (side.counts[n]! >= core) continue;
      side.kept[n] = 0;
      side.leaving.push(n);
    }
  }
  while (sides[0].leaving.length + sides[1].leaving.length > 0) {
    for (const [side, other] of [[sides[0], sides[1]], [sides[1], sides[0]]] as const) {
      for (let n = side.leaving.pop(); n !== undefined; n = side.leaving.pop()) {
        for (let at = side.lists.offsets[n]!; at < side.lists.offsets[n + 1]!; at++) {
          const neighbour = side.lists.items[at]!;
          if (other.kept[neighbour] === 0 || --other.counts[neighbour]! >= core) continue;
          other.kept[neighbour] = 0;
          other.leaving.push(neighbour);
        }
      }
    }
  }
  return kept;
}

/** The users with at least `minimum` items, in one pass; every item stays. */
export function activeUsers(interactions: Ragged, items: number, minimum: number): Kept {
  requireThreshold("minimumInteractions", minimum);
  const users = Uint8Array.from({ length: rowCount(interactions) }, (_, u) => {
    return interactions.offsets[u + 1]! - interactions.offsets[u]! >= minimum ? 1 : 0;
  });
  return { users, items: new Uint8Array(items).fill(1) };
}

/** Interactions with the time of each, if it is known. */
export interface TimedInteractions {
  /** One row per user, ascending and distinct. */
  readonly interactions: Ragged;
  /** The time of each interaction, as `interactions.items` has them. */
  readonly times: Float64Array<ArrayBuffer> | null;
}

/** What {@linkcode keepOnly} leaves. */
export interface KeptInteractions extends TimedInteractions {
  /** The old number of each user that is left. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** The old number of each item that is left. */
  readonly items: Uint32Array<ArrayBuffer>;
}

/**
 * Takes out the users and items that do not stay, and the items that no user has any more, and numbers the others from
 * 0 without changing their order.
 *
 * @param timed The interactions.
 * @param kept Which users and items stay.
 * @returns The interactions that are left.
 */
export function keepOnly({ interactions, times }: TimedInteractions, kept: Kept): KeptInteractions {
  const { offsets, items } = interactions;
  let count = 0;
  const found = new Uint8Array(kept.items.length);
  for (let u = 0; u < kept.users.length; u++) {
    if (kept.users[u] === 0) continue;
    for (let n = offsets[u]!; n < offsets[u + 1]!; n++) {
      if (kept.items[items[n]!] === 0) continue;
      found[items[n]!] = 1;
      count++;
    }
  }
  const keptUsers = placesOf(kept.users);
  const keptItems = placesOf(found);
  const numbers = new Uint32Array(found.length);
  keptItems.forEach((item, number) => numbers[item] = number);
  const newOffsets = new Uint32Array(keptUsers.length + 1);
  const newItems = new Uint32Array(count);
  const newTimes = times === null ? null : new Float64Array(count);
  let position = 0;
  keptUsers.forEach((user, row) => {
    for (let n = offsets[user]!; n < offsets[user + 1]!; n++) {
      if (found[items[n]!] === 0) continue;
      if (newTimes !== null) newTimes[position] = times![n]!;
      newItems[position++] = numbers[items[n]!]!;
    }
    newOffsets[row + 1] = position;
  });
  return {
    interactions: { offsets: newOffsets, items: newItems },
    times: newTimes,
    users: keptUsers,
    items: keptItems,
  };
}

function placesOf(marks: Uint8Array): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(marks.reduce((sum, mark) => sum + mark, 0));
  let count = 0;
  for (let n = 0; n < marks.length; n++) if (marks[n] === 1) places[count++] = n;
  return places;
}
