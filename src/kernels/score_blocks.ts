/**
 * Rankings from scores that a model computes and stores for a block of users at a time: for models whose score is no
 * dot product. A block holds scores[item * count + n] for user first + n.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import keptHeap from "../../shaders/rank/kept_heap.wgsl" with { type: "text" };
import maskExcluded from "../../shaders/rank/mask_excluded.wgsl" with { type: "text" };
import placeOf from "../../shaders/rank/place_of.wgsl" with { type: "text" };
import scoreKey from "../../shaders/rank/score_key.wgsl" with { type: "text" };
import storedBest from "../../shaders/rank/stored_best.wgsl" with { type: "text" };
import storedFilter from "../../shaders/rank/stored_filter.wgsl" with { type: "text" };
import storedKeys from "../../shaders/rank/stored_keys.wgsl" with { type: "text" };
import storedMaxima from "../../shaders/rank/stored_maxima.wgsl" with { type: "text" };
import storedPlaces from "../../shaders/rank/stored_places.wgsl" with { type: "text" };
import sufficient from "../../shaders/rank/sufficient.wgsl" with { type: "text" };
import { ranksFit, recordRanksOfStored } from "./rank_count_tiles.ts";
import type { TopKTuning } from "./top_k_tile_plan.ts";
import { itemsCounted, TargetPlaces } from "./target_places.ts";
import { operationsPerDispatch, ranges } from "./dispatch_limits.ts";
import type { DeviceExclusions } from "./exclusions.ts";
import { itemsFiltered, itemsPerDispatch, maximaSlices, planTopK } from "./top_k_plan.ts";
import { recordSelection } from "./top_k_selection.ts";
import { uploadUserNumbers, type UserRange } from "./user_range.ts";

/** A model that scores blocks of users. */
export interface ScoreBlocks {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /**
   * Records the scores of all items for the users first .. first + count into `scores`, item by item. They must be
   * finite numbers above -3.4e38.
   */
  readonly record: (first: number, count: number, scores: DeviceArray) => void;
}

/** What the rankings of stored scores leave out and whom they serve. */
export interface BlockRankingOptions {
  /** Items left out, one row for each user. */
  readonly exclude?: DeviceExclusions | undefined;
  /** The users to serve, whose the targets and results are. Default: all. */
  readonly range?: UserRange | undefined;
}

const size = 64;
/** Memory of a block of scores, at most, unless a single user takes more. */
const blockBytes = 32 * 1024 * 1024;
const largestBlock = 256;

/** Users whose scores are stored at a time: from 1 to 256, so that a block has 32 MiB at most. */
export function usersPerBlock(users: number, items: number): number {
  const fitting = Math.floor(blockBytes / (4 * Math.max(1, items)));
  const whole = fitting >= size ? Math.floor(fitting / size) * size : Math.max(1, fitting);
  return Math.min(users, largestBlock, whole);
}

function recordMask(
  gpu: Gpu,
  exclude: DeviceExclusions | undefined,
  scores: DeviceArray,
  { first, count, items }: { first: number; count: number; items: number },
): void {
  if (!exclude || exclude.longest === 0) return;
  const share = Math.max(64, Math.ceil(exclude.longest / 65535));
  gpu.dispatch(
    gpu.kernel({ name: "rank/mask_excluded", code: maskExcluded }),
    { offsets: exclude.offsets, excluded: exclude.items, scores },
    { count, first, items, share },
    [Math.ceil(count / size), Math.ceil(exclude.longest / share)],
  );
}

/**
 * Each user's K best items without the excluded ones: higher scores first, equal scores by the lower item number.
 * Exact for any k. Working memory: a block of scores and what `topKOnDevice` needs for one.
 *
 * @returns Item numbers (u32), k per user; 0xffffffff where there is none. The caller disposes them.
 */
export function topKOfBlocks(
  gpu: Gpu,
  { users, items, record }: ScoreBlocks,
  k: number,
  { exclude, range }: BlockRankingOptions = {},
): DeviceArray {
  const { first: start, count: served } = range ?? { first: 0, count: users };
  const best = gpu.array("top-k items", 4 * served * k);
  const most = usersPerBlock(served, items);
  if (most === 0) return best;
  const plan = planTopK(most, items, k);
  const { stride, samples, groups, capacity, chunk } = plan;
  using bestScores = gpu.array("top-k scores", 4 * served * k);
  using block = gpu.array("block of scores", 4 * chunk * items);
  using state = gpu.array("top-k state", 16 * chunk);
  using maxima = gpu.array("top-k group maxima", 4 * chunk * groups);
  using candidates = gpu.array("top-k candidates", 8 * chunk * capacity);
  const maximaKernel = gpu.kernel({ name: "rank/stored_maxima", code: storedMaxima });
  const filterKernel = gpu.kernel({ name: "rank/stored_filter", code: storedFilter });
  const keepKernel = gpu.kernel({
    name: "rank/stored_best",
    code: storedBest,
    parts: [sufficient, keptHeap],
  });
  for (const [first, end] of ranges(served, chunk)) {
    const count = end - first;
    const lanes = Math.ceil(count / size);
    record(start + first, count, block);
    recordMask(gpu, exclude, block, { first: start + first, count, items });
    const arrays = { state, maxima, candidates, items: best, scores: bestScores };
    recordSelection(gpu, plan, { count, first, k, rows: null, exclude: null, ...arrays }, {
      maxima: () => {
        const slices = maximaSlices(plan, count * samples);
        for (const [from, to] of ranges(slices.slices, slices.perDispatch)) {
          gpu.dispatch(
            maximaKernel,
            { scores: block, maxima },
            {
              count,
              samples,
              stride,
              groups,
              first_group: from * slices.groups,
              groups_per_slice: slices.groups,
            },
            [lanes, to - from],
            count * samples * (to - from) / slices.slices,
          );
        }
      },
      filter: () => {
        const slice = itemsFiltered(1);
        const slices = Math.min(65535, Math.max(1, Math.floor(operationsPerDispatch / (8 * count * slice))));
        for (const [first_item, end] of ranges(items, slices * slice)) {
          const here = Math.ceil((end - first_item) / slice);
          gpu.dispatch(
            filterKernel,
            { scores: block, state, candidates },
            { count, items, capacity, first_item, slice },
            [lanes, here],
            8 * count * slice * here,
          );
        }
      },
      keep: () => {
        for (const [first_item, last_item] of ranges(items, itemsPerDispatch(count, 1, k))) {
          gpu.dispatch(
            keepKernel,
            { stored: block, state, items: best, scores: bestScores },
            { count, first, k, capacity, first_item, last_item },
            [lanes],
          );
        }
      },
    });
  }
  return best;
}

/**
 * The exact rank of given items for each user: how many items that are not excluded come before the target, in the
 * order of {@linkcode topKOfBlocks}. Working memory: a block of scores, and, unless a workgroup of a graphics processor
 * counts for each user, 20 bytes for each of the block's users and targets.
 *
 * @param targets Item numbers (u32), `length` per user; any number that is no item stands for none.
 * @returns Ranks (u32) from 0; 0xffffffff where there is no target. The caller disposes them.
 */
export function rankCountsOfBlocks(
  gpu: Gpu,
  { users, items, record }: ScoreBlocks,
  targets: DeviceArray,
  length: number,
  options: BlockRankingOptions & {
    /** The kind of adapter to work for. Default: the device's. */
    readonly tuning?: TopKTuning;
  } = {},
): DeviceArray {
  const { exclude, range, tuning = gpu.adapter.kind } = options;
  const { first: start, count: served } = range ?? { first: 0, count: users };
  const ranks = gpu.array("ranks", 4 * served * length);
  const most = usersPerBlock(served, items);
  if (most === 0 || length === 0) return ranks;
  using block = gpu.array("block of scores", 4 * most * items);
  if (tuning === "hardware" && ranksFit(items, length, exclude)) {
    using rows = range && uploadUserNumbers(gpu, range);
    for (const [first, end] of ranges(served, most)) {
      const count = end - first;
      record(start + first, count, block);
      const strides = { userStride: 1, itemStride: count };
      const lists = { targets, length, exclude, rows, ranks };
      recordRanksOfStored(gpu, { scores: block, ...strides, first, count, items, ...lists });
    }
    return ranks;
  }
  using places = new TargetPlaces(gpu, most, length);
  const keysKernel = gpu.kernel({ name: "rank/stored_keys", code: storedKeys, parts: [scoreKey] });
  const countKernel = gpu.kernel({
    name: "rank/stored_places",
    code: storedPlaces,
    parts: [scoreKey, placeOf],
  });
  const slice = itemsCounted(1, length);
  for (const [first, end] of ranges(served, most)) {
    const count = end - first;
    const lanes = Math.ceil(count / size);
    record(start + first, count, block);
    const place = { count, first, items, length };
    gpu.dispatch(keysKernel, { scores: block, targets, keys: places.keys }, place, [lanes, length]);
    places.recordOrder(targets, first, count);
    recordMask(gpu, exclude, block, { ...place, first: start + first });
    const perSlice = count * slice * 20;
    const slices = Math.min(65535, Math.max(1, Math.floor(operationsPerDispatch / perSlice)));
    for (const [first_item, last_item] of ranges(items, slices * slice)) {
      const here = Math.ceil((last_item - first_item) / slice);
      gpu.dispatch(
        countKernel,
        { scores: block, ...places.counting },
        { count, items, length, first_item, slice },
        [lanes, here],
        here * perSlice,
      );
    }
    places.recordRanks(targets, ranks, first, count, items);
  }
  return ranks;
}
