import type { Sharing } from "../gpu/sharing.ts";
import { strideOf } from "./embedding.ts";

/** What an invocation of the streaming exp-sum holds, and how many of them there are to be. */
export interface ExpSumTile {
  /** Invocations in a workgroup. */
  readonly size: number;
  /** Embeddings side by side in one invocation. */
  readonly lanes: 1 | 2 | 4;
  /** That many times `lanes` vectors in one invocation. */
  readonly groups: 1 | 2;
  /** That many times `lanes` rows in one invocation. */
  readonly rowGroups: 1 | 2;
  /** Invocations that load streamed embeddings for each other. */
  readonly share: Sharing;
  /** Streamed embeddings that are loaded before the first is used; 1 where invocations load for each other. */
  readonly ahead: 1 | 2 | 4 | 8;
  /** Workgroups wanted, so that every core is busy. */
  readonly workgroups: number;
}

/** How the streaming exp-sum cuts its work into invocations, workgroups and dispatches. */
export interface ExpSumPlan extends Omit<ExpSumTile, "workgroups"> {
  /** vec4 in a row. */
  readonly width: number;
  /** Floats of a row with its weight behind it. */
  readonly weightedStride: number;
  /** Slices of the vectors. */
  readonly slices: number;
  /** Vectors in a slice. */
  readonly sliceLength: number;
  /** Vectors in a tile. */
  readonly tileLength: number;
  /** Tiles, and so workgroups, that hold all vectors. */
  readonly tiles: number;
  /** Blocks of 32 vectors whose marks exist at a time. */
  readonly blocks: number;
  /** Slices within these blocks. */
  readonly slicesTogether: number;
  /** Tiles within these blocks. */
  readonly tilesTogether: number;
  /** Slices of the rows. */
  readonly rowSlices: number;
  /** {@linkcode loadedAhead}. */
  readonly listAhead: number;
  /** Entries, or listed vectors, of a row that one invocation takes where no vectors stream. */
  readonly entriesPerRun: number;
  /** Whether products are added in one instruction. */
  readonly fused: boolean;
}

/** Slots of rows are padded to whole eights: kernels take up to eight at a time. */
export function wholeEights(count: number): number {
  return Math.ceil(count / 8) * 8;
}

/** Vectors in a slice, at most. */
const longestSlice = 4096;
/** Bytes of marks that exist at a time, if a slice and a tile need no more. */
const markBytes = { software: 16 * 1024 * 1024, hardware: 64 * 1024 * 1024 } as const;

/** Rows, and vectors, of which one word of marks has a bit each. */
export const rowsPerMark = 32;

/** Bytes of the marks of `rows` rows, by row and by vector, which have to be zeros at first. */
export function bytesOfBits(rows: number, blocks: number): number {
  return 4 * blocks * (wholeEights(rows) + rowsPerMark * Math.ceil(rows / rowsPerMark));
}

/** Blocks whose first entry is kept; as TOGETHER in exp_sum_part.wgsl. */
const blocksTogether = 4;

/** Bytes of all marks of `rows` rows: nine for each row and block. */
export function bytesOfMarks(rows: number, blocks: number): number {
  return bytesOfBits(rows, blocks) + 4 * Math.ceil(blocks / blocksTogether) * wholeEights(rows);
}

/** Which kind of adapter to plan for. */
export type ExpSumTuning = "software" | "hardware";

/**
 * Numbers of a list that an invocation loads before it uses the first. A graphics processor waits for memory once for
 * all of them; software drivers wait for none, and take longer to compile loops that are written out.
 */
export function loadedAhead(tuning: ExpSumTuning): number {
  return tuning === "hardware" ? 8 : 1;
}

/**
 * The tile for a kind of adapter.
 *
 * Software drivers pay for every load of the streamed side as much as for some thirty operations, so an invocation
 * holds as many embeddings as compile in a few seconds. On graphics processors those loads are nearly free and
 * registers are scarce: an invocation holds two arrays of `dim x lanes` floats, and `dim x ahead` of the streamed side.
 * The numbers were found on an H100 (bench/results).
 */
export function expSumTile(tuning: ExpSumTuning, dim: number, sharing: Sharing = 1): ExpSumTile {
  if (tuning === "hardware") {
    const lanes = dim <= 16 ? 2 : 1;
    const ahead = dim <= 8 ? 4 : dim <= 32 ? 2 : 1;
    return { size: dim <= 32 ? 128 : 64, lanes, groups: 1, rowGroups: 1, share: 1, ahead, workgroups: 4096 };
  }
  const groups = dim <= 24 ? 2 : 1;
  // With shared loads a second group of rows gains less than it takes to compile.
  const rowGroups = sharing > 1 ? 1 : groups;
  return { size: 8, lanes: dim <= 96 ? 4 : 2, groups, rowGroups, share: sharing, ahead: 1, workgroups: 32 };
}

/** Plans the work for a tile. */
export function planExpSum(
  tuning: ExpSumTuning,
  dim: number,
  capacity: number,
  vectors: number,
  sharing: Sharing = 1,
  tile: Partial<ExpSumTile> = {},
): ExpSumPlan {
  const { workgroups, ...held } = { ...expSumTile(tuning, dim, sharing), ...tile };
  const { size, lanes, groups, rowGroups } = held;
  const software = tuning === "software";
  const tileLength = size * lanes * groups;
  const rowTiles = Math.ceil(capacity / (size * lanes * rowGroups));
  const slicesWanted = Math.min(Math.ceil(vectors / 128), Math.floor(workgroups / rowTiles));
  const fair = Math.ceil(vectors / Math.max(1, slicesWanted, Math.ceil(vectors / longestSlice)));
  const sliceLength = Math.ceil(fair / 32) * 32;
  const slices = Math.ceil(vectors / sliceLength);
  const tiles = Math.ceil(vectors / tileLength);
  // Marks for a slice at least.
  const marked = Math.max(sliceLength, 32 * Math.floor(markBytes[tuning] / bytesOfMarks(capacity, 1)));
  const slicesTogether = Math.min(slices, Math.floor(marked / sliceLength));
  const unit = Math.max(32, tileLength);
  const tilesTogether = Math.min(tiles, Math.max(1, Math.floor(marked / unit)) * (unit / tileLength));
  const rowSlices = Math.min(8, Math.ceil(capacity / 32), Math.floor(workgroups / tiles));
  return {
    ...held,
    width: strideOf(dim) / 4,
    weightedStride: strideOf(dim + 1),
    slices,
    sliceLength,
    tileLength,
    tiles,
    blocks: Math.ceil(Math.max(slicesTogether * sliceLength, tilesTogether * tileLength) / 32),
    slicesTogether,
    tilesTogether,
    rowSlices: software ? 1 : Math.max(1, rowSlices),
    listAhead: loadedAhead(tuning),
    entriesPerRun: software ? 16 : 4,
    fused: !software,
  };
}
