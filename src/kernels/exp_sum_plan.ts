import type { Sharing } from "../gpu/sharing.ts";
import { strideOf } from "./embedding.ts";

/** How the streaming exp-sum cuts its work into invocations, workgroups and dispatches. */
export interface ExpSumPlan {
  /** vec4 in a row. */
  readonly width: number;
  /** Floats of a row with its weight behind it. */
  readonly weightedStride: number;
  /** Invocations in a workgroup. */
  readonly size: number;
  /** Embeddings side by side in one invocation. */
  readonly lanes: 1 | 2 | 4;
  /** That many times `lanes` vectors in one invocation. */
  readonly groups: 1 | 2;
  /** That many times `lanes` rows in one invocation. */
  readonly rowGroups: 1 | 2;
  /** Invocations that load streamed embeddings for each other; slots of rows are padded to that many. */
  readonly share: Sharing;
  /** Slices of the vectors. */
  readonly slices: number;
  /** Vectors in a slice. */
  readonly sliceLength: number;
  /** Vectors in a tile. */
  readonly tileLength: number;
  /** Tiles, and so workgroups, that hold all vectors. */
  readonly tiles: number;
  /** Tiles that are indexed at a time. */
  readonly tableTiles: number;
  /** Slices of the rows. */
  readonly rowSlices: number;
}

/** Slots of rows are padded to whole eights: kernels take up to eight at a time. */
export function wholeEights(count: number): number {
  return Math.ceil(count / 8) * 8;
}

/** Vectors in a slice: an invocation may meet each once, and once more for each of its eight rows that excludes it. */
const longestSlice = 4096;
/** Bytes of the index of tiles that exist at a time. */
const tableBytes = 16 * 1024 * 1024;
/** Enough workgroups to keep every core busy. */
const workgroupsWanted = { software: 32, hardware: 1024 } as const;

/** Which kind of adapter to plan for. */
export type ExpSumTuning = "software" | "hardware";

/**
 * Plans the work.
 *
 * Software drivers pay for every load of the streamed side as much as for some thirty operations, so an invocation
 * holds as many embeddings as compile in a few seconds. On graphics processors those loads are nearly free and
 * registers are scarce: an invocation holds up to three arrays of `dim x lanes x groups` floats.
 */
export function planExpSum(
  tuning: ExpSumTuning,
  dim: number,
  capacity: number,
  vectors: number,
  sharing: Sharing = 1,
): ExpSumPlan {
  const software = tuning === "software";
  const size = software ? 8 : 64;
  const share = software ? sharing : 1;
  const lanes = dim <= (software ? 96 : 12) ? 4 : software || dim <= 24 ? 2 : 1;
  const groups = software && dim <= 24 ? 2 : 1;
  const tileLength = size * lanes * groups;
  // With shared loads a second group of rows gains less than it takes to compile.
  const rowGroups = share > 1 ? 1 : groups;
  const rowTiles = Math.ceil(capacity / (size * lanes * rowGroups));
  const slicesWanted = Math.min(Math.ceil(vectors / 128), Math.floor(workgroupsWanted[tuning] / rowTiles));
  const sliceLength = Math.min(longestSlice, Math.ceil(vectors / Math.max(1, slicesWanted) / 32) * 32);
  const tiles = Math.ceil(vectors / tileLength);
  const rowSlices = Math.min(8, Math.ceil(capacity / 32), Math.floor(workgroupsWanted[tuning] / tiles));
  return {
    width: strideOf(dim) / 4,
    weightedStride: strideOf(dim + 1),
    size,
    lanes,
    groups,
    rowGroups,
    share,
    slices: Math.ceil(vectors / sliceLength),
    sliceLength,
    tileLength,
    tiles,
    tableTiles: Math.min(tiles, Math.max(1, Math.floor(tableBytes / (8 * wholeEights(capacity))))),
    rowSlices: software ? 1 : Math.max(1, rowSlices),
  };
}
