/**
 * What evaluation and teaching ask of a trained model: rankings, never score matrices. This module is browser
 * compatible.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { ArgumentError } from "../errors.ts";
import { type DeviceExclusions, topKOnDevice } from "../kernels/top_k.ts";
import { rankCountsOnDevice } from "../kernels/rank_counts_on_device.ts";
import { listScoresOnDevice } from "../kernels/list_scores.ts";
import type { DeviceRagged } from "../kernels/device_ragged.ts";

import type { Factors, Model } from "./model.ts";

/** Ranks all items for all users. Ties go to the lower item number. The caller disposes of what it gets. */
export interface Ranker {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** [users x k] the best items of every user without the excluded ones; 0xffffffff is an empty place. */
  topK(k: number, exclude?: DeviceExclusions): DeviceArray;
  /** [users x length] how many items that are not excluded come before each target; 0xffffffff stays. */
  rankCounts(targets: DeviceArray, length: number, exclude?: DeviceExclusions): DeviceArray;
  /** Scores of the listed (user, item) pairs, aligned with the lists' items. */
  listScores(lists: DeviceRagged): DeviceArray;
}

/** A ranker for any model whose score is a dot product. */
export function factorRanker(gpu: Gpu, factors: Factors): Ranker {
  const { users, items, dim } = factors;
  return {
    users: users.count,
    items: items.count,
    topK(k, exclude) {
      const best = topKOnDevice(gpu, { users, items, dim, k, ...(exclude ? { exclude } : {}) });
      best.scores.dispose();
      return best.items;
    },
    rankCounts(targets, length, exclude) {
      return rankCountsOnDevice(gpu, { users, items, dim, targets, length, ...(exclude ? { exclude } : {}) });
    },
    listScores: (lists) => listScoresOnDevice(gpu, { users, items, dim, lists }),
  };
}

/**
 * A ranker for a model as it is now; valid until its next epoch.
 *
 * @throws {ArgumentError} if its scores are no dot products.
 */
export function rankerOf(gpu: Gpu, model: Model): Ranker {
  const factors = model.factors();
  if (!factors) {
    throw new ArgumentError("model", `${model.kind} has no factors`, "a model whose score is a dot product");
  }
  return factorRanker(gpu, factors);
}
