import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import collectRanks from "../../shaders/rank/collect_ranks.wgsl" with { type: "text" };
import countBefore from "../../shaders/rank/count_before.wgsl" with { type: "text" };
import scoreKey from "../../shaders/rank/score_key.wgsl" with { type: "text" };
import subtractExcluded from "../../shaders/rank/subtract_excluded.wgsl" with { type: "text" };
import targetKeys from "../../shaders/rank/target_keys.wgsl" with { type: "text" };
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import type { DeviceExclusions } from "./exclusions.ts";
import { type FactorRows, vectorsOf } from "./factors.ts";
import { operationsPerDispatch, ranges, turnsPerInvocation } from "./dispatch_limits.ts";

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
}

const size = 64;
/** Targets of one invocation that takes back what excluded items added. */
const subtractTile = 16;
/** Items of a block in shaders/rank/count_before.wgsl. */
const block = 16;
/** Targets of one invocation, at most: what registers hold, or, on a software driver, the cache. */
const largestTile = { hardware: 32, software: 128 };
/** Items that one invocation counts. */
const slice = 512;
/** Working memory at most, unless one workgroup of users takes more. */
const workingBytes = 32 * 1024 * 1024;

/**
 * The exact rank of given items for each user, by counting, and records the work without waiting for it: how many
 * items that are not excluded come before the target, in the order of `topKOnDevice`. A target that is itself
 * excluded gets the rank it would have among the others. Scores are recomputed, never stored.
 *
 * Working memory: 8 bytes for each user of a chunk and target, 32 MiB at most for ordinary sizes.
 * The scores must be finite numbers: nothing on the device checks that.
 *
 * @returns Ranks (u32) from 0, `length` per served user; 0xffffffff where there is no target.
 * @throws {GpuError} if the result does not fit into one binding.
 */
export function rankCountsOnDevice(gpu: Gpu, options: DeviceRankCountsOptions): DeviceArray {
  const { users, items, dim, targets, length, exclude, rows } = options;
  const served = rows ? options.rowCount ?? rows.byteLength / 4 : users.count;
  const ranks = options.into ?? gpu.array("ranks", served * length * 4);
  if (served === 0 || length === 0) return ranks;
  const vectors = vectorsOf(dim);
  const tiles = Math.ceil(length / largestTile[gpu.adapter.kind]);
  const tile = Math.ceil(length / tiles / 4) * 4;
  const parts = [scoreStep, scoreKey];
  const keysKernel = gpu.kernel({
    name: "rank/target_keys",
    code: targetKeys,
    parts,
    header: { VECTORS: vectors, BLOCK: block },
  });
  const countKernel = gpu.kernel({
    name: "rank/count_before",
    code: countBefore,
    parts,
    header: { VECTORS: vectors, QUADS: tile / 4 },
  });
  const subtractKernel = gpu.kernel({
    name: "rank/subtract_excluded",
    code: subtractExcluded,
    parts,
    header: { VECTORS: vectors, TARGETS: subtractTile },
  });
  const collectKernel = gpu.kernel({ name: "rank/collect_ranks", code: collectRanks });

  const perUser = slice * tiles * (dim + 3 * tile);
  const fitting = Math.min(workingBytes / (8 * length), operationsPerDispatch / perUser);
  const chunk = Math.min(served, Math.max(size, Math.floor(fitting / size) * size));
  using keys = gpu.array("target keys", chunk * length * 4);
  using counts = gpu.array("target counts", chunk * length * 4);
  const arrays = { users: users.array, item_rows: items.array, rows: rows ?? users.array, targets, keys };
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
    gpu.dispatch(keysKernel, { ...arrays, counts }, place, [lanes, length], count * length * block * dim);
    const perSlice = count * perUser;
    const slices = Math.min(65535, Math.max(1, Math.floor(operationsPerDispatch / perSlice)));
    for (const [first_item, last_item] of ranges(items.count, slices * slice)) {
      const here = Math.ceil((last_item - first_item) / slice);
      gpu.dispatch(
        countKernel,
        { ...arrays, counts },
        { ...place, first_item, slice },
        [lanes, here, tiles],
        here * perSlice,
      );
    }
    const excludedPerDispatch = Math.floor(turnsPerInvocation / (vectors + subtractTile + 4));
    for (const [first_place, last_place] of ranges(exclude?.longest ?? 0, excludedPerDispatch)) {
      gpu.dispatch(
        subtractKernel,
        { ...arrays, offsets: exclude!.offsets, excluded: exclude!.items, counts },
        { ...place, first_place, last_place },
        [lanes, Math.ceil(length / subtractTile)],
        count * (last_place - first_place) * length * (dim / subtractTile + 4),
      );
    }
    gpu.dispatch(collectKernel, { targets, counts, ranks }, { count, first, length, items: items.count }, [
      lanes,
      length,
    ]);
  }
  return ranks;
}
