import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import countPlaces from "../../shaders/rank/count_places.wgsl" with { type: "text" };
import discountPlaces from "../../shaders/rank/discount_places.wgsl" with { type: "text" };
import placeOf from "../../shaders/rank/place_of.wgsl" with { type: "text" };
import scoreKey from "../../shaders/rank/score_key.wgsl" with { type: "text" };
import targetKeys from "../../shaders/rank/target_keys.wgsl" with { type: "text" };
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import type { DeviceExclusions } from "./exclusions.ts";
import { type FactorRows, vectorsOf } from "./factors.ts";
import { operationsPerDispatch, ranges } from "./dispatch_limits.ts";
import { recordRankCountTiles } from "./rank_count_tiles.ts";
import type { ScoreTile } from "./score_tile_plan.ts";
import { heldVectors, sharedLoads, streamingTile } from "./shared_loads.ts";
import type { TopKTuning } from "./top_k_tile_plan.ts";
import { itemsCounted, targetBytes, TargetPlaces } from "./target_places.ts";

/** What {@linkcode rankCountsOnDevice} works on. */
export interface DeviceRankCountsOptions {
  /** The users' rows. */
  readonly users: FactorRows;
  /** The items' rows; may lie in the same table. */
  readonly items: FactorRows;
  /** Dimension of both. */
  readonly dim: number;
  /** Item numbers (u32), `length` per served user; 0xffffffff, or any number that is no item, for none. */
  readonly targets: DeviceArray;
  /** Targets per user. */
  readonly length: number;
  /** Items left out, one row for each user number; see `uploadExclusions`. */
  readonly exclude?: DeviceExclusions;
  /** User numbers (u32) to serve, in this order; the table row of user `n` is `users.row + n`. Default: all. */
  readonly rows?: DeviceArray;
  /** How many user numbers `rows` holds. Default: as many as its bytes. */
  readonly rowCount?: number;
  /** Where to put the result. Default: a new array, which the caller disposes. */
  readonly into?: DeviceArray;
  /** The kind of adapter to work for. Default: the device's. */
  readonly tuning?: TopKTuning;
  /** Tiles for graphics processors other than the usual ones. */
  readonly tile?: Partial<ScoreTile>;
}

const size = 64;
/** Excluded items that one invocation takes back. */
const discounted = 64;
/** Working memory at most, unless one workgroup of users takes more. */
const workingBytes = 32 * 1024 * 1024;

/**
 * The exact rank of given items for each user, by counting, and records the work without waiting for it: how many
 * items that are not excluded come before the target, in the order of `topKOnDevice`. A target that is itself
 * excluded gets the rank it would have among the others. Graphics processors store the scores of a block of users by
 * tiles and give each user a workgroup that counts; for drivers on processors, and for very many items or targets,
 * scores are recomputed, never stored.
 *
 * Working memory: 20 bytes for each user of a chunk and target, 32 MiB at most for ordinary sizes. By tiles: 4 bytes for
 * each item and user of a block, 64 MiB at most.
 * The scores must be finite numbers: nothing on the device checks that.
 *
 * @returns Ranks (u32) from 0, `length` per served user; 0xffffffff where there is no target.
 * @throws {GpuError} if the result does not fit into one binding.
 */
export function rankCountsOnDevice(gpu: Gpu, options: DeviceRankCountsOptions): DeviceArray {
  return gpu.allOrNothing(() => recordRankCounts(gpu, options));
}

function recordRankCounts(gpu: Gpu, options: DeviceRankCountsOptions): DeviceArray {
  const { users, items, dim, targets, length, exclude, rows, tuning = gpu.adapter.kind } = options;
  const served = rows ? options.rowCount ?? rows.byteLength / 4 : users.count;
  const ranks = options.into ?? gpu.array("ranks", served * length * 4);
  if (served === 0 || length === 0) return ranks;
  if (tuning === "hardware") {
    const { tile } = options;
    if (
      recordRankCountTiles(gpu, { users, items, dim, served, targets, length, exclude, rows, tile, ranks })
    ) {
      return ranks;
    }
  }
  const vectors = vectorsOf(dim);
  const { sharing } = gpu;
  const tile = streamingTile(vectors, tuning);
  const parts = [scoreStep, scoreKey];
  const held = heldVectors(vectors);
  const header = { VECTORS: vectors, HELD: held };
  const keysKernel = gpu.kernel({ name: "rank/target_keys", code: targetKeys, parts, header });
  const countKernel = gpu.kernel({
    name: "rank/count_places",
    code: countPlaces,
    parts: [...parts, placeOf, sharedLoads(sharing, held, false)],
    header: { ...header, USERS: tile.users, SHARE: sharing, STREAMED: held },
    constants: { SIZE: tile.size },
  });
  const discountKernel = gpu.kernel({
    name: "rank/discount_places",
    code: discountPlaces,
    parts: [...parts, placeOf],
    header,
  });

  const slice = itemsCounted(tile.users, length, vectors - held);
  const perUser = slice * (dim + 20);
  const fitting = Math.min(workingBytes / (targetBytes * length), operationsPerDispatch / perUser);
  const chunk = Math.min(served, Math.max(size, Math.floor(fitting / size) * size));
  using places = new TargetPlaces(gpu, chunk, length);
  const arrays = { users: users.array, item_rows: items.array, rows: rows ?? users.array };
  for (const [first, end] of ranges(served, chunk)) {
    const count = end - first;
    const lanes = Math.ceil(count / size);
    const place = {
      count,
      first,
      named: rows ? 1 : 0,
      user_row: users.row,
      item_row: items.row,
      items: items.count,
      length,
    };
    const { keys } = places;
    gpu.dispatch(keysKernel, { ...arrays, targets, keys }, place, [lanes, length], count * length * dim);
    places.recordOrder(targets, first, count);
    const perSlice = count * perUser;
    const slices = Math.min(65535, Math.max(1, Math.floor(operationsPerDispatch / perSlice)));
    for (const [first_item, last_item] of ranges(items.count, slices * slice)) {
      const here = Math.ceil((last_item - first_item) / slice);
      gpu.dispatch(
        countKernel,
        { ...arrays, ...places.counting },
        { ...place, first_item, slice },
        [Math.ceil(count / (tile.size * tile.users)), here],
        here * perSlice,
      );
    }
    for (const [first_place, last_place] of ranges(exclude?.longest ?? 0, 65535 * discounted)) {
      gpu.dispatch(
        discountKernel,
        { ...arrays, ...places.counting, offsets: exclude!.offsets, excluded: exclude!.items },
        { ...place, first_place, share: discounted },
        [lanes, Math.ceil((last_place - first_place) / discounted)],
        count * (last_place - first_place) * (dim + 20),
      );
    }
    places.recordRanks(targets, ranks, first, count, items.count);
  }
  return ranks;
}
