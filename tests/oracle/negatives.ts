import { type Ragged, rowOf } from "../../src/ragged.ts";
import { stream, threefry } from "../../src/random.ts";

/** What triples are drawn from. */
export interface TriplesRequest {
  interactions: Ragged;
  users: number;
  items: number;
  order: Uint32Array;
  seed: number;
  epoch: number;
  negatives?: number;
}

/** High word of the 64-bit product. */
export function bounded(word: number, count: number): number {
  return Number((BigInt(word) * BigInt(count)) >> 32n);
}

/** Training triples of a whole epoch, by listing the absent items. */
export function triples(
  { interactions, users, items, order, seed, epoch, negatives = 1 }: TriplesRequest,
): Uint32Array {
  const result = new Uint32Array((2 + negatives) * order.length);
  order.forEach((pair, position) => {
    let user = 0;
    while (interactions.offsets[user + 1]! <= pair) user++;
    const has = new Set(rowOf(interactions, user));
    const absent = Array.from({ length: items }, (_, item) => item).filter((item) => !has.has(item));
    const positive = interactions.items[pair]!;
    const drawn = Array.from({ length: negatives }, (_, which) => {
      const word = threefry(seed, stream.negative, epoch, position * negatives + which)[0];
      return users + (absent.length === 0 ? positive : absent[bounded(word, absent.length)]!);
    });
    result.set([user, users + positive, ...drawn], (2 + negatives) * position);
  });
  return result;
}
