/**
 * The top-K search for graphics processors: scores by two-dimensional tiles in workgroup memory, and a workgroup for
 * what is to be selected of each user. Barriers make it slow on drivers for processors.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import scoreTile from "../../shaders/score/score_tile.wgsl" with { type: "text" };
import exclusionSearch from "../../shaders/rank/exclusion_search.wgsl" with { type: "text" };
import filterTiles from "../../shaders/rank/filter_tiles.wgsl" with { type: "text" };
import maximaTiles from "../../shaders/rank/maxima_tiles.wgsl" with { type: "text" };
import orderedKey from "../../shaders/rank/ordered_key.wgsl" with { type: "text" };
import placeCandidates from "../../shaders/rank/place_candidates.wgsl" with { type: "text" };
import placeListed from "../../shaders/rank/place_listed.wgsl" with { type: "text" };
import sampleThreshold from "../../shaders/rank/sample_threshold.wgsl" with { type: "text" };
import selectExact from "../../shaders/rank/select_exact.wgsl" with { type: "text" };
import sufficient from "../../shaders/rank/sufficient.wgsl" with { type: "text" };
import workgroupReach from "../../shaders/rank/workgroup_reach.wgsl" with { type: "text" };
import { operationsPerTiledDispatch, ranges, turnsPerInvocation } from "./dispatch_limits.ts";
import type { DeviceExclusions } from "./exclusions.ts";
import { type FactorRows, vectorsOf } from "./factors.ts";
import { evenRanges } from "./score_tile_plan.ts";
import {
  loadedTogether,
  mostListed,
  selectBatch,
  selectSize,
  type TopKTile,
  topKTile,
  type TopKTilePlan,
} from "./top_k_tile_plan.ts";

/** What a search by tiles works on. */
export interface TiledSearch {
  /** The users' rows. */
  readonly users: FactorRows;
  /** The items' rows. */
  readonly items: FactorRows;
  /** Dimension of both. */
  readonly dim: number;
  /** Items wanted per user. */
  readonly k: number;
  /** Items left out, one row for each user number. */
  readonly exclude: DeviceExclusions | undefined;
  /** User numbers to serve, in this order, if not all. */
  readonly rows: DeviceArray | undefined;
  /** Users to serve. */
  readonly served: number;
  /** The plan's tile, where it is not the usual one. */
  readonly tile: Partial<TopKTile> | undefined;
  /** Receives items and scores, k per user. */
  readonly result: { readonly items: DeviceArray; readonly scores: DeviceArray };
}

/**
 * Records a search by tiles. Working memory: chunk x (4 G + 8 C + 16) bytes, 64 MiB at most; k = 100 of many items:
 * about G = 1,100 groups of sampled items and C = 700 candidates.
 */
export function recordTopKTiles(gpu: Gpu, plan: TopKTilePlan, search: TiledSearch): void {
  const { users, items, dim, k, exclude, rows, served, result } = search;
  const { stride, samples, groups, rank, capacity, tilesFiltered } = plan;
  const { userTile, itemTile, header } = plan.scoring;
  const { thresholdSize, placeSize } = { ...topKTile(), ...search.tile };
  const vectors = vectorsOf(dim);
  const tiled = [scoreStep, scoreTile];
  const selecting = [orderedKey, workgroupReach];
  const listing = [...selecting, placeListed, exclusionSearch];
  const maximaKernel = gpu.kernel({ name: "rank/maxima_tiles", code: maximaTiles, parts: tiled, header });
  const thresholdKernel = gpu.kernel({
    name: "rank/sample_threshold",
    code: sampleThreshold,
    parts: [scoreStep, ...selecting],
    header: {
      SIZE: thresholdSize,
      GROUPS: groups,
      SHARE: Math.ceil(groups / thresholdSize),
      VECTORS: vectors,
      WRITTEN: loadedTogether(vectors),
    },
  });
  const filterKernel = gpu.kernel({
    name: "rank/filter_tiles",
    code: filterTiles,
    parts: tiled,
    header: { ...header, ...plan.filter },
  });
  const placeKernel = gpu.kernel({
    name: "rank/place_candidates",
    code: placeCandidates,
    parts: [...listing, sufficient],
    header: { SIZE: placeSize, LIST: capacity },
  });
  const selectKernel = gpu.kernel({
    name: "rank/select_exact",
    code: selectExact,
    parts: [scoreStep, ...listing],
    header: {
      SIZE: selectSize,
      LIST: mostListed,
      VECTORS: vectors,
      BATCH: selectBatch,
      WRITTEN: loadedTogether(vectors),
    },
  });

  using state = gpu.array("top-k state", plan.chunk * 16);
  using maxima = gpu.array("top-k group maxima", plan.chunk * groups * 4);
  using candidates = gpu.array("top-k candidates", plan.chunk * capacity * 8);
  const factors = { users: users.array, item_rows: items.array };
  // Kernels that exclude nothing never look into these two.
  const lists = { offsets: exclude?.offsets ?? users.array, excluded: exclude?.items ?? users.array };
  const excluding = exclude && exclude.longest > 0 ? 1 : 0;
  const tables = { user_row: users.row, item_row: items.row };
  for (const [first, end] of ranges(served, plan.chunk)) {
    const count = end - first;
    const userTiles = Math.ceil(count / userTile);
    const place = { count, ...tables };
    const named = { ...place, first, named: rows ? 1 : 0 };
    const perTile = userTiles * userTile * itemTile * dim;
    const perMaxima = perTile * Math.ceil(samples / groups);
    for (const [first_tile, last] of evenRanges(groups / itemTile, perMaxima)) {
      gpu.dispatch(
        maximaKernel,
        { ...factors, rows: rows ?? users.array, maxima },
        { ...named, samples, stride, groups, first_tile },
        [userTiles, last - first_tile],
        perMaxima * (last - first_tile),
      );
    }
    gpu.dispatch(
      thresholdKernel,
      { ...factors, rows: rows ?? users.array, ...lists, maxima, state },
      { ...named, samples, stride, rank, excluding },
      [count],
      count * groups * 8,
    );
    const perSlice = perTile * tilesFiltered;
    for (const [from, to] of evenRanges(Math.ceil(items.count / (itemTile * tilesFiltered)), perSlice)) {
      gpu.dispatch(
        filterKernel,
        { ...factors, state, candidates },
        {
          ...place,
          items: items.count,
          capacity,
          first_item: from * itemTile * tilesFiltered,
          tiles: tilesFiltered,
        },
        [userTiles, to - from],
        perSlice * (to - from),
      );
    }
    gpu.dispatch(
      placeKernel,
      { state, candidates, ...lists, ...result },
      { count, first, k, capacity, excluding },
      [count],
      count * k * k,
    );
    for (const [first_item, last_item] of ranges(items.count, itemsSelected(count, vectors))) {
      gpu.dispatch(
        selectKernel,
        { ...factors, state, ...lists, ...result },
        { ...place, first, k, first_item, last_item, excluding },
        [count],
      );
    }
  }
}

/** Items that one dispatch looks at for each user, even if all of them are served exactly. */
function itemsSelected(count: number, vectors: number): number {
  const round = selectSize * selectBatch;
  // A cut takes at most eight passes over the list, and placing it ends the dispatch.
  const perEntry = mostListed / selectSize;
  const placing = perEntry * mostListed / 4;
  const turns = vectors / loadedTogether(vectors) + 2 * 18 + 10 * perEntry + 10;
  const rounds = Math.floor((turnsPerInvocation - placing) / turns);
  const within = Math.floor(operationsPerTiledDispatch / (count * (4 * vectors + 8)) / round);
  return round * Math.max(1, Math.min(rounds, within));
}
