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

/**
 * A ranker that refuses, before anything is recorded, what would look behind the ends of arrays.
 *
 * @throws {ArgumentError} from its methods, if a count is no positive integer, or there are fewer rows than users.
 */
export function checkedRanker(ranker: Ranker): Ranker {
  const { users, items } = ranker;
  const positive = (name: string, value: number) => {
    if (!Number.isInteger(value) || value < 1) {
      throw new ArgumentError(name, `it is ${value}`, "a positive integer");
    }
  };
  const complete = (name: string, rows = users) => {
    if (rows < users) {
      throw new ArgumentError(name, `it has ${rows} rows`, `one for each of the ${users} users`);
    }
  };
  return {
    users,
    items,
    topK(k, exclude) {
      positive("k", k);
      complete("exclude", exclude?.rows);
      return ranker.topK(k, exclude);
    },
    rankCounts(targets, length, exclude) {
      positive("length", length);
      complete("targets", Math.floor(targets.byteLength / 4 / length));
      complete("exclude", exclude?.rows);
      return ranker.rankCounts(targets, length, exclude);
    },
    listScores(lists) {
      if (lists.rows > users) {
        throw new ArgumentError(
          "lists",
          `it has ${lists.rows} rows`,
          `at most one for each of the ${users} users`,
        );
      }
      return ranker.listScores(lists);
    },
  };
}

/**
 * A ranker for any model whose score is a dot product.
 *
 * @throws {ArgumentError} from its methods, as {@linkcode checkedRanker} says.
 */
export function factorRanker(gpu: Gpu, factors: Factors): Ranker {
  const { users, items, dim } = factors;
  return checkedRanker({
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
  });
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
