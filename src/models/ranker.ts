/**
 * What evaluation and teaching ask of a trained model: rankings, never score matrices. This module is browser
 * compatible.
 *
 * @module
 */
import type { Gpu } from "../gpu/gpu.ts";
import { ArgumentError } from "../errors.ts";
import { topKOnDevice } from "../kernels/top_k.ts";
import { rankCountsOnDevice } from "../kernels/rank_counts_on_device.ts";
import { listScoresOnDevice } from "../kernels/list_scores.ts";
import type { Factors, Model, Ranker } from "./model.ts";

export type { Ranker } from "./model.ts";

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
 * @throws {ArgumentError} if it has neither factors nor a ranker of its own.
 */
export function rankerOf(gpu: Gpu, model: Model): Ranker {
  const factors = model.factors();
  if (factors) return factorRanker(gpu, factors);
  if (model.ranker) return model.ranker();
  throw new ArgumentError(
    "model",
    `${model.kind} has no factors`,
    "a model with factors, or one that ranks by itself",
  );
}
