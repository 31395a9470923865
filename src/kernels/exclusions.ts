import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { checkRagged, distinctRows, isAscending, type Ragged, rowCount, rowOf } from "../ragged.ts";
import { DeviceRagged } from "./device_ragged.ts";

/** Items that each user leaves out, on the device: rows ascending, without duplicates. */
export type DeviceExclusions = DeviceRagged;

/**
 * Rows in ascending order without duplicates. Rows that are so already are shared, not copied.
 *
 * @param lists Rows in any order.
 */
export function sortedRows(lists: Ragged): Ragged {
  return isAscending(lists) ? lists : distinctRows(lists);
}

/**
 * Checks lists of items given to a public function as the argument `name`.
 *
 * @throws {ArgumentError} if offsets are not in order, there is another number of rows than of users, or an item that
 * does not exist.
 */
export function checkLists(name: string, lists: Ragged, users: number, items: number): void {
  checkRagged(name, lists);
  if (rowCount(lists) !== users) {
    throw new ArgumentError(name, `it has ${rowCount(lists)} rows`, `one for each of the ${users} users`);
  }
  for (let r = 0; r < users; r++) {
    for (const item of rowOf(lists, r)) {
      if (item >= items) throw new ArgumentError(name, `row ${r} holds item ${item}`, `items below ${items}`);
    }
  }
}

/**
 * Copies each user's excluded items to the device, sorted and without duplicates: 4 bytes an item and 4 a row.
 * The caller disposes the result.
 *
 * @param gpu The device.
 * @param exclude One row per user, in any order.
 * @throws {ArgumentError} if the offsets are not in order.
 */
export function uploadExclusions(gpu: Gpu, exclude: Ragged): DeviceExclusions {
  checkRagged("exclude", exclude);
  return new DeviceRagged(gpu, "exclusions", sortedRows(exclude));
}
