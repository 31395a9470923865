import { ArgumentError } from "../errors.ts";
import {
  planScoreTile,
  type ScoreTile,
  scoreTile,
  type ScoreTilePlan,
  tilesPerWorkgroup,
  wholes,
} from "./score_tile_plan.ts";
import { sampleRank, sampleStride } from "./top_k_plan.ts";

/** Which kind of adapter to plan for. */
export type TopKTuning = "software" | "hardware";

/**
 * Checks the option `tuning` of a public function.
 *
 * @throws {ArgumentError} if it is no such kind.
 */
export function checkTuning(tuning: TopKTuning | undefined): void {
  if (tuning === undefined || tuning === "software" || tuning === "hardware") return;
  throw new ArgumentError("tuning", `it is ${tuning}`, "'software' or 'hardware'");
}

/** Workgroups of the top-K search by tiles: what they hold, and how many of them there are to be. */
export interface TopKTile extends ScoreTile {
  /** Groups of sampled items wanted. */
  readonly groups: number;
  /** Invocations that find a user's threshold, from 16 on. */
  readonly thresholdSize: number;
  /** Invocations that place a user's candidates, from 16 on. */
  readonly placeSize: number;
  /** Bytes of working memory, unless 64 users take more. */
  readonly memory: number;
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
  /** Tiles of users and items. */
  readonly scoring: ScoreTilePlan;
  /** Tiles of items that one workgroup filters. */
  readonly tilesFiltered: number;
  /** Entries of the list in shaders/rank/filter_tiles.wgsl, and tiles after which it is emptied. */
  readonly filter: Readonly<Record<"LIST" | "EMPTIED", number>>;
}

/** WebGPU's workgroup memory, less what the kernels hold beside their lists. */
const listBytes = 14 * 1024;
/** Entries of a list in workgroup memory, at most. */
export const mostListed = listBytes / 8;
/** Entries of a user's candidates, at most: beside them lie 256 excluded items, as KNOWN in place_candidates.wgsl. */
const mostCandidates = (listBytes - 4 * 256) / 8;
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
  return { ...scoreTile(), groups: 1024, thresholdSize: 64, placeSize: 128, memory: 64 * 1024 * 1024 };
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
  if (complete > mostCandidates || k + selectSize * selectBatch > mostListed) return null;
  const capacity = Math.min(
    mostCandidates,
    wholes(Math.max(1, Math.min(items, complete + Math.min(excluded, mostExcluded))), 64),
  );
  const scoring = planScoreTile(dim, tile);
  const { userTile, itemTile, slabs, size } = scoring;
  const steps = Math.max(1, Math.round(samples / Math.max(tile.groups, 6 * rank)));
  const groups = Math.min(
    Math.floor(mostGroups / itemTile) * itemTile,
    wholes(Math.ceil(samples / steps), itemTile),
  );

  const list = Math.min(1024, Math.floor((16 * 1024 - 64 - scoring.slabBytes) / 8 / 64) * 64);
  if (list < 64) throw new RangeError("the slabs leave no workgroup memory for a list");
  const listedPerTile = userTile * itemTile * Math.min(1, stride * rank / Math.max(1, items));

  const fitting = Math.min(65535, Math.max(64, Math.floor(tile.memory / (4 * groups + 8 * capacity + 16))));
  const chunks = Math.max(1, Math.ceil(users / fitting));
  const chunk = Math.max(1, Math.min(users, fitting, wholes(Math.ceil(users / chunks), userTile)));
  // An invocation may write down every score of a tile.
  const turns = slabs + 36 * tile.quads + Math.ceil(list / size);
  return {
    chunk,
    stride,
    samples,
    groups,
    rank,
    capacity,
    scoring,
    tilesFiltered: tilesPerWorkgroup(scoring, chunk, items, turns),
    filter: { LIST: list, EMPTIED: Math.max(1, Math.min(16, Math.floor(list / 2 / listedPerTile))) },
  };
}

/** The largest divisor of `vectors` up to 8: vec4 of a row that are loaded before any is used. */
export function loadedTogether(vectors: number): number {
  return [8, 7, 6, 5, 4, 3, 2].find((each) => vectors % each === 0) ?? 1;
}
