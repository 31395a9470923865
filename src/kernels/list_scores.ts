import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import type { Ragged } from "../ragged.ts";
import listScoresCode from "../../shaders/score/list_scores.wgsl" with { type: "text" };
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import { DeviceRagged } from "./device_ragged.ts";
import { padRows } from "./embedding.ts";
import { checkLists } from "./exclusions.ts";
import { checkFactors, type FactorRows, vectorsOf } from "./factors.ts";

/** What {@linkcode listScoresOnDevice} works on. */
export interface DeviceListScoresOptions {
  /** The users' rows. */
  readonly users: FactorRows;
  /** The items' rows; may lie in the same table. */
  readonly items: FactorRows;
  /** Dimension of both. */
  readonly dim: number;
  /** The items to score, one row for each user, or for each entry of `rows`. */
  readonly lists: DeviceRagged;
  /** The user number (u32) of each row; the table row of user `n` is `users.row + n`. Default: row n is user n. */
  readonly rows?: DeviceArray;
  /** Where to put the result. Default: a new array, which the caller disposes. */
  readonly into?: DeviceArray;
}

/** What {@linkcode listScores} scores. */
export interface ListScoresOptions {
  /** User vectors, `dim` numbers each. */
  readonly users: Float32Array;
  /** Item vectors, `dim` numbers each. */
  readonly items: Float32Array;
  /** Dimension of both. */
  readonly dim: number;
  /** The items to score, one row per user. */
  readonly lists: Ragged;
}

const size = 64;

/**
 * Scores given items for each user by dot product and records the work without waiting for it. The scores have the
 * same bits as those of `topKOnDevice`. Memory: the result, 4 bytes for each entry of the lists.
 *
 * @returns Scores (f32), one for each entry of `lists.items`.
 */
export function listScoresOnDevice(gpu: Gpu, options: DeviceListScoresOptions): DeviceArray {
  const { users, items, dim, lists, rows } = options;
  const scores = options.into ?? gpu.array("list scores", lists.length * 4);
  const kernel = gpu.kernel({
    name: "score/list_scores",
    code: listScoresCode,
    parts: [scoreStep],
    header: { VECTORS: vectorsOf(dim) },
  });
  if (items.count === 0) return scores;
  const workgroups = spread(Math.ceil(lists.length / size));
  gpu.dispatch(
    kernel,
    {
      users: users.array,
      item_rows: items.array,
      row_users: rows ?? users.array,
      offsets: lists.offsets,
      lists: lists.items,
      scores,
    },
    {
      length: lists.length,
      rows: lists.rows,
      width: workgroups[0],
      named: rows ? 1 : 0,
      user_row: users.row,
      item_row: items.row,
      items: items.count,
    },
    workgroups,
    lists.length * dim,
  );
  return scores;
}

/**
 * The scores of given items for each user: dot products, with the same bits as the scores of `topK`.
 *
 * @example The scores of two items
 * ```ts
 * import { listScores, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const scores = await listScores(gpu, {
 *   users: Float32Array.of(2),
 *   items: Float32Array.of(1, 3, 5),
 *   dim: 1,
 *   lists: ragged([[2, 0]]),
 * });
 * console.assert(scores.join() === "10,2");
 * ```
 *
 * @returns One score for each entry of `lists.items`.
 * @throws {ArgumentError} if a length is no multiple of `dim`, a number is not finite, or `lists` has another number
 * of rows than there are users or an unknown item.
 * @throws {GpuError} if an array does not fit into one binding of the device.
 */
export async function listScores(gpu: Gpu, options: ListScoresOptions): Promise<Float32Array<ArrayBuffer>> {
  const { dim, lists } = options;
  const counts = checkFactors(options.users, options.items, dim);
  checkLists("lists", lists, counts.users, counts.items);
  using users = gpu.upload("users", padRows("users", options.users, dim));
  using items = gpu.upload("items", padRows("items", options.items, dim));
  using uploaded = new DeviceRagged(gpu, "lists", lists);
  using scores = listScoresOnDevice(gpu, {
    users: { array: users, row: 0, count: counts.users },
    items: { array: items, row: 0, count: counts.items },
    dim,
    lists: uploaded,
  });
  return await gpu.readFloats(scores);
}
