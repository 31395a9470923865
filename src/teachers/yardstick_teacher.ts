/**
 * Teachers that need no training: the yardsticks. This module is browser compatible.
 *
 * @module
 */
import { type Split, splitFingerprint } from "../data/split.ts";
import { measuredLength } from "../evaluate/ranking_evaluation.ts";
import { createYardstick, type YardstickKind } from "../models/yardsticks.ts";
import { ragged, rowOf } from "../ragged.ts";
import { measuredAt, rankedObserved, rankedState } from "./ranked_states.ts";
import { trajectoryLength } from "./train_teacher.ts";
import type { Trajectory } from "./trajectory.ts";

/**
 * Makes a trajectory of a yardstick, which teaches beside trained teachers. On many data sets a tuned one is as good as
 * they are, and errs elsewhere.
 *
 * It has a single state: every user's 100 best items with the importance exp(-rank / 10) + 1 ({@linkcode rankingImportance}
 * with one checkpoint), without those of which the yardstick knows nothing; a user of whom it knows nothing learns nothing
 * from it. All of a user's observed items are equally important.
 *
 * @example Beside matrix factorization
 * ```ts
 * import { generateSample, splitDataset, yardstickTrajectory } from "@hetcomp/hetcomp";
 * const split = splitDataset(generateSample({ users: 60, items: 300, interactions: 1200 }), { seed: 1 });
 * const { states } = await yardstickTrajectory(split, "RP3beta");
 * console.assert(states.length === 1 && states[0]!.items.length === 60 * 100);
 * ```
 *
 * @param split Training, validation and test interactions; learns from the first only.
 * @param kind The key of the yardstick, as in {@linkcode createYardstick}.
 * @param options The kind's own settings.
 * @throws {ArgumentError} as {@linkcode createYardstick}.
 */
export async function yardstickTrajectory(
  split: Split,
  kind: YardstickKind,
  options: object = {},
): Promise<Trajectory> {
  const started = performance.now();
  const { users, items, train } = split;
  const yardstick = createYardstick({ users, items, interactions: train }, kind, options);
  const length = Math.min(trajectoryLength, items);
  const places = new Uint32Array(Math.min(items, Math.max(length, measuredLength(split, measuredAt))));
  const lists = Array.from({ length: users }, (_, user) => {
    const known = yardstick.rank(rowOf(train, user), places);
    return places.slice(0, known);
  });
  const ranking = {
    number: 0,
    unobserved: ragged(lists),
    observed: ragged(lists.map(() => [])),
  };
  return {
    kind,
    users,
    items,
    length,
    fingerprint: await splitFingerprint(split),
    seed: 0,
    hyperparameters: { ...yardstick.hyperparameters },
    adapter: "none",
    states: [rankedState(split, [ranking], length)],
    observed: rankedObserved(split, [ranking]),
    curve: [],
    seconds: (performance.now() - started) / 1000,
  };
}
