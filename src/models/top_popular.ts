import { columnCounts } from "../data/csr.ts";
import type { TrainingSet } from "./model.ts";
import { readOptions } from "./model_options.ts";
import { emptyPlace } from "../ragged.ts";
import { checkedRows, checkHistory, orderOf, type Yardstick } from "./yardstick.ts";

/**
 * Ranks items by popularity: the score of an item is its number of users in the training set, the same for everybody.
 *
 * @example The most popular item that a user does not have
 * ```ts
 * import { createTopPopular, ragged } from "@hetcomp/hetcomp";
 * const training = { users: 3, items: 4, interactions: ragged([[1, 3], [3], [0, 3]]) };
 * const places = new Uint32Array(2);
 * createTopPopular(training).rank(Uint32Array.of(3), places);
 * console.assert(places.join() === "0,1");
 * ```
 *
 * @param training What to count.
 * @param options There are no settings.
 * @throws {ArgumentError} if a setting is given, a row is not ascending, or an item does not exist.
 */
export function createTopPopular(training: TrainingSet, options: object = {}): Yardstick {
  const { items } = training;
  const hyperparameters = readOptions(options, {}, {});
  const counts = columnCounts(checkedRows(training), items);
  const order = orderOf(counts);
  const observed = new Uint8Array(items);
  return {
    kind: "TopPop",
    items,
    hyperparameters,
    rank(history, places) {
      checkHistory(history, items);
      for (const item of history) observed[item] = 1;
      let filled = 0;
      for (let n = 0; n < items && filled < places.length; n++) {
        if (observed[order[n]!] === 0) places[filled++] = order[n]!;
      }
      places.fill(emptyPlace, filled);
      for (const item of history) observed[item] = 0;
      const unknown = places.subarray(0, filled).findIndex((item) => counts[item] === 0);
      return unknown < 0 ? filled : unknown;
    },
  };
}
