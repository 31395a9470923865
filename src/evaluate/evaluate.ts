/**
 * Evaluating a trained model on a split. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { padRows } from "../kernels/embedding.ts";
import { checkFactors } from "../kernels/factors.ts";
import type { Model } from "../models/model.ts";
import { factorRanker, type Ranker, rankerOf } from "../models/ranker.ts";
import { Student } from "../models/student.ts";
import { type EvaluationOptions, RankingEvaluation, type SplitMetrics } from "./ranking_evaluation.ts";

/**
 * Ranks all items for all users and measures validation and test. Validation leaves training and test items out of the
 * ranking, test leaves training and validation items out; users without relevant items are not evaluated; ties go to the
 * lower item number.
 *
 * @example Evaluate a student on the built-in sample
 * ```ts
 * import { evaluate, generateSample, openGpu, splitDataset, Student } from "@hetcomp/hetcomp";
 * const dataset = generateSample({ users: 30, items: 60, interactions: 400 });
 * const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: 1 });
 * const student = new Student({
 *   dim: 1,
 *   userFactors: new Float32Array(30).fill(1),
 *   itemFactors: Float32Array.from({ length: 60 }, (_, item) => -item),
 *   userIds: split.userIds,
 *   itemIds: split.itemIds,
 * });
 * using gpu = await openGpu();
 * const { test } = await evaluate(gpu, student, split, { k: [10] });
 * console.assert(test.means["recall@10"]! > 0 && test.perUser.users.length <= 30);
 * ```
 *
 * @param gpu The device.
 * @param model A student, a model in training, or anything that ranks.
 * @param split The data; a student must have as many users and items, with the same ids in the same order.
 * @param options Cut-offs.
 * @returns Means and per-user values for both parts.
 * @throws {ArgumentError} if the model does not fit the split, the split is not as {@linkcode Split} says, scores of a
 * student may leave the range of 32-bit floats, or a cut-off is not a positive integer.
 */
export async function evaluate(
  gpu: Gpu,
  model: Student | Model | Ranker,
  split: Split,
  options: EvaluationOptions = {},
): Promise<SplitMetrics> {
  if (model.users !== split.users || model.items !== split.items) {
    throw new ArgumentError(
      "model",
      `it has ${model.users} users and ${model.items} items`,
      `${split.users} users and ${split.items} items, as the split`,
    );
  }
  using evaluation = new RankingEvaluation(gpu, split, options);
  if (!(model instanceof Student)) {
    const ranker = "topK" in model ? model : rankerOf(gpu, model);
    return await metricsOf(evaluation, ranker);
  }
  for (const ids of ["userIds", "itemIds"] as const) {
    const wrong = model[ids].findIndex((id, n) => id !== split[ids][n]);
    if (wrong >= 0) {
      throw new ArgumentError(
        "model",
        `its ${ids} differ from the split's: ${model[ids][wrong]} at place ${wrong}`,
        split[ids][wrong]!,
      );
    }
  }
  checkFactors(model.userFactors, model.itemFactors, model.dim);
  using users = gpu.upload("student's users", padRows("userFactors", model.userFactors, model.dim));
  using items = gpu.upload("student's items", padRows("itemFactors", model.itemFactors, model.dim));
  const ranker = factorRanker(gpu, {
    users: { array: users, row: 0, count: model.users },
    items: { array: items, row: 0, count: model.items },
    dim: model.dim,
  });
  return await metricsOf(evaluation, ranker);
}

async function metricsOf(evaluation: RankingEvaluation, ranker: Ranker): Promise<SplitMetrics> {
  const { valid, test } = await evaluation.rank(ranker);
  return { valid, test };
}
