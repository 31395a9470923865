import { type Split, splitFingerprint } from "../../src/data/split.ts";
import { emptyPlace, ragged } from "../../src/ragged.ts";
import type { Trajectory } from "../../src/teachers/trajectory.ts";

/** A split of 3 users and 6 items. */
export function exampleSplit(): Split {
  return {
    name: "example",
    users: 3,
    items: 6,
    train: ragged([[0, 1], [5], [0, 2, 3, 4]]),
    valid: ragged([[2], [0], []]),
    test: ragged([[3], [1], []]),
    userIds: ["a", "b", "c"],
    itemIds: ["p", "q", "r", "s", "t", "u"],
  };
}

/** A trajectory of two states, three places per user, that belongs to {@linkcode exampleSplit}. */
export async function exampleTrajectory(): Promise<Trajectory> {
  return {
    kind: "MF",
    users: 3,
    items: 6,
    length: 3,
    fingerprint: await splitFingerprint(exampleSplit()),
    seed: 7,
    hyperparameters: { dim: 64, layers: [3, 2], note: "ü" },
    adapter: "none",
    states: [
      {
        epoch: 10,
        items: Uint32Array.of(2, 3, 4, 4, 0, 1, 1, 5, emptyPlace),
        importance: Float32Array.of(2, 1.9, 1.8, 2, 1.9, 1.8, 2, 1.9, 0),
        metrics: { "recall@50": 0.1 },
      },
      {
        epoch: 20,
        items: Uint32Array.of(5, 3, 2, 0, 1, 2, 5, 1, emptyPlace),
        importance: Float32Array.of(2, 1.9, 0, 2, 1.9, 1.8, 2, 1.9, 0),
        metrics: { "recall@50": 0.2 },
      },
    ],
    observed: Float32Array.of(2, 1.9, 2, 1.9, 2, 1.7, 1.8),
    curve: [{ epoch: 10, loss: 0.5, metrics: { "recall@50": 0.1 } }, { epoch: 20, loss: 0.4, metrics: {} }],
    seconds: 1.5,
  };
}
