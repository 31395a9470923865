/**
 * The generalization setup: some users and interactions take no part in training. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { type Ragged, ragged, rowOf } from "../ragged.ts";
import { checkSeed, permutation, stream } from "../random.ts";
import { columnCounts } from "./csr.ts";
import type { Split } from "./split_type.ts";

/** How much takes part. */
export interface GeneralizationOptions {
  /** Share of the users (default 0.8). */
  readonly users?: number;
  /** Share of each of these users' training items (default 0.8). */
  readonly items?: number;
  /** Decides which. */
  readonly seed: number;
}

/** A split in three views over the same items; users are numbered anew in each of the two groups. */
export interface GeneralizationSplit {
  /** Users who take part, with the training items that do: what teachers and students are trained on. */
  readonly inside: Split;
  /** The same users with all their training items, which a ranking leaves out. */
  readonly insideHistory: Split;
  /** The other users, with all their training items: the history from which they are folded in. */
  readonly outside: Split;
}

/**
 * Divides a split for the generalization setup of HetComp (WWW 2023): of a random share of the users a random share of the
 * training items takes part in training (rounded down, one at least). Validation and test items in no training row of
 * those are dropped, and users left without either from both, as when a split is made.
 *
 * @example 80 % of the users
 * ```ts
 * import { generalizationSplit, loadDataset, splitDataset } from "@hetcomp/hetcomp";
 * const split = splitDataset(await loadDataset("sample"), { seed: 1 });
 * const { inside, outside } = generalizationSplit(split, { seed: 1 });
 * console.assert(inside.users === Math.floor(0.8 * split.users) && inside.users + outside.users === split.users);
 * ```
 *
 * @param split The whole.
 * @param options Shares and seed.
 * @throws {ArgumentError} if a share is not above 0 and at most 1, or leaves no user, or the seed is no integer from 0
 * to 2^32 - 1.
 */
export function generalizationSplit(split: Split, options: GeneralizationOptions): GeneralizationSplit {
  const { users: userShare = 0.8, items: itemShare = 0.8, seed } = options;
  for (const [name, share] of Object.entries({ users: userShare, items: itemShare })) {
    if (!(share > 0 && share <= 1)) {
      throw new ArgumentError(name, `it is ${share}`, "a share above 0, at most 1");
    }
  }
  checkSeed(seed);
  // 0.29 * 100 is 28.999999999999996.
  const shareOf = (share: number, count: number) => Math.floor(share * count + 1e-9);
  const count = shareOf(userShare, split.users);
  if (count === 0) {
    throw new ArgumentError("users", `it leaves none of ${split.users} users`, "a larger share");
  }
  const order = permutation(split.users, seed, stream.generalization, 0);
  const insiders = order.slice(0, count).sort();
  const outsiders = order.slice(count).sort();
  const kept = ragged([...insiders].map((user) => {
    const row = rowOf(split.train, user);
    const chosen = permutation(row.length, seed, stream.generalization, user + 1)
      .slice(0, Math.max(1, shareOf(itemShare, row.length)));
    return [...chosen].map((place) => row[place]!).sort((left, right) => left - right);
  }));
  const known = columnCounts(kept, split.items);
  const view = (name: string, users: Uint32Array, train: Ragged): Split => {
    const [valid, test] = [split.valid, split.test].map((part) =>
      [...users].map((user) => rowOf(part, user).filter((item) => known[item]! > 0))
    ) as [Uint32Array[], Uint32Array[]];
    const evaluated = valid.map((row, n) => row.length > 0 && test[n]!.length > 0);
    const of = (rows: Uint32Array[]) => ragged(rows.map((row, n) => evaluated[n] ? row : []));
    return {
      name: `${split.name}-${name}${seed === 1 ? "" : `-${seed}`}`,
      users: users.length,
      items: split.items,
      train,
      valid: of(valid),
      test: of(test),
      userIds: [...users].map((user) => split.userIds[user]!),
      itemIds: split.itemIds,
    };
  };
  const history = (users: Uint32Array) => ragged([...users].map((user) => rowOf(split.train, user)));
  return {
    inside: view("inside", insiders, kept),
    insideHistory: view("inside", insiders, history(insiders)),
    outside: view("outside", outsiders, history(outsiders)),
  };
}
