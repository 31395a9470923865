/**
 * Two-dimensional tiles of scores; shaders/score/score_tile.wgsl computes them.
 *
 * @module
 */
import { operationsPerTiledDispatch, turnsPerInvocation } from "./dispatch_limits.ts";
import { vectorsOf } from "./factors.ts";

/** What a scoring workgroup holds, and how many of them there are to be. */
export interface ScoreTile {
  /** Invocations along the users. */
  readonly userLanes: number;
  /** Invocations along the items. */
  readonly itemLanes: number;
  /** Users of one invocation, 8 at most. */
  readonly users: number;
  /** Items of one invocation, in fours. */
  readonly quads: number;
  /** vec4 of every row that are in workgroup memory at a time, at most. */
  readonly slab: number;
  /** Workgroups wanted, so that every core is busy. */
  readonly workgroups: number;
}

/** A tile for rows of one length. */
export interface ScoreTilePlan {
  /** Users of a workgroup. */
  readonly userTile: number;
  /** Items that a workgroup takes at a time. */
  readonly itemTile: number;
  /** Invocations of a workgroup. */
  readonly size: number;
  /** Slabs of a row. */
  readonly slabs: number;
  /** Workgroup memory of the slabs. */
  readonly slabBytes: number;
  /** Workgroups wanted. */
  readonly workgroups: number;
  /** Constants of the shader. */
  readonly header: Readonly<Record<string, number>>;
}

/** The tile for graphics processors. */
export function scoreTile(): ScoreTile {
  return { userLanes: 16, itemLanes: 16, users: 8, quads: 1, slab: 4, workgroups: 1024 };
}

/** `count`, rounded up to whole units. */
export function wholes(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

/** Plans a tile for rows of `dim` numbers. */
export function planScoreTile(dim: number, tile: ScoreTile): ScoreTilePlan {
  const vectors = vectorsOf(dim);
  const slabs = Math.ceil(vectors / tile.slab);
  const slab = Math.ceil(vectors / slabs);
  const size = tile.userLanes * tile.itemLanes;
  const userTile = tile.userLanes * tile.users;
  const itemTile = 4 * tile.itemLanes * tile.quads;
  return {
    userTile,
    itemTile,
    size,
    slabs,
    slabBytes: 16 * slab * (userTile + itemTile),
    workgroups: tile.workgroups,
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
  };
}

/** Tiles of items that one workgroup goes through, each in `turns` turns of loops, so that there are enough workgroups. */
export function tilesPerWorkgroup(plan: ScoreTilePlan, users: number, items: number, turns: number): number {
  const slices = Math.max(1, Math.ceil(plan.workgroups / Math.ceil(users / plan.userTile)));
  const wanted = Math.ceil(items / plan.itemTile / slices);
  return Math.max(1, Math.min(wanted, Math.floor(turnsPerInvocation / turns)));
}

/** Cuts `count` pieces of `operations` each into equal ranges, [first, end), that are not too much for a dispatch. */
export function evenRanges(count: number, operations: number): [number, number][] {
  const most = Math.min(65535, Math.max(1, Math.floor(operationsPerTiledDispatch / Math.max(1, operations))));
  const parts = Math.ceil(count / most);
  return Array.from({ length: parts }, (_, n) => [
    Math.floor(count * n / parts),
    Math.floor(count * (n + 1) / parts),
  ]);
}
