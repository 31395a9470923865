/**
 * From the ranked lists of checkpoints to the states of a trajectory, for teachers that are not trained here. This module is
 * browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { measuredLength, measureSplit, type SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import { longestRow, paddedRows, type Ragged, rowLength, rowOf } from "../ragged.ts";
import { rankingImportance } from "./importance.ts";
import { partMetrics } from "./state_lists.ts";
import type { TrajectoryState } from "./trajectory.ts";

/** The lists of all users at one checkpoint. */
export interface CheckpointRanking {
  /** The number of the checkpoint; where there are none, that of the state, or 0. */
  readonly number: number;
  /** Per user the items that are not training items, the best first. */
  readonly unobserved: Ragged;
  /** Per user the training items that the list holds, the best first. */
  readonly observed: Ragged;
}

/** Cut-offs of the metrics of a state. */
export const measuredAt: readonly number[] = [10, 50];

/** The metrics of a checkpoint. */
export function measureRanking(split: Split, { unobserved }: CheckpointRanking): SplitMetrics {
  const width = Math.max(1, Math.min(measuredLength(split, measuredAt), longestRow(unobserved)));
  return measureSplit(split, paddedRows(unobserved, width), width, measuredAt);
}

/** The state of the last of these rankings; the others are the checkpoints before it. */
export function rankedState(
  split: Split,
  window: readonly CheckpointRanking[],
  length: number,
): TrajectoryState {
  const state = window.at(-1)!;
  const items = paddedRows(state.unobserved, length);
  const importance = new Float32Array(items.length);
  const rankOf = new Int32Array(split.items).fill(-1);
  for (let user = 0; user < split.users; user++) {
    const list = rowOf(state.unobserved, user).subarray(0, length);
    const ranks = window.map(({ unobserved }) => rowOf(unobserved, user)).filter((row) => row.length > 0)
      .map((row) => ranksIn(row, list, rankOf));
    if (ranks.length > 0) importance.set(rankingImportance(ranks), user * length);
  }
  const { valid, test } = measureRanking(split, state);
  return {
    epoch: state.number,
    items,
    importance,
    metrics: partMetrics(valid.means, test.means),
  };
}

/**
 * The importance of the observed items at the last of these rankings, all equal where its list holds none; aligned with the
 * training items.
 */
export function rankedObserved(
  split: Split,
  window: readonly CheckpointRanking[],
): Float32Array<ArrayBuffer> {
  const { train } = split;
  const importance = new Float32Array(train.items.length);
  const rankOf = new Int32Array(split.items).fill(-1);
  for (let user = 0; user < split.users; user++) {
    const own = rowOf(train, user);
    const known = rowLength(window.at(-1)!.observed, user) > 0;
    const ranks = window.map(({ observed }) => rowOf(observed, user)).filter((row) => row.length > 0)
      .map((row) => ranksIn(row, own, rankOf));
    const equal = new Uint32Array(own.length);
    importance.set(rankingImportance(known ? ranks : [equal]), train.offsets[user]!);
  }
  return importance;
}

/** The rank in `row` of each item of `wanted`; one that is not there has the rank after the end of `row`. */
function ranksIn(row: Uint32Array, wanted: Uint32Array, rankOf: Int32Array): Uint32Array {
  row.forEach((item, rank) => rankOf[item] = rank);
  const ranks = wanted.map((item) => rankOf[item]! < 0 ? row.length : rankOf[item]!);
  row.forEach((item) => rankOf[item] = -1);
  return ranks;
}
