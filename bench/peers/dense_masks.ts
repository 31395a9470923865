/**
 * Lists as dense rows, for systems without sparse ones.
 *
 * @module
 */
import { type Ragged, rowOf } from "../../src/ragged.ts";
import type { Inputs } from "./inputs.ts";

/** One row for each user number: `value` at the listed items, 0 elsewhere. */
export function maskOf(
  lists: Ragged,
  users: Uint32Array,
  items: number,
  value: number,
): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(users.length * items);
  users.forEach((user, row) => {
    for (const item of rowOf(lists, user)) mask[row * items + item] = value;
  });
  return mask;
}

/** Which items a batch's users are taught, and which are left out of their sums. */
export function listMasks(
  inputs: Inputs,
  batch: Uint32Array,
): { listed: Float32Array<ArrayBuffer>; leftOut: Float32Array<ArrayBuffer> } {
  const mask = (name: string) => maskOf(inputs.lists(name), batch, inputs.header.items, 1);
  const tops = mask("tops");
  const add = (other: Float32Array) => tops.map((value, n) => value + other[n]!);
  return { listed: add(mask("positives")), leftOut: add(mask("train")) };
}

/** Each user's list cut or filled up to one length, and 1 at its own items. */
export function paddedLists(
  lists: Ragged,
  users: Uint32Array,
  length: number,
): { places: Uint32Array<ArrayBuffer>; taken: Float32Array<ArrayBuffer> } {
  const places = new Uint32Array(users.length * length);
  const taken = new Float32Array(users.length * length);
  users.forEach((user, row) => {
    const list = rowOf(lists, user).subarray(0, length);
    places.set(list, row * length);
    taken.fill(1, row * length, row * length + list.length);
  });
  return { places, taken };
}
