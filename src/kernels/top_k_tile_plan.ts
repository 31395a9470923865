import { turnsPerInvocation } from "./dispatch_limits.ts";
import { vectorsOf } from "./factors.ts";
import { sampleRank, sampleStride } from "./top_k_plan.ts";

/** Which kind of adapter to plan for. */
export type TopKTuning = "software" | "hardware";

/** Workgroups of the top-K search by tiles: what they hold, and how many of them there are to be. */
export interface TopKTile {
  /** Invocations of a scoring workgroup along the users. */
  readonly userLanes: number;
  /** Invocations of a scoring workgroup along the items. */
  readonly itemLanes: number;
  /** Users of one invocation, 8 at most. */
  readonly users: number;
  /** Items of one invocation, in fours. */
  readonly quads: number;
  /** vec4 of every row that are in workgroup memory at a time, at most. */
  readonly slab: number;
  /** Workgroups wanted, so that every core is busy. */
  readonly workgroups: number;
  /** Groups of sampled items wanted. */
  readonly groups: number;
  /** Invocations that find a user's threshold, from 16 on. */
  readonly thresholdSize: number;
  /** Invocations that place a user's candidates, from 16 on. */
  readonly placeSize: number;
}

/** How a top-K search by tiles is cut into pieces. */
export interface TopKTilePlan {
  /** Users worked on at a time. */
  readonly chunk: number;
  /** The threshold is taken from every `stride`-th item. */
  readonly stride: number;
  /** How many items these are. */
  readonly samples: number;
  /** Groups of them whose maximum is kept: whole tiles. */
  readonly groups: number;
  /** A user's threshold is a score that this many groups reach. */
  readonly rank: number;
  /** Candidates that fit for one user. */
  readonly capacity: number;
  /** Users of a scoring workgroup. */
  readonly userTile: number;
  /** Items that a scoring workgroup takes at a time. */
  readonly itemTile: number;
  /** Such tiles that one workgroup filters. */
  readonly tilesFiltered: number;
  /** Constants of shaders/score/score_tile.wgsl. */
  readonly header: Readonly<Record<string, number>>;
  /** Entries of the list in shaders/rank/filter_tiles.wgsl, and tiles after which it is emptied. */
  readonly filter: Readonly<Record<"LIST" | "EMPTIED", number>>;
}

/** Working memory of a search, at most. */
const workingBytes = 64 * 1024 * 1024;
/** WebGPU's workgroup memory, less what the kernels hold beside their lists. */
const listBytes = 14 * 1024;
/** Entries of a list of candidates in workgroup memory, at most. */
export const mostListed = listBytes / 8;
/** Invocations that serve a user exactly. */
export const selectSize = 256;
/** Items of each of them at a time. */
export const selectBatch = 2;
const mostGroups = 2048;
const mostExcluded = 256;
/** Standard deviations that a threshold keeps from too few and too many candidates: serving one exactly takes long. */
const safety = 4.5;

/** Tiles for graphics processors. */
export function topKTile(): TopKTile {
  return {
    userLanes: 16,
    itemLanes: 16,
    users: 8,
    quads: 1,
    slab: 4,
    workgroups: 1024,
    groups: 1024,
    thresholdSize: 64,
    placeSize: 128,
  };
}

function wholes(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/**
 * Plans a search by tiles.
 *
 * @returns Null if the candidates would not fit into workgroup memory: k is too large.
 */
export function planTopKTiles(
  { users, items, dim, k, excluded = 0 }: {
    readonly users: number;
    readonly items: number;
    readonly dim: number;
    readonly k: number;
    readonly excluded?: number;
  },
  chosen: Partial<TopKTile> = {},
): TopKTilePlan | null {
  const tile = { ...topKTile(), ...chosen };
  const stride = sampleStride(items, k, safety);
  const samples = Math.max(1, Math.ceil(items / stride));
  const rank = sampleRank(k, stride, safety);
  const expected = stride === 1
    ? k + Math.max(k >> 1, 192)
    : Math.ceil(1.1 * stride * (rank + safety * Math.sqrt(rank)));
  const complete = Math.min(items, expected);
  if (complete > mostListed || k + selectSize * selectBatch > mostListed) return null;
  const capacity = Math.min(
    mostListed,
    wholes(Math.max(1, Math.min(items, complete + Math.min(excluded, mostExcluded))), 64),
  );
  const userTile = tile.userLanes * tile.users;
  const itemTile = 4 * tile.itemLanes * tile.quads;
  const steps = Math.max(1, Math.round(samples / Math.max(tile.groups, 6 * rank)));
  const groups = Math.min(
    Math.floor(mostGroups / itemTile) * itemTile,
    wholes(Math.ceil(samples / steps), itemTile),
  );

  const vectors = vectorsOf(dim);
  const slabs = Math.ceil(vectors / tile.slab);
  const slab = Math.ceil(vectors / slabs);
  const size = tile.userLanes * tile.itemLanes;
  const list = Math.min(1024, Math.floor((16 * 1024 - 64 - 16 * slab * (userTile + itemTile)) / 8 / 64) * 64);
  if (list < 64) throw new RangeError(`a slab of ${slab} vec4 leaves no workgroup memory for a list`);
  const listedPerTile = userTile * itemTile * Math.min(1, stride * rank / Math.max(1, items));

  const fitting = Math.min(65535, Math.max(64, Math.floor(workingBytes / (4 * groups + 8 * capacity + 16))));
  const chunks = Math.max(1, Math.ceil(users / fitting));
  const chunk = Math.max(1, Math.min(users, fitting, wholes(Math.ceil(users / chunks), userTile)));
  const tiles = Math.ceil(items / itemTile);
  const slices = Math.max(1, Math.ceil(tile.workgroups / Math.ceil(chunk / userTile)));
  const turns = slabs + 36 * tile.quads + Math.ceil(list / size);
  return {
    chunk,
    stride,
    samples,
    groups,
    rank,
    capacity,
    userTile,
    itemTile,
    tilesFiltered: Math.max(1, Math.min(Math.ceil(tiles / slices), Math.floor(turnsPerInvocation / turns))),
    header: {
      VECTORS: vectors,
      SLAB: slab,
      SLABS: slabs,
      USER_LANES: tile.userLanes,
      ITEM_LANES: tile.itemLanes,
      SIZE: size,
      USERS: tile.users,
      QUADS: tile.quads,
      USER_TILE: userTile,
      ITEM_TILE: itemTile,
      USER_LOADS: Math.ceil(slab * userTile / size),
      ITEM_LOADS: Math.ceil(slab * itemTile / size),
    },
    filter: { LIST: list, EMPTIED: Math.max(1, Math.min(16, Math.floor(list / 2 / listedPerTile))) },
  };
}

/** The largest divisor of `vectors` up to 8: vec4 of a row that are loaded before any is used. */
export function loadedTogether(vectors: number): number {
  return [8, 7, 6, 5, 4, 3, 2].find((each) => vectors % each === 0) ?? 1;
}
