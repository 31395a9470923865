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
import { uploadUserNumbers } from "../kernels/user_range.ts";
import { listScoresOnDevice } from "../kernels/list_scores.ts";
import type { Factors, Model, Ranker, UserRange } from "./model.ts";

export type { Ranker, UserRange } from "./model.ts";

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
  const complete = (name: string, rows = users, served = users) => {
    if (rows < served) {
      throw new ArgumentError(name, `it has ${rows} rows`, `one for each of the ${served} users`);
    }
  };
  /** Whom to serve; undefined for all. */
  const within = (range?: UserRange) => {
    if (range === undefined) return undefined;
    const { first, count } = range;
    const end = first + count;
    if (Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 0 && end <= users) {
      return count === users ? undefined : range;
    }
    throw new ArgumentError("range", `it is the users ${first} to ${end - 1}`, `some of the ${users} users`);
  };
  return {
    users,
    items,
    topK(k, exclude, range) {
      positive("k", k);
      complete("exclude", exclude?.rows);
      return ranker.topK(k, exclude, within(range));
    },
    rankCounts(targets, length, exclude, range) {
      positive("length", length);
      const some = within(range);
      complete("targets", Math.floor(targets.byteLength / 4 / length), some?.count);
      complete("exclude", exclude?.rows);
      return ranker.rankCounts(targets, length, exclude, some);
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
  const ranked = (exclude: DeviceExclusions | undefined, rows: DeviceArray | undefined) => ({
    ...{ users, items, dim },
    ...(exclude ? { exclude } : {}),
    ...(rows ? { rows } : {}),
  });
  return checkedRanker({
    users: users.count,
    items: items.count,
    topK(k, exclude, range) {
      using rows = range && uploadUserNumbers(gpu, range);
      const best = topKOnDevice(gpu, { ...ranked(exclude, rows), k });
      best.scores.dispose();
      return best.items;
    },
    rankCounts(targets, length, exclude, range) {
      using rows = range && uploadUserNumbers(gpu, range);
      return rankCountsOnDevice(gpu, { ...ranked(exclude, rows), targets, length });
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
