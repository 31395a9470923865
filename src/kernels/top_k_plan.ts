import type { Sharing } from "../gpu/sharing.ts";
import { operationsPerDispatch, pairsPerDispatch, turnsPerInvocation } from "./dispatch_limits.ts";
import { vectorsOf } from "./factors.ts";

/** How a top-K search is cut into pieces. */
export interface TopKPlan {
  /** Users worked on at a time. */
  readonly chunk: number;
  /** The threshold is taken from every `stride`-th item. */
  readonly stride: number;
  /** How many items these are. */
  readonly samples: number;
  /** Groups of them whose maximum is kept. */
  readonly groups: number;
  /** Items in the largest group. */
  readonly steps: number;
  /** A user's threshold is a score that this many groups reach. */
  readonly rank: number;
  /** Candidates that fit for one user; with 0, every user is served by the heap. */
  readonly capacity: number;
}

/** Working memory of a search, at most, unless one workgroup of users takes more. */
const workingBytes = 32 * 1024 * 1024;
/** Beyond this k, comparing all candidates with each other costs more than a heap. */
const largestCompared = 2048;

/** Room for excluded candidates of a user, at most. */
const mostExcluded = 256;
/** Standard deviations that a threshold keeps from too few and too many candidates. */
const safety = 3.5;

/**
 * The rank in a sample of every `stride`-th item above which at least k of all items are to be expected, `margin`
 * standard deviations away from fewer.
 */
export function sampleRank(k: number, stride: number, margin = safety): number {
  if (stride === 1) return k;
  // The number of items above the r-th of the sample is about stride * (r +- sqrt(r)).
  const root = (margin + Math.sqrt(margin ** 2 + 4 * k / stride)) / 2;
  return Math.ceil(root ** 2);
}

/** The stride of a sample that is large enough: 8, 4, 2, or 1 for all items. */
export function sampleStride(items: number, k: number, margin = safety): number {
  return [8, 4, 2].find((each) => items >= 64 * each && items >= 16 * each * sampleRank(k, each, margin)) ??
    1;
}

/**
 * Plans a search: thresholds from a sample of the items where it is large enough, in groups so many that those sought
 * seldom share one; and room for the candidates that are to be expected.
 *
 * @param users Users to serve.
 * @param items Items to rank.
 * @param k Items kept per user.
 * @param excluded Items of the longest exclusion list: they are candidates at first.
 */
export function planTopK(users: number, items: number, k: number, excluded = 0): TopKPlan {
  const stride = sampleStride(items, k);
  const samples = Math.max(1, Math.ceil(items / stride));
  const rank = sampleRank(k, stride);
  const groups = Math.min(samples, Math.max(stride === 1 ? 4 * rank : 6 * rank, Math.min(256, samples)));
  const expected = stride === 1
    ? k + Math.max(k >> 1, 192)
    : 1.2 * stride * (rank + safety * Math.sqrt(rank));
  const capacity = k > largestCompared
    ? 0
    : Math.min(items, Math.ceil(expected) + Math.min(excluded, mostExcluded));
  const bytesPerUser = 4 * groups + 8 * capacity + 16;
  const chunk = offPowersOfTwo(users, Math.max(64, Math.floor(workingBytes / bytesPerUser)));
  return { chunk, stride, samples, groups, steps: Math.ceil(samples / groups), rank, capacity };
}

/**
 * Users of a chunk, at most `fitting`: no multiple of 256 if it can be helped. Values of one user lie that many numbers
 * apart, and at distances of whole kilobytes they compete for the same few places of a processor's cache.
 */
function offPowersOfTwo(users: number, fitting: number): number {
  const crowded = users >= 512 && users % 256 === 0;
  const chunks = Math.max(Math.ceil(users / fitting), crowded ? 2 : 1);
  const even = Math.ceil(users / chunks);
  const odd = (2 * Math.ceil((even / 16 - 1) / 2) + 1) * 16;
  return Math.max(1, Math.min(users, odd <= fitting ? odd : even));
}

/**
 * Register tile of the first pass: users and items per invocation, and invocations per workgroup; `items` 0 is the
 * kernel for short rows. Drivers on processors keep the tile in the nearest cache, and pay more for a load of four
 * numbers than for thirty operations, so there the tile is as large as compiles in a few seconds. The tile for
 * graphics processors is not tuned.
 */
export function maximaTile(
  dim: number,
  kind: "hardware" | "software",
): { users: number; items: number; size: number } {
  const vectors = vectorsOf(dim);
  if (kind === "software") {
    return { users: vectors <= 3 ? 16 : 8, items: vectors <= 16 ? 0 : 8, size: 16 };
  }
  const narrow = Math.floor(16 / vectors);
  if (narrow >= 4) return { users: narrow >= 8 ? 8 : 4, items: 0, size: 64 };
  return { users: 4, items: 4, size: 64 };
}

/** How many invocations load for each other in the first pass: 1 where too many of them would load nothing new. */
export function sharedSteps(steps: number, sharing: Sharing): Sharing {
  return steps >= 0.6 * sharing * Math.ceil(steps / sharing) ? sharing : 1;
}

/** How the first pass is cut: groups per workgroup, so that it has about 256 items, and workgroups per dispatch. */
export function maximaSlices(
  plan: TopKPlan,
  operations: number,
): { groups: number; slices: number; perDispatch: number } {
  const groups = Math.max(1, Math.round(256 / Math.max(1, plan.steps)));
  const slices = Math.ceil(plan.groups / groups);
  const dispatches = Math.max(1, Math.ceil(operations / operationsPerDispatch));
  return { groups, slices, perDispatch: Math.min(65535, Math.ceil(slices / dispatches)) };
}

/** Excluded items that one invocation takes out of the maxima. */
export function repairShare(steps: number, vectors: number): number {
  return Math.max(1, Math.min(16, Math.floor(turnsPerInvocation / ((steps + 1) * (vectors + 24)))));
}

/** Items that one dispatch looks at for each user; `heap` is the heap's size. */
export function itemsPerDispatch(users: number, vectors: number, heap: number): number {
  const turns = vectors + 4 + 2 * Math.ceil(Math.log2(heap + 1)) + 2;
  return Math.max(1, Math.floor(Math.min(pairsPerDispatch / users, (turnsPerInvocation - 100) / turns)));
}

/** Items that one invocation filters for `users` users within its turns, `turns` of them for each score. */
export function itemsFiltered(users: number, turns = 0): number {
  return Math.min(512, Math.floor(turnsPerInvocation / (users + turns + 4) / 8) * 8);
}

/** Blocks of candidates that one dispatch puts in order. */
export function blocksPerDispatch(users: number, block: number, capacity: number): number {
  return Math.max(
    1,
    Math.min(65535, Math.floor(operationsPerDispatch / (users * block * Math.max(1, capacity)))),
  );
}

/** Places of a sorted heap that one dispatch settles. */
export function sortedPerDispatch(k: number): number {
  return Math.floor(turnsPerInvocation / (Math.ceil(Math.log2(k + 1)) + 4));
}
