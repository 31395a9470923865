import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { emptyPlace, type Ragged, rowCount } from "../ragged.ts";
import { padRows } from "./embedding.ts";
import { checkLists, uploadExclusions } from "./exclusions.ts";
import { checkFactors } from "./factors.ts";
import { topKOnDevice } from "./top_k_on_device.ts";
import { checkTuning } from "./top_k_tile_plan.ts";

export { uploadExclusions } from "./exclusions.ts";
export type { DeviceExclusions } from "./exclusions.ts";
export { topKOnDevice } from "./top_k_on_device.ts";
export type { DeviceTopK, DeviceTopKOptions } from "./top_k_on_device.ts";
export type { TopKTile, TopKTuning } from "./top_k_tile_plan.ts";

/** What {@linkcode topK} ranks. */
export interface TopKOptions {
  /** User vectors, `dim` numbers each. */
  readonly users: Float32Array;
  /** Item vectors, `dim` numbers each. */
  readonly items: Float32Array;
  /** Dimension of both. */
  readonly dim: number;
  /** Items wanted per user. */
  readonly k: number;
  /** Items to leave out, one row per user, in any order. */
  readonly exclude?: Ragged;
  /** The kind of adapter to work for. Default: the device's. */
  readonly tuning?: "software" | "hardware";
}

/** The K best items of each user, k per user, the best first. */
export interface TopKResult {
  /** Item numbers; 0xffffffff where a user has fewer than k items. */
  items: Uint32Array<ArrayBuffer>;
  /** Their scores; -Infinity where a user has fewer than k items. */
  scores: Float32Array<ArrayBuffer>;
}

/** Entries of a result that are read back at a time: 64 MiB of items and as much of scores. */
const entriesPerBlock = 2 ** 24;
/** Places of a whole result, which is one array: 4 GiB of items. */
const mostPlaces = 2 ** 30;

/**
 * The K best items of every user by dot product, in order: higher scores first, equal scores by the lower item
 * number. Exact for any k, also k above the number of items. Device memory: the vectors, 8 k bytes per user of
 * a block of at most 2^24 / k users, and the working memory of {@linkcode topKOnDevice}.
 *
 * @example The two best of three items
 * ```ts
 * import { openGpu, topK } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const best = await topK(gpu, {
 *   users: Float32Array.of(1, 0),
 *   items: Float32Array.of(1, 5, 3, -2, 2, 9),
 *   dim: 2,
 *   k: 2,
 * });
 * console.assert(best.items.join() === "1,2" && best.scores.join() === "3,2");
 * ```
 *
 * @throws {ArgumentError} if k is no positive integer or too large for so many users, a length is no multiple of `dim`, a
 * number is not finite, `exclude` has another number of rows or an unknown item, or `tuning` is unknown.
 * @throws {GpuError} if the vectors do not fit into one binding of the device.
 */
export async function topK(gpu: Gpu, options: TopKOptions): Promise<TopKResult> {
  const { dim, k, exclude } = options;
  if (!Number.isInteger(k) || k < 1) throw new ArgumentError("k", `it is ${k}`, "a positive integer");
  checkTuning(options.tuning);
  const counts = checkFactors(options.users, options.items, dim);
  if (counts.users * k > mostPlaces) {
    throw new ArgumentError("k", `it is ${k}`, `at most ${mostPlaces} places for all ${counts.users} users`);
  }
  if (exclude) checkLists("exclude", exclude, counts.users, counts.items);
  const result = { items: new Uint32Array(counts.users * k), scores: new Float32Array(counts.users * k) };
  using users = gpu.upload("users", padRows("users", options.users, dim));
  using items = gpu.upload("items", padRows("items", options.items, dim));
  const block = Math.max(1, Math.floor(entriesPerBlock / k));
  for (let row = 0; row < counts.users; row += block) {
    const count = Math.min(block, counts.users - row);
    using excluded = exclude && uploadExclusions(gpu, rowsOf(exclude, row, count));
    const best = topKOnDevice(gpu, {
      users: { array: users, row, count },
      items: { array: items, row: 0, count: counts.items },
      dim,
      k,
      ...(excluded ? { exclude: excluded } : {}),
      ...(options.tuning ? { tuning: options.tuning } : {}),
    });
    using bestItems = best.items;
    using bestScores = best.scores;
    const [itemBytes, scoreBytes] = await gpu.read(bestItems, bestScores);
    result.items.set(new Uint32Array(itemBytes!), row * k);
    result.scores.set(new Float32Array(scoreBytes!), row * k);
  }
  for (let n = 0; n < result.items.length; n++) {
    if (result.items[n] === emptyPlace) result.scores[n] = -Infinity;
  }
  return result;
}

function rowsOf(lists: Ragged, row: number, count: number): Ragged {
  if (row === 0 && count === rowCount(lists)) return lists;
  const from = lists.offsets[row]!;
  return {
    offsets: lists.offsets.slice(row, row + count + 1).map((offset) => offset - from),
    items: lists.items.slice(from, lists.offsets[row + count]!),
  };
}
