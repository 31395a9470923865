/**
 * The index that the listwise loss reads on the GPU: who stands in whose list, and where. This module is browser
 * compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { checkRagged, type Ragged, rowCount } from "../ragged.ts";

/** The lists that {@linkcode indexLists} indexes: one row per user in each. */
export interface ListSources {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** O_u: the items of the user in the training set, in any order. */
  readonly observed: Ragged;
  /** P_u: the observed items that the student is taught to rank, the best first. */
  readonly positives: Ragged;
  /** T_u: the distilled unobserved items, the best first. */
  readonly tops: Ragged;
}

/** Every pair of a user and an item in O_u or T_u, and the lists J_u: P_u followed by T_u. */
export interface ListIndex {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Per user: the items of O_u and T_u, ascending and distinct. */
  readonly entries: Ragged;
  /** Parallel to `entries.items`: the place of that item in J_u, {@linkcode nowhere} if it is observed but not in P_u. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** Per user: J_u. */
  readonly lists: Ragged;
  /** Per user: length of P_u, which is the place of the first item of T_u in J_u. */
  readonly positives: Uint32Array<ArrayBuffer>;
}

/** The place of an observed item that is not in the list. */
export const nowhere = 0xffffffff;

/**
 * Indexes all users' lists by two counting sorts: time O(users + items + entries); memory five numbers per entry and
 * two per item, of which two per entry stay.
 *
 * @example Two users
 * ```ts
 * import { indexLists, ragged } from "@hetcomp/hetcomp";
 * const index = indexLists({
 *   users: 2,
 *   items: 5,
 *   observed: ragged([[3, 1], [3]]),
 *   positives: ragged([[3], [3]]),
 *   tops: ragged([[0, 4], [2]]),
 * });
 * console.assert(index.entries.items.join() === "0,1,3,4,2,3");
 * console.assert(index.places.join() === "1,4294967295,0,2,1,0");
 * console.assert(index.lists.items.join() === "3,0,4,3,2");
 * ```
 *
 * @param sources The three lists of every user.
 * @throws {ArgumentError} if `items` is no number of items, a list does not have one row per user, an item is not below `items`, a row holds an item
 * twice, a positive is not observed, or a top is.
 */
export function indexLists(sources: ListSources): ListIndex {
  const { users, items, observed, positives, tops } = sources;
  if (!Number.isInteger(items) || items < 0) {
    throw new ArgumentError("items", `it is ${items}`, "a whole number from 0 on");
  }
  for (const name of ["observed", "positives", "tops"] as const) {
    checkRagged(name, sources[name]);
    if (rowCount(sources[name]) !== users) {
      throw new ArgumentError(name, `it has ${rowCount(sources[name])} rows`, `${users}, one per user`);
    }
  }
  const capacity = observed.items.length + tops.items.length;
  const foundItems = new Uint32Array(capacity);
  const foundPlaces = new Uint32Array(capacity);
  const userOffsets = new Uint32Array(users + 1);
  const itemOffsets = new Uint32Array(items + 1);
  const listOffsets = new Uint32Array(users + 1);
  const listItems = new Uint32Array(positives.items.length + tops.items.length);
  const lengths = new Uint32Array(users);
  // slot[i] - 1 is the entry of item i, valid for the present user when it is not below the user's first entry.
  const slot = new Uint32Array(items);
  let found = 0;
  for (let user = 0; user < users; user++) {
    const first = found;
    for (let n = observed.offsets[user]!; n < observed.offsets[user + 1]!; n++) {
      const item = observed.items[n]!;
      if (item >= items) fail("observed", user, item, `items below ${items}`);
      if (slot[item]! > first) fail("observed", user, item, "every item once");
      foundItems[found] = item;
      foundPlaces[found] = nowhere;
      slot[item] = ++found;
      itemOffsets[item + 1]!++;
    }
    const start = positives.offsets[user]!;
    const length = positives.offsets[user + 1]! - start;
    const listStart = listOffsets[user]!;
    for (let place = 0; place < length; place++) {
      const item = positives.items[start + place]!;
      if (item >= items || slot[item]! <= first) fail("positives", user, item, "observed items only");
      const entry = slot[item]! - 1;
      if (foundPlaces[entry] !== nowhere) fail("positives", user, item, "every item once");
      foundPlaces[entry] = place;
      listItems[listStart + place] = item;
    }
    lengths[user] = length;
    const observedEnd = found;
    const topStart = tops.offsets[user]!;
    const topEnd = tops.offsets[user + 1]!;
    for (let n = topStart; n < topEnd; n++) {
      const item = tops.items[n]!;
      const place = length + n - topStart;
      if (item >= items) fail("tops", user, item, `items below ${items}`);
      if (slot[item]! > observedEnd) fail("tops", user, item, "every item once");
      if (slot[item]! > first) fail("tops", user, item, "unobserved items only");
      foundItems[found] = item;
      foundPlaces[found] = place;
      slot[item] = ++found;
      itemOffsets[item + 1]!++;
      listItems[listStart + place] = item;
    }
    userOffsets[user + 1] = found;
    listOffsets[user + 1] = listStart + length + topEnd - topStart;
  }
  for (let item = 0; item < items; item++) itemOffsets[item + 1]! += itemOffsets[item]!;

  // Sorted by item, then dealt out to the users again: every user's items come out ascending.
  const sortedUsers = new Uint32Array(found);
  const sortedPlaces = new Uint32Array(found);
  const next = slot;
  next.set(itemOffsets.subarray(0, items));
  for (let user = 0; user < users; user++) {
    for (let entry = userOffsets[user]!; entry < userOffsets[user + 1]!; entry++) {
      const target = next[foundItems[entry]!]!++;
      sortedUsers[target] = user;
      sortedPlaces[target] = foundPlaces[entry]!;
    }
  }
  const nextOfUser = userOffsets.slice(0, users);
  for (let item = 0; item < items; item++) {
    for (let entry = itemOffsets[item]!; entry < itemOffsets[item + 1]!; entry++) {
      const target = nextOfUser[sortedUsers[entry]!]!++;
      foundItems[target] = item;
      foundPlaces[target] = sortedPlaces[entry]!;
    }
  }
  return {
    users,
    items,
    entries: { offsets: userOffsets, items: foundItems },
    places: foundPlaces,
    lists: { offsets: listOffsets, items: listItems },
    positives: lengths,
  };
}

function fail(argument: string, user: number, item: number, right: string): never {
  throw new ArgumentError(argument, `the row of user ${user} holds item ${item}`, right);
}

/** A {@linkcode ListIndex} on the device: 8 bytes per entry, 4 per listed item, 16 per user. */
export interface DeviceListIndex extends Disposable {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Length of the longest list J_u. */
  readonly longestList: number;
  /** Entries of the user who has the most. */
  readonly longestRow: number;
  /** Four integers per user, and once more at the end: where its entries start; where J_u, T_u start; where J_u ends. */
  readonly spans: DeviceArray;
  /** Two integers per entry: item and place. */
  readonly entries: DeviceArray;
  /** The lists J_u. */
  readonly listed: DeviceArray;
}

/**
 * Copies an index to the device: once for each rebuild of the lists, for all the steps that follow.
 *
 * @throws {GpuError} if the entries exceed what one binding of the device can hold.
 */
export function uploadListIndex(gpu: Gpu, index: ListIndex): DeviceListIndex {
  const { users, items, entries, lists } = index;
  const spans = new Uint32Array(4 * (users + 1));
  let longestList = 0;
  let longestRow = 0;
  for (let user = 0; user < users; user++) {
    const start = lists.offsets[user]!;
    const end = lists.offsets[user + 1]!;
    spans.set([entries.offsets[user]!, start, start + index.positives[user]!, end], 4 * user);
    longestList = Math.max(longestList, end - start);
    longestRow = Math.max(longestRow, entries.offsets[user + 1]! - entries.offsets[user]!);
  }
  const end = lists.offsets[users]!;
  spans.set([entries.offsets[users]!, end, end, end], 4 * users);
  const pairs = new Uint32Array(2 * entries.items.length);
  for (let entry = 0; entry < entries.items.length; entry++) {
    pairs[2 * entry] = entries.items[entry]!;
    pairs[2 * entry + 1] = index.places[entry]!;
  }
  const arrays = gpu.allOrNothing(() => ({
    spans: gpu.upload("list index: spans", spans),
    entries: gpu.upload("list index: entries", pairs),
    listed: gpu.upload("list index: lists", lists.items),
  }));
  return {
    users,
    items,
    longestList,
    longestRow,
    ...arrays,
    [Symbol.dispose](): void {
      for (const array of Object.values(arrays)) array.dispose();
    },
  };
}
