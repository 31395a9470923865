/**
 * Ranks of given items for graphics processors: scores of a block of users are stored by two-dimensional tiles, then a
 * workgroup counts for each user. Barriers make it slow on drivers for processors.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import orderedKey from "../../shaders/rank/ordered_key.wgsl" with { type: "text" };
import rankTargets from "../../shaders/rank/rank_targets.wgsl" with { type: "text" };
import scoreBlockTiles from "../../shaders/score/score_block_tiles.wgsl" with { type: "text" };
import scoreStep from "../../shaders/score/score_step.wgsl" with { type: "text" };
import scoreTileCode from "../../shaders/score/score_tile.wgsl" with { type: "text" };
import { ranges, turnsPerInvocation } from "./dispatch_limits.ts";
import type { DeviceExclusions } from "./exclusions.ts";
import type { FactorRows } from "./factors.ts";
import {
  evenRanges,
  planScoreTile,
  type ScoreTile,
  scoreTile,
  tilesPerWorkgroup,
  wholes,
} from "./score_tile_plan.ts";

/** Memory of a block of scores, at most. */
const blockBytes = 64 * 1024 * 1024;
const size = 256;
/** Targets that fit into workgroup memory. */
const mostTargets = 1023;

/** Targets, and how they are ranked among stored scores. */
export interface StoredTargets {
  /** Scores of the users in the block. */
  readonly scores: DeviceArray;
  /** Number from one user's scores to the next's. */
  readonly userStride: number;
  /** Number from one item's score to the next's. */
  readonly itemStride: number;
  /** First user and number of users. */
  readonly first: number;
  /** Users in the block. */
  readonly count: number;
  /** Items of the block. */
  readonly items: number;
  /** Item numbers, `length` per user of all. */
  readonly targets: DeviceArray;
  /** Targets per user. */
  readonly length: number;
  /** Items left out. */
  readonly exclude: DeviceExclusions | undefined;
  /** User numbers by place, if they are not the places. */
  readonly rows: DeviceArray | undefined;
  /** Receives the ranks, `length` per user of all. */
  readonly ranks: DeviceArray;
}

/** Whether {@linkcode recordRanksOfStored} can rank as many targets among as many items. */
export function ranksFit(items: number, length: number, exclude: DeviceExclusions | undefined): boolean {
  const perLane = (items + (exclude?.longest ?? 0)) / size;
  return length <= mostTargets && perLane + 2 * (length / size + 1) * length < turnsPerInvocation;
}

/** Records the ranks of the targets among stored scores: one workgroup a user, up to 65,535. */
export function recordRanksOfStored(gpu: Gpu, stored: StoredTargets): void {
  const { scores, targets, ranks, first, count, items, length, exclude, rows } = stored;
  const halvings = Math.max(2, Math.ceil(Math.log2(length + 1)));
  const room = 2 ** halvings;
  gpu.dispatch(
    gpu.kernel({
      name: "rank/rank_targets",
      code: rankTargets,
      parts: [orderedKey],
      header: { SIZE: size, HALVINGS: halvings, ROOM: room, TURNS: Math.max(1, room / size) },
    }),
    {
      scores,
      targets,
      rows: rows ?? targets,
      offsets: exclude?.offsets ?? targets,
      excluded: exclude?.items ?? targets,
      ranks,
    },
    {
      first,
      named: rows ? 1 : 0,
      items,
      length,
      user_stride: stored.userStride,
      item_stride: stored.itemStride,
      excluding: exclude && exclude.longest > 0 ? 1 : 0,
    },
    [count],
    count * items * 10 * halvings,
  );
}

/** What {@linkcode recordRankCountTiles} works on. */
export interface TiledRankCounts {
  /** The users' rows. */
  readonly users: FactorRows;
  /** The items' rows. */
  readonly items: FactorRows;
  /** Dimension of both. */
  readonly dim: number;
  /** Users to serve. */
  readonly served: number;
  /** Item numbers, `length` per served user. */
  readonly targets: DeviceArray;
  /** Targets per user. */
  readonly length: number;
  /** Items left out. */
  readonly exclude: DeviceExclusions | undefined;
  /** User numbers to serve, in this order, if not all. */
  readonly rows: DeviceArray | undefined;
  /** The tile, where it is not the usual one. */
  readonly tile: Partial<ScoreTile> | undefined;
  /** Receives the ranks, `length` per served user. */
  readonly ranks: DeviceArray;
}

/**
 * Records the ranks of all targets. Working memory: 4 bytes for each item and user of a block, 64 MiB at most.
 *
 * @returns False if nothing was recorded: there are too many items or targets for this way.
 */
export function recordRankCountTiles(gpu: Gpu, work: TiledRankCounts): boolean {
  const { users, items, dim, served, targets, length, exclude, rows, ranks } = work;
  const plan = planScoreTile(dim, { ...scoreTile(), ...work.tile });
  const { userTile, itemTile, header } = plan;
  const stride = Math.max(4, wholes(items.count, 4));
  const fitting = Math.min(Math.floor(blockBytes / (4 * stride)), 65535);
  if (fitting < Math.min(served, userTile) || !ranksFit(items.count, length, exclude)) return false;
  const blocks = Math.ceil(served / Math.max(userTile, Math.floor(fitting / userTile) * userTile));
  const most = Math.min(served, fitting, wholes(Math.ceil(served / blocks), userTile));
  using scores = gpu.array("block of scores", 4 * most * stride);
  const kernel = gpu.kernel({
    name: "score/score_block_tiles",
    code: scoreBlockTiles,
    parts: [scoreStep, scoreTileCode],
    header,
  });
  for (const [first, end] of ranges(served, most)) {
    const count = end - first;
    const userTiles = Math.ceil(count / userTile);
    const tiles = tilesPerWorkgroup(plan, count, items.count, plan.slabs + 2);
    const perSlice = userTiles * userTile * itemTile * tiles * dim;
    for (const [from, to] of evenRanges(Math.ceil(items.count / (itemTile * tiles)), perSlice)) {
      gpu.dispatch(
        kernel,
        { users: users.array, item_rows: items.array, rows: rows ?? users.array, scores },
        {
          count,
          first,
          named: rows ? 1 : 0,
          user_row: users.row,
          item_row: items.row,
          items: items.count,
          stride,
          first_item: from * itemTile * tiles,
          tiles,
        },
        [userTiles, to - from],
        perSlice * (to - from),
      );
    }
    recordRanksOfStored(gpu, {
      scores,
      userStride: stride,
      itemStride: 1,
      first,
      count,
      items: items.count,
      targets,
      length,
      exclude,
      rows,
      ranks,
    });
  }
  return true;
}
