/**
 * The part of a top-K search that does not depend on where scores come from.
 *
 * @module
 */
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import keptHeap from "../../shaders/rank/kept_heap.wgsl" with { type: "text" };
import exclusionSearch from "../../shaders/rank/exclusion_search.wgsl" with { type: "text" };
import narrowing from "../../shaders/rank/narrowing.wgsl" with { type: "text" };
import orderCandidates from "../../shaders/rank/order_candidates.wgsl" with { type: "text" };
import orderKept from "../../shaders/rank/order_kept.wgsl" with { type: "text" };
import prepareUsers from "../../shaders/rank/prepare_users.wgsl" with { type: "text" };
import refineCandidates from "../../shaders/rank/refine_candidates.wgsl" with { type: "text" };
import sufficient from "../../shaders/rank/sufficient.wgsl" with { type: "text" };
import threshold from "../../shaders/rank/threshold.wgsl" with { type: "text" };
import { ranges } from "./dispatch_limits.ts";
import type { DeviceExclusions } from "./exclusions.ts";
import { blocksPerDispatch, sortedPerDispatch, type TopKPlan } from "./top_k_plan.ts";

/** A chunk of users whose best items are selected. */
export interface Selection {
  /** Users in the chunk. */
  readonly count: number;
  /** Place of the first of them in the result. */
  readonly first: number;
  /** Items wanted per user. */
  readonly k: number;
  /** User numbers by place, or null where place and number are the same. */
  readonly rows: DeviceArray | null;
  /** Items that the scores do not leave out already. */
  readonly exclude: DeviceExclusions | null;
  /** Four numbers a user; shaders/rank/prepare_users.wgsl names them. */
  readonly state: DeviceArray;
  /** The groups' maxima. */
  readonly maxima: DeviceArray;
  /** Candidates of every user and their scores. */
  readonly candidates: DeviceArray;
  /** Receives item numbers. */
  readonly items: DeviceArray;
  /** Receives scores. */
  readonly scores: DeviceArray;
}

/** The three passes over the scores; each records its dispatches. */
export interface ScorePasses {
  /** Writes every group's maximum over the sampled items. */
  readonly maxima: () => void;
  /** Writes the candidates: all items that reach the threshold. */
  readonly filter: () => void;
  /** Keeps a heap of the best for users whose candidates do not suffice. */
  readonly keep: () => void;
}

const size = 64;
const block = 16;

/** Records the selection of each user's K best items; `passes` are called in order between the shared steps. */
export function recordSelection(gpu: Gpu, plan: TopKPlan, selection: Selection, passes: ScorePasses): void {
  const { count, first, k, rows, exclude, state, maxima, candidates, items, scores } = selection;
  const { groups, rank, capacity } = plan;
  const result = { items, scores };
  const lanes = Math.ceil(count / size);
  const kernel = (
    name: string,
    code: string,
    parts: string[],
    header: Readonly<Record<string, number>> = {},
  ) => gpu.kernel({ name: `rank/${name}`, code, parts, header });
  gpu.dispatch(
    kernel("prepare_users", prepareUsers, []),
    { rows: rows ?? candidates, state },
    { count, first, named: rows ? 1 : 0 },
    [lanes],
  );
  passes.maxima();
  gpu.dispatch(
    kernel("threshold", threshold, [narrowing]),
    { state, maxima },
    { count, groups, rank },
    [lanes],
    count * groups * 64,
  );
  passes.filter();
  gpu.dispatch(
    kernel("refine_candidates", refineCandidates, [narrowing, exclusionSearch]),
    { state, candidates, offsets: exclude?.offsets ?? maxima, excluded: exclude?.items ?? maxima },
    { count, k, capacity, excluding: exclude ? 1 : 0 },
    [lanes],
    count * capacity * 64,
  );
  const orderKernel = kernel("order_candidates", orderCandidates, [sufficient], { BLOCK: block });
  const blocks = Math.ceil(Math.max(k, capacity) / block);
  for (const [row, end] of ranges(blocks, blocksPerDispatch(count, block, capacity))) {
    gpu.dispatch(
      orderKernel,
      { state, candidates, ...result },
      { count, first, k, capacity, first_block: row },
      [lanes, end - row],
      count * (end - row) * block * capacity,
    );
  }
  passes.keep();
  const orderKeptKernel = kernel("order_kept", orderKept, [sufficient, keptHeap]);
  for (const [last, end] of ranges(k, sortedPerDispatch(k)).reverse()) {
    gpu.dispatch(orderKeptKernel, { state, ...result }, { count, first, k, capacity, last, end }, [lanes]);
  }
}
