/**
 * A small generated split, and trajectories of random lists for it: enough to run a distillation without training.
 *
 * @module
 */
import { generateSample } from "../src/data/sample.ts";
import { type Split, splitDataset, splitFingerprint } from "../src/data/split.ts";
import { permutation } from "../src/random.ts";
import { emptyPlace, rowOf, sortedIncludes } from "../src/ragged.ts";
import type { Trajectory } from "../src/teachers/trajectory.ts";

/** A split of the given size. */
export function syntheticSplit(users: number, items: number): Split {
  const dataset = generateSample({ users, items, interactions: 20 * users, communities: 6, seed: 1 });
  return splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
}

/** A trajectory whose states are the given lists, each of `length` unobserved items for every user. */
export async function trajectoryOf(
  split: Split,
  kind: string,
  lists: readonly Uint32Array<ArrayBuffer>[],
  length: number,
): Promise<Trajectory> {
  const { users, items, train } = split;
  return {
    kind,
    users,
    items,
    length,
    fingerprint: await splitFingerprint(split),
    seed: 1,
    hyperparameters: {},
    adapter: "none",
    states: lists.map((items, state) => ({
      epoch: state + 1,
      items,
      importance: Float32Array.from(items, (item, n) => item === emptyPlace ? 0 : 2 - n % length / length),
      metrics: {},
    })),
    observed: new Float32Array(train.items.length).fill(1),
    curve: [],
    seconds: 0,
  };
}

/** A trajectory of `states` states, each with 100 random unobserved items for every user. */
export function syntheticTrajectory(split: Split, kind: string, states: number): Promise<Trajectory> {
  const { users, items, train } = split;
  const length = Math.min(100, items);
  const listsOf = (state: number) => {
    const lists = new Uint32Array(users * length).fill(emptyPlace);
    for (let user = 0; user < users; user++) {
      const seen = rowOf(train, user);
      let place = user * length;
      for (const item of permutation(items, state + kind.length, 101, user)) {
        if (place === (user + 1) * length) break;
        if (!sortedIncludes(seen, item)) lists[place++] = item;
      }
    }
    return lists;
  };
  return trajectoryOf(split, kind, Array.from({ length: states }, (_, state) => listsOf(state)), length);
}
