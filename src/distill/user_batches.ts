/**
 * Which users each step of a distillation epoch works on. This module is browser compatible.
 *
 * @module
 */
import { rowIndexes } from "../data/csr.ts";
import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import { permutation, stream } from "../random.ts";

/** The batches of one epoch, each of distinct users in ascending order. */
export interface UserBatches {
  /** The users of all batches, one batch after the other. */
  readonly users: Uint32Array<ArrayBuffer>;
  /** Batch b is users[starts[b] .. starts[b + 1]). */
  readonly starts: Uint32Array<ArrayBuffer>;
}

/** How users come into batches. */
export type UserSampling = "interactions" | "uniform";

/**
 * Draws the batches of epochs.
 *
 * "interactions": the training interactions in random order, cut into runs of `batchSize`, each run's users made
 * distinct: active users are visited more often. "uniform": as many batches, each of the next `batchSize` users (or
 * all, if there are fewer) of an endless sequence of random orders.
 *
 * @param train Training items of every user.
 * @param batchSize Interactions (or users) per batch.
 * @param seed Random seed.
 * @param sampling See above.
 * @returns A function from the epoch to its batches: the same epoch always gives the same batches.
 * @throws {ArgumentError} if `batchSize` is not a positive integer or there is no interaction.
 */
export function userBatches(
  train: Ragged,
  batchSize: number,
  seed: number,
  sampling: UserSampling = "interactions",
): (epoch: number) => UserBatches {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ArgumentError("batchSize", `it is ${batchSize}`, "a positive integer");
  }
  const pairs = train.items.length;
  if (pairs === 0) throw new ArgumentError("train", "it holds no interaction", "at least one");
  const users = rowCount(train);
  const userOf = rowIndexes(train);
  const steps = Math.ceil(pairs / batchSize);
  const lastVisit = new Uint32Array(users);
  const batch = new Uint32Array(Math.min(users, batchSize));
  return (epoch) => {
    const result = new Uint32Array(steps * batch.length);
    const starts = new Uint32Array(steps + 1);
    lastVisit.fill(0);
    const order = sampling === "interactions"
      ? permutation(pairs, seed, stream.shuffle, epoch).map((pair) => userOf[pair]!)
      : uniformOrder(users, steps * batch.length, seed, epoch);
    const taken = sampling === "interactions" ? batchSize : batch.length;
    for (let step = 0; step < steps; step++) {
      let distinct = 0;
      for (let n = step * taken; n < Math.min(order.length, (step + 1) * taken); n++) {
        const user = order[n]!;
        if (lastVisit[user] === step + 1) continue;
        lastVisit[user] = step + 1;
        batch[distinct++] = user;
      }
      result.set(batch.subarray(0, distinct).sort(), starts[step]!);
      starts[step + 1] = starts[step]! + distinct;
    }
    return { users: result.slice(0, starts[steps]!), starts };
  };
}

function uniformOrder(users: number, length: number, seed: number, epoch: number): Uint32Array {
  const rounds = Math.ceil(length / users);
  const order = new Uint32Array(rounds * users);
  for (let round = 0; round < rounds; round++) {
    order.set(permutation(users, seed, stream.shuffle, epoch * rounds + round), round * users);
  }
  return order.subarray(0, length);
}
