import negativesCode from "../../shaders/sample/negatives.wgsl" with { type: "text" };
import randomCode from "../../shaders/sample/random.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { TrainingPairs } from "./training_pairs.ts";

/** Which training triples to draw. */
export interface NegativesRequest {
  /** The training pairs. */
  readonly pairs: TrainingPairs;
  /** The epoch's shuffled order of the pairs, one number a pair. */
  readonly order: DeviceArray;
  /** Receives two numbers a triple, and one for each negative. */
  readonly triples: DeviceArray;
  /** Seed of the random numbers. */
  readonly seed: number;
  /** Epoch: every epoch draws afresh. */
  readonly epoch: number;
  /** First position of the order. */
  readonly first: number;
  /** Number of positions. */
  readonly count: number;
  /** Negative items a position. Default 1. */
  readonly negatives?: number;
}

/**
 * Records the drawing of negative items for each of `count` shuffled training pairs. Triple `n` holds table rows:
 * the user, `users` + its positive item, `users` + the negative item (or several). A negative is uniform over all items outside
 * the user's training list, from the counter (seed, `stream.negative`, epoch, position; with several, position x their
 * number + which): one random word, spread
 * over the absent items by a multiplication (off from uniform by at most items / 2^32) and mapped to an item by a
 * binary search, so no draw is ever rejected. A user who has every item gets the positive itself, a pair that
 * teaches nothing.
 */
export function recordNegatives(gpu: Gpu, request: NegativesRequest): void {
  const { pairs, order, triples, seed, epoch, first, count, negatives = 1 } = request;
  gpu.dispatch(
    gpu.kernel({ name: "sample/negatives", code: negativesCode, parts: [randomCode] }),
    { order, pair_users: pairs.pairUsers, pair_items: pairs.pairItems, offsets: pairs.offsets, triples },
    { seed, epoch, first, count, negatives, users: pairs.users, items: pairs.items },
    spread(Math.ceil(count * negatives / 64)),
    count * negatives * 300,
  );
}
