import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import exclusionSearch from "../../shaders/rank/exclusion_search.wgsl" with { type: "text" };
import filterCandidates from "../../shaders/rank/filter_candidates.wgsl" with { type: "text" };
import groupMaxima from "../../shaders/rank/group_maxima.wgsl" with { type: "text" };
import groupMaximaWide from "../../shaders/rank/group_maxima_wide.wgsl" with { type: "text" };
import keepBest from "../../shaders/rank/keep_best.wgsl" with { type: "text" };
import keptHeap from "../../shaders/rank/kept_heap.wgsl" with { type: "text" };
import repairMaxima from "../../shaders/rank/repair_maxima.wgsl" with { type: "text" };
import sufficient from "../../shaders/rank/sufficient.wgsl" with { type: "text" };
import { operationsPerDispatch, ranges } from "./dispatch_limits.ts";
import type { DeviceExclusions } from "./exclusions.ts";
import { type FactorRows, vectorsOf } from "./factors.ts";
import { heldVectors, sharedLoads, streamingTile } from "./shared_loads.ts";
import {
  itemsFiltered,
  itemsPerDispatch,
  maximaSlices,
  maximaTile,
  planTopK,
  repairShare,
  sharedSteps,
} from "./top_k_plan.ts";
import { recordSelection } from "./top_k_selection.ts";
import { planTopKTiles, type TopKTile, type TopKTuning } from "./top_k_tile_plan.ts";
import { recordTopKTiles } from "./top_k_tiles.ts";

/** What {@linkcode topKOnDevice} works on. */
export interface DeviceTopKOptions {
  /** The users' rows. */
  readonly users: FactorRows;
  /** The items' rows; may lie in the same table. */
  readonly items: FactorRows;
  /** Dimension of both. */
  readonly dim: number;
  /** Items wanted per user, a positive integer. */
  readonly k: number;
  /** Items left out, one row for each user number; see `uploadExclusions`. */
  readonly exclude?: DeviceExclusions;
  /** User numbers (u32) to serve, in this order; the table row of user `n` is `users.row + n`. Default: all. */
  readonly rows?: DeviceArray;
  /** How many user numbers `rows` holds. Default: as many as its bytes. */
  readonly rowCount?: number;
  /** Where to put the result. Default: new arrays, which the caller disposes. */
  readonly into?: DeviceTopK;
  /** The kind of adapter to work for. Default: the device's. */
  readonly tuning?: TopKTuning;
  /** Tiles for graphics processors other than the usual ones. */
  readonly tile?: Partial<TopKTile>;
}

/** The K best items of each user, on the device. */
export interface DeviceTopK {
  /** Item numbers (u32), k per user, the best first; 0xffffffff where there is none. */
  readonly items: DeviceArray;
  /** Their scores (f32); -3.4e38 where there is none. */
  readonly scores: DeviceArray;
}

const size = 64;

/**
 * Finds each user's K best items by dot product and records the work without waiting for it: higher scores first,
 * equal scores by the lower item number. Exact for any k.
 *
 * First a threshold for each user, from every 8th item (fewer items: every 4th, 2nd, all): so low that k of all items
 * very probably reach it, and few more. Then every item is scored, and those that reach it are kept and sorted. Users
 * with too few or too many of them (for instance if all scores are equal) have all items looked at once more.
 * Graphics processors score by tiles in workgroup memory and give each user a workgroup that selects, up to a k of some
 * 1,000; drivers on processors, and larger k, give each user a single invocation.
 *
 * Working memory: chunk x (4 G + 8 C + 16) bytes, 32 MiB at most for ordinary sizes; k = 100 of many items that nobody
 * excludes: G = 256 groups of sampled items, C = 510 candidates. By tiles: 64 MiB at most, G = 1,088, C = 640. Exclusions
 * add to C. Beside it the result of 8 k bytes per user.
 * The scores must be finite numbers below 3.4e38: nothing on the device checks that.
 *
 * @returns The arrays of `into`, or new ones.
 * @throws {GpuError} if the result does not fit into one binding.
 */
export function topKOnDevice(gpu: Gpu, options: DeviceTopKOptions): DeviceTopK {
  return gpu.allOrNothing(() => recordTopK(gpu, options));
}

function recordTopK(gpu: Gpu, options: DeviceTopKOptions): DeviceTopK {
  const { users, items, dim, k, exclude, rows, tuning = gpu.adapter.kind, tile: chosen } = options;
  const served = rows ? options.rowCount ?? rows.byteLength / 4 : users.count;
  const result = options.into ?? {
    items: gpu.array("top-k items", served * k * 4),
    scores: gpu.array("top-k scores", served * k * 4),
  };
  const tiled = tuning === "hardware"
    ? planTopKTiles({ users: served, items: items.count, dim, k, excluded: exclude?.longest ?? 0 }, chosen)
    : null;
  if (tiled) {
    recordTopKTiles(gpu, tiled, { users, items, dim, k, exclude, rows, served, tile: chosen, result });
    return result;
  }
  const plan = planTopK(served, items.count, k, exclude?.longest);
  const { stride, samples, groups, capacity } = plan;
  const vectors = vectorsOf(dim);
  const tile = maximaTile(dim, tuning);
  const share = sharedSteps(plan.steps, gpu.sharing);
  const held = heldVectors(vectors);
  const header = { VECTORS: vectors, HELD: held };
  const kernel = (name: string, code: string, parts: string[]) =>
    gpu.kernel({ name: `rank/${name}`, code, parts, header });
  const wide = tile.items > 0;
  const maximaKernel = gpu.kernel({
    name: wide ? "rank/group_maxima_wide" : "rank/group_maxima",
    code: wide ? groupMaximaWide : groupMaxima,
    parts: wide ? [scoreStep] : [scoreStep, sharedLoads(share, vectors)],
    header: { ...header, USERS: tile.users, ITEMS: tile.items, SHARE: share, STREAMED: vectors },
    constants: { SIZE: tile.size },
  });
  const search = [scoreStep, exclusionSearch];
  const repairKernel = kernel("repair_maxima", repairMaxima, search);
  const streaming = streamingTile(vectors, tuning);
  const filterKernel = gpu.kernel({
    name: "rank/filter_candidates",
    code: filterCandidates,
    parts: [scoreStep, sharedLoads(gpu.sharing, held, false)],
    header: { ...header, USERS: streaming.users, SHARE: gpu.sharing, STREAMED: held },
    constants: { SIZE: streaming.size },
  });
  const keepKernel = kernel("keep_best", keepBest, [...search, sufficient, keptHeap]);

  using state = gpu.array("top-k state", plan.chunk * 16);
  using maxima = gpu.array("top-k group maxima", plan.chunk * groups * 4);
  using candidates = gpu.array("top-k candidates", plan.chunk * capacity * 8);
  // Kernels that exclude nothing never look into these two.
  const offsets = exclude?.offsets ?? users.array;
  const excluded = exclude?.items ?? users.array;
  const factors = { users: users.array, item_rows: items.array };
  const excluding = exclude ? 1 : 0;

  for (let first = 0; first < served; first += plan.chunk) {
    const count = Math.min(plan.chunk, served - first);
    const lanes = Math.ceil(count / size);
    const place = { count, user_row: users.row, item_row: items.row };
    const sample = { ...place, samples, stride, groups };
    recordSelection(
      gpu,
      plan,
      { count, first, k, rows: rows ?? null, exclude: exclude ?? null, state, maxima, candidates, ...result },
      {
        maxima: () => {
          const slices = maximaSlices(plan, count * samples * dim);
          for (const [slice, end] of ranges(slices.slices, slices.perDispatch)) {
            gpu.dispatch(
              maximaKernel,
              { ...factors, state, maxima },
              { ...sample, first_group: slice * slices.groups, groups_per_slice: slices.groups },
              [Math.ceil(count / (tile.size * tile.users)), end - slice],
              count * samples * dim * (end - slice) / slices.slices,
            );
          }
          if (exclude) {
            const share = repairShare(plan.steps, vectors);
            for (const [first_place, end] of ranges(exclude.longest, 65535 * share)) {
              gpu.dispatch(
                repairKernel,
                { ...factors, state, maxima, offsets, excluded },
                { ...sample, first_place, share },
                [lanes, Math.ceil((end - first_place) / share)],
              );
            }
          }
        },
        filter: () => {
          const slice = itemsFiltered(streaming.users, vectors - held);
          const operations = count * slice * (dim + 4);
          const slices = Math.min(65535, Math.max(1, Math.floor(operationsPerDispatch / operations)));
          for (const [first_item, end] of ranges(items.count, slices * slice)) {
            const here = Math.ceil((end - first_item) / slice);
            gpu.dispatch(
              filterKernel,
              { ...factors, state, candidates },
              { ...place, items: items.count, capacity, first_item, slice },
              [Math.ceil(count / (streaming.size * streaming.users)), here],
              here * operations,
            );
          }
        },
        keep: () => {
          for (const [first_item, last_item] of ranges(items.count, itemsPerDispatch(count, vectors, k))) {
            gpu.dispatch(
              keepKernel,
              { ...factors, state, offsets, excluded, ...result },
              { ...place, first_item, last_item, first, k, capacity, excluding },
              [lanes],
            );
          }
        },
      },
    );
  }
  return result;
}
