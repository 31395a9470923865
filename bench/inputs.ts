/**
 * Numbers and lists that the cases work on: random, the same in every run.
 *
 * @module
 */
import { ArgumentError } from "../src/errors.ts";
import { strideOf } from "../src/kernels/embedding.ts";
import { normal, permutation, uniform } from "../src/random.ts";
import { type Ragged, ragged } from "../src/ragged.ts";

/** Sizes of CiteULike: the shape that most cases have. */
export const citeulike = { users: 5219, items: 25_181, interactions: 125_000 } as const;

const purpose = 100;
/** A prime, so that rows of any length start at ever other places. */
const period = 65_521;
let numbers: Float32Array | null = null;

/** `length` normal numbers times `deviation`, repeated after 65,521. */
export function normals(length: number, deviation: number): Float32Array<ArrayBuffer> {
  const source = numbers ??= Float32Array.from({ length: period }, (_, n) => normal(1, purpose, n, 0));
  const result = new Float32Array(length);
  for (let n = 0; n < length; n++) result[n] = deviation * source[n % period]!;
  return result;
}

/** Mean length of a table's rows that all lie outside the unit ball, if they have some tens of numbers. */
export const lengthOutside = 2;

/** A padded table of normal numbers whose rows have length 1 on average. */
export function table(rows: number, dim: number, length = 1): Float32Array<ArrayBuffer> {
  const stride = strideOf(dim);
  const values = normals(rows * stride, length / Math.sqrt(dim));
  if (stride > dim) {
    for (let row = 0; row < rows; row++) values.fill(0, row * stride + dim, (row + 1) * stride);
  }
  return values;
}

/**
 * `length` distinct items for each user, in random order, the popular ones more often. As in real data, the numbers of
 * items say nothing of how popular they are.
 */
export function popularLists(users: number, items: number, length: number, seed = 1): Ragged {
  const rows: Uint32Array[] = [];
  const numbers = permutation(items, seed, purpose + 2, 0);
  const marks = new Int32Array(items).fill(-1);
  for (let user = 0; user < users; user++) {
    const row = new Uint32Array(length);
    for (let found = 0, n = 0; found < length; n++) {
      const item = numbers[Math.floor(items * uniform(seed, purpose + 1, user, n) ** 3)]!;
      if (marks[item] === user) continue;
      marks[item] = user;
      row[found++] = item;
    }
    rows.push(row);
  }
  return ragged(rows);
}

/**
 * Distinct items that a user has not, as `draw` gives them.
 *
 * @param user The user's number, for the message.
 * @param own Items the user has, distinct.
 * @param wanted How many, of how many items altogether.
 * @param draw The n-th draw: any item.
 * @throws {ArgumentError} if there are fewer.
 */
export function drawOthers(
  user: number,
  own: Uint32Array,
  { length, items }: { readonly length: number; readonly items: number },
  draw: (n: number) => number,
): number[] {
  const others = items - own.length;
  if (others < length) {
    const wrong =
      `user ${user} has ${own.length} of the ${items} items in training, so that ${others} are left`;
    throw new ArgumentError("split", wrong, `${length} others or more`);
  }
  const taken = new Set(own);
  for (let n = 0; taken.size < own.length + length; n++) taken.add(draw(n));
  return [...taken].slice(own.length);
}

/** The same lists in ascending order. */
export function ascendingLists(users: number, items: number, length: number, seed = 1): Ragged {
  const lists = popularLists(users, items, length, seed);
  for (let user = 0; user < users; user++) {
    lists.items.subarray(lists.offsets[user]!, lists.offsets[user + 1]!).sort();
  }
  return lists;
}

/** Calls `make` once for each key. */
export function remember<K, V>(make: (key: K) => V, keyOf: (key: K) => string = String): (key: K) => V {
  const known = new Map<string, V>();
  return (key) => {
    const name = keyOf(key);
    if (!known.has(name)) known.set(name, make(key));
    return known.get(name)!;
  };
}

/** A count as people write it: 25,181. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
