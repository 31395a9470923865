/**
 * From checkpoints of a training run to the ranked lists and importances of its states. This module is browser
 * compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { filledPlaces } from "../ragged.ts";
import { rankingImportance } from "./importance.ts";
import type { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { DeviceRagged } from "../kernels/device_ragged.ts";
import { ranges } from "../kernels/dispatch_limits.ts";
import type { Model } from "../models/model.ts";
import { type Ranker, rankerOf, type UserRange } from "../models/ranker.ts";
import { type Fit, loadSnapshot } from "./fit.ts";
import type { TrainingHooks } from "./training.ts";
import type { TrajectoryState } from "./trajectory.ts";

/** A finished training run and what is needed to rank its checkpoints. */
export interface RankedRun {
  /** The device. */
  readonly gpu: Gpu;
  /** The model; its parameters are replaced. */
  readonly model: Model;
  /** Holds the training items. */
  readonly evaluation: RankingEvaluation;
  /** The run. */
  readonly fit: Fit;
  /** The data. */
  readonly split: Split;
  /** Called after each checkpoint was ranked. */
  readonly onStage?: TrainingHooks["onStage"];
}

/** Checkpoints over which the spread of a rank is taken, this state's included. */
const consistencyWindow = 5;

/** The evaluations whose ranks decide the importance at `evaluation`, the oldest first. */
export function windowOf(evaluation: number): number[] {
  const first = Math.max(0, evaluation - consistencyWindow + 1);
  return Array.from({ length: evaluation - first + 1 }, (_, n) => first + n);
}

/** Validation metrics by their name, test metrics as "test.NAME"; those that nobody could be measured by are left out. */
export function partMetrics(
  valid: Readonly<Record<string, number>> = {},
  test: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const ofTest = Object.entries(test).map(([name, value]) => [`test.${name}`, value] as const);
  const all = [...Object.entries(valid), ...ofTest];
  return Object.fromEntries(all.filter(([, value]) => Number.isFinite(value)));
}

/**
 * The state of a trajectory at one evaluation: every user's best `length` items without the training items, and their
 * importance from the rank in this state and its spread over the last five evaluated checkpoints. Ranked in blocks of users,
 * as the evaluation's `placesAtOnce` says.
 */
export async function stateLists(
  run: RankedRun,
  evaluation: number,
  length: number,
): Promise<TrajectoryState> {
  const { gpu, model, split } = run;
  const window = windowOf(evaluation);
  const { train, placesAtOnce } = run.evaluation;
  const rankedAt = async (checkpoint: number, record: (ranker: Ranker, range: UserRange) => DeviceArray) => {
    await loadSnapshot(model, run.fit, checkpoint);
    const ranker = rankerOf(gpu, model);
    const all = new Uint32Array(split.users * length);
    for (const [first, end] of ranges(split.users, Math.max(1, Math.floor(placesAtOnce / length)))) {
      using block = record(ranker, { first, count: end - first });
      all.set(await gpu.readIntegers(block), first * length);
    }
    return all;
  };
  const items = await rankedAt(evaluation, (ranker, range) => ranker.topK(length, train, range));
  const earlier: Uint32Array<ArrayBuffer>[] = [];
  for (const checkpoint of window.slice(0, -1)) {
    earlier.push(
      await rankedAt(checkpoint, (ranker, range) => {
        const { first, count } = range;
        using targets = gpu.upload("targets", items.subarray(first * length, (first + count) * length));
        return ranker.rankCounts(targets, length, train, range);
      }),
    );
    run.onStage?.(
      `ranking checkpoints for epoch ${run.fit.evaluations[evaluation]!.epoch}`,
      earlier.length,
      window.length,
    );
  }
  const importance = new Float32Array(items.length);
  const places = Uint32Array.from({ length }, (_, place) => place);
  for (let user = 0; user < split.users; user++) {
    const start = user * length;
    const end = start + filledPlaces(items, start, length);
    const ranks = [...earlier.map((counts) => counts.subarray(start, end)), places.subarray(0, end - start)];
    importance.set(rankingImportance(ranks), start);
  }
  const { epoch, valid, test } = run.fit.evaluations[evaluation]!;
  return { epoch, items, importance, metrics: partMetrics(valid, test) };
}

/**
 * The importance of every training interaction at one evaluation, from ranks among the user's own training items
 * only; aligned with `split.train.items`.
 */
export async function observedImportance(
  run: RankedRun,
  evaluation: number,
): Promise<Float32Array<ArrayBuffer>> {
  const { gpu, model, split } = run;
  const { offsets, items } = split.train;
  using lists = new DeviceRagged(gpu, "training items", split.train);
  const checkpoints: Uint32Array[] = [];
  for (const checkpoint of windowOf(evaluation)) {
    await loadSnapshot(model, run.fit, checkpoint);
    const ranker = rankerOf(gpu, model);
    using scores = ranker.listScores(lists);
    checkpoints.push(ranksWithinRows(offsets, items, await gpu.readFloats(scores)));
  }
  const importance = new Float32Array(items.length);
  for (let user = 0; user < split.users; user++) {
    const [start, end] = [offsets[user]!, offsets[user + 1]!];
    importance.set(rankingImportance(checkpoints.map((ranks) => ranks.subarray(start, end))), start);
  }
  return importance;
}

/** Rank of every value within its row by falling score, ties by the lower item number. */
export function ranksWithinRows(offsets: Uint32Array, items: Uint32Array, scores: Float32Array): Uint32Array {
  const ranks = new Uint32Array(items.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    const places = Array.from({ length: offsets[row + 1]! - offsets[row]! }, (_, n) => offsets[row]! + n);
    places.sort((left, right) => scores[right]! - scores[left]! || items[left]! - items[right]!);
    places.forEach((place, rank) => ranks[place] = rank);
  }
  return ranks;
}
