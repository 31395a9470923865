import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { emptyPlace, type Ragged } from "../ragged.ts";
import { padRows } from "./embedding.ts";
import { checkLists, uploadExclusions } from "./exclusions.ts";
import { turnsPerInvocation } from "./dispatch_limits.ts";
import { checkFactors } from "./factors.ts";
import { rankCountsOnDevice } from "./rank_counts_on_device.ts";
import { checkTuning } from "./top_k_tile_plan.ts";

export { rankCountsOnDevice } from "./rank_counts_on_device.ts";
export type { DeviceRankCountsOptions } from "./rank_counts_on_device.ts";

/** What {@linkcode rankCounts} ranks. */
export interface RankCountsOptions {
  /** User vectors, `dim` numbers each. */
  readonly users: Float32Array;
  /** Item vectors, `dim` numbers each. */
  readonly items: Float32Array;
  /** Dimension of both. */
  readonly dim: number;
  /** Item numbers, `length` per user; 0xffffffff for none. */
  readonly targets: Uint32Array;
  /** Targets per user. */
  readonly length: number;
  /** Items to leave out, one row per user, in any order. */
  readonly exclude?: Ragged;
  /** The kind of adapter to work for. Default: the device's. */
  readonly tuning?: "software" | "hardware";
}

/**
 * The exact rank of given items for each user, from 0: how many items that are not excluded come before it by dot
 * product, equal scores by the lower item number. The order is that of `topK`. A target that is itself excluded gets
 * the rank it would have among the others.
 *
 * @example The ranks of two items
 * ```ts
 * import { openGpu, rankCounts } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const ranks = await rankCounts(gpu, {
 *   users: Float32Array.of(1),
 *   items: Float32Array.of(1, 3, 2),
 *   dim: 1,
 *   targets: Uint32Array.of(0, 2),
 *   length: 2,
 * });
 * console.assert(ranks.join() === "2,1");
 * ```
 *
 * @returns `length` ranks per user; 0xffffffff where there is no target.
 * @throws {ArgumentError} if `length` is no integer from 1 to 60,000, `targets` does not hold `length` items per user, an
 * item does not exist, a number is not finite, `exclude` has another number of rows, or `tuning` is unknown.
 * @throws {GpuError} if an array does not fit into one binding of the device.
 */
export async function rankCounts(gpu: Gpu, options: RankCountsOptions): Promise<Uint32Array<ArrayBuffer>> {
  const { dim, length, exclude } = options;
  if (!Number.isInteger(length) || length < 1 || length > turnsPerInvocation) {
    throw new ArgumentError("length", `it is ${length}`, `an integer from 1 to ${turnsPerInvocation}`);
  }
  checkTuning(options.tuning);
  const counts = checkFactors(options.users, options.items, dim);
  if (options.targets.length !== counts.users * length) {
    throw new ArgumentError(
      "targets",
      `its length is ${options.targets.length}`,
      `${length} for each of the ${counts.users} users`,
    );
  }
  options.targets.forEach((item, n) => {
    if (item >= counts.items && item !== emptyPlace) {
      throw new ArgumentError(
        "targets",
        `row ${Math.floor(n / length)} holds item ${item}`,
        `items below ${counts.items}, or 4294967295 for none`,
      );
    }
  });
  if (exclude) checkLists("exclude", exclude, counts.users, counts.items);
  using users = gpu.upload("users", padRows("users", options.users, dim));
  using items = gpu.upload("items", padRows("items", options.items, dim));
  using targets = gpu.upload("targets", options.targets);
  using excluded = exclude && uploadExclusions(gpu, exclude);
  using ranks = rankCountsOnDevice(gpu, {
    users: { array: users, row: 0, count: counts.users },
    items: { array: items, row: 0, count: counts.items },
    dim,
    targets,
    length,
    ...(excluded ? { exclude: excluded } : {}),
    ...(options.tuning ? { tuning: options.tuning } : {}),
  });
  return await gpu.readIntegers(ranks);
}
