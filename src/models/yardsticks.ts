/**
 * Simple recommenders that a trained model should beat. Tuned ones often win (Ferrari Dacrema, Cremonesi and Jannach,
 * RecSys 2019). This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { ArgumentError } from "../errors.ts";
import { rowOf } from "../ragged.ts";
import { createEase, easeDefaults, easeRules } from "./ease.ts";
import { createItemKnn, itemKnnDefaults, itemKnnRules } from "./item_knn.ts";
import type { TrainingSet } from "./model.ts";
import type { ModelSettings } from "./registry.ts";
import { createRp3Beta, rp3BetaDefaults, rp3BetaRules } from "./rp3beta.ts";
import { createTopPopular } from "./top_popular.ts";
import type { Yardstick } from "./yardstick.ts";

/** The kinds of yardsticks, in the order in which tables show them. */
export const yardstickKinds = ["TopPop", "ItemKNN", "EASE", "RP3beta"] as const;

/** The key of a kind of yardstick. */
export type YardstickKind = typeof yardstickKinds[number];

/** Whether a name is that of a yardstick. */
export function isYardstick(name: string): name is YardstickKind {
  return (yardstickKinds as readonly string[]).includes(name);
}

const factories: Readonly<Record<YardstickKind, (training: TrainingSet, options: object) => Yardstick>> = {
  TopPop: createTopPopular,
  ItemKNN: createItemKnn,
  EASE: createEase,
  RP3beta: createRp3Beta,
};

/** The settings of every kind of yardstick. */
export const yardstickSettings: Readonly<Record<YardstickKind, ModelSettings>> = {
  TopPop: { defaults: {}, rules: {} },
  ItemKNN: { defaults: { ...itemKnnDefaults }, rules: itemKnnRules },
  EASE: { defaults: { ...easeDefaults }, rules: easeRules },
  RP3beta: { defaults: { ...rp3BetaDefaults }, rules: rp3BetaRules },
};

/**
 * Makes a yardstick of a kind given by its key. All are computed on the CPU in float64, and the same input gives the same
 * bits.
 *
 * @example Rank for a user who is not in the training set
 * ```ts
 * import { createYardstick, ragged } from "@hetcomp/hetcomp";
 * const training = { users: 3, items: 4, interactions: ragged([[1, 3], [1, 3], [0]]) };
 * const places = new Uint32Array(2);
 * createYardstick(training, "ItemKNN").rank(Uint32Array.of(1), places);
 * console.assert(places.join() === "3,0");
 * ```
 *
 * @param training What to learn from.
 * @param kind "TopPop" (popularity), "ItemKNN" (nearest items), "EASE" (linear, at most 6,000 items) or "RP3beta" (random
 * walk).
 * @param options The kind's own settings.
 * @throws {ArgumentError} if there is no such kind, a setting is unusable, or the training set does not suit the kind.
 */
export function createYardstick(training: TrainingSet, kind: YardstickKind, options: object = {}): Yardstick {
  if (!Object.hasOwn(factories, kind)) {
    throw new ArgumentError("kind", `"${kind}" is no yardstick`, yardstickKinds.join(", "));
  }
  return factories[kind](training, options);
}

/**
 * Ranks the unobserved items of every user of a split by a yardstick that is made from the training part. The result is
 * what `RankingEvaluation.measure` takes. Beside it and the yardstick, memory is that of one user's scores.
 *
 * @example Popular items that the user does not have
 * ```ts
 * import { generateSample, splitDataset, yardstickLists } from "@hetcomp/hetcomp";
 * const split = splitDataset(generateSample({ users: 30, items: 60, interactions: 400 }), { seed: 1 });
 * const lists = yardstickLists(split, "TopPop", 10);
 * console.assert(lists.length === 30 * 10 && lists.every((item) => item < 60));
 * ```
 *
 * @param split Only its training part is used, and left out of the rankings.
 * @param kind The key of the yardstick, as in {@linkcode createYardstick}.
 * @param width Number of places per user; it may exceed the number of items.
 * @param options The kind's own settings.
 * @returns [users x width] item numbers row by row, the best first, equal scores by the lower item number; 0xffffffff
 * where no unobserved item is left. A user without training items is given the best items all the same, which are those
 * of the lowest numbers where the yardstick knows nothing better.
 * @throws {ArgumentError} as {@linkcode createYardstick}, and if the width is not a positive integer.
 */
export function yardstickLists(
  split: Split,
  kind: YardstickKind,
  width: number,
  options: object = {},
): Uint32Array<ArrayBuffer> {
  if (!(Number.isInteger(width) && width > 0)) {
    throw new ArgumentError("width", `it is ${width}`, "a positive integer");
  }
  const { users, items, train } = split;
  const yardstick = createYardstick({ users, items, interactions: train }, kind, options);
  const lists = new Uint32Array(users * width);
  for (let user = 0; user < users; user++) {
    yardstick.rank(rowOf(train, user), lists.subarray(user * width, (user + 1) * width));
  }
  return lists;
}
