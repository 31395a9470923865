/**
 * The part of counting ranks that does not depend on where scores come from. Targets are put in order; every item is
 * added to the count of its place among them; the running sum of the counts is each target's rank.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import collectRanks from "../../shaders/rank/collect_ranks.wgsl" with { type: "text" };
import orderTargets from "../../shaders/rank/order_targets.wgsl" with { type: "text" };
import sumPlaces from "../../shaders/rank/sum_places.wgsl" with { type: "text" };
import { operationsPerDispatch, ranges, turnsPerInvocation } from "./dispatch_limits.ts";

const size = 64;
/** Targets of one invocation in shaders/rank/order_targets.wgsl. */
const tile = 16;

/** Bytes of a {@linkcode TargetPlaces} for one user and target. */
export const targetBytes = 20;

/** Turns of loops in which shaders/rank/place_of.wgsl finds a place, the loop around it included. */
function turnsOfSearch(length: number): number {
  return 2 * Math.ceil(Math.log2(length + 1)) + 3;
}

/**
 * Items that an invocation with `users` users may count within the turns it has, `turns` of them for each score; at most
 * 512.
 */
export function itemsCounted(users: number, length: number, turns = 0): number {
  const all = users * turnsOfSearch(length) + turns + 4;
  return Math.max(8, Math.min(512, Math.floor(turnsPerInvocation / all / 8) * 8));
}

/** The targets of a chunk of users in the order of ranking, and the counts of their places. */
export class TargetPlaces implements Disposable {
  /** Scores of the targets as integers: written by the caller before {@linkcode TargetPlaces.recordOrder}. */
  readonly keys: DeviceArray;
  /** Keys in order, the highest first. */
  readonly ordered_keys: DeviceArray;
  /** Items in order. */
  readonly ordered_items: DeviceArray;
  /** Items at each place, without those at the places before: zero after {@linkcode TargetPlaces.recordOrder}. */
  readonly counts: DeviceArray;
  readonly #places: DeviceArray;
  readonly #gpu: Gpu;
  readonly #length: number;

  /**
   * Takes the memory for `users` users with `length` targets each.
   *
   * @throws {ArgumentError} if there are more targets than one invocation may go through.
   */
  constructor(gpu: Gpu, users: number, length: number) {
    if (length > turnsPerInvocation) {
      throw new ArgumentError("length", `it is ${length}`, `at most ${turnsPerInvocation} targets per user`);
    }
    this.#gpu = gpu;
    this.#length = length;
    const array = (label: string) => gpu.array(`targets: ${label}`, 4 * users * length);
    this.keys = array("keys");
    this.ordered_keys = array("ordered keys");
    this.ordered_items = array("ordered items");
    this.counts = array("counts");
    this.#places = array("places");
  }

  /** What a kernel that counts places reads and writes. */
  get counting(): Readonly<Record<"ordered_keys" | "ordered_items" | "counts", DeviceArray>> {
    const { ordered_keys, ordered_items, counts } = this;
    return { ordered_keys, ordered_items, counts };
  }

  /** Records the ordering of the targets of users `first` to `first + count`. */
  recordOrder(targets: DeviceArray, first: number, count: number): void {
    const gpu = this.#gpu;
    const length = this.#length;
    const kernel = gpu.kernel({ name: "rank/order_targets", code: orderTargets, header: { TARGETS: tile } });
    const operations = count * tile * length;
    const together = Math.max(1, Math.floor(operationsPerDispatch / operations));
    for (const [first_block, end] of ranges(Math.ceil(length / tile), together)) {
      gpu.dispatch(
        kernel,
        { targets, keys: this.keys, ...this.counting, places: this.#places },
        { count, first, length, first_block },
        [Math.ceil(count / size), end - first_block],
        (end - first_block) * operations,
      );
    }
  }

  /** Records the writing of the ranks: the counts are summed up, and used up. */
  recordRanks(targets: DeviceArray, ranks: DeviceArray, first: number, count: number, items: number): void {
    const gpu = this.#gpu;
    const length = this.#length;
    const { counts } = this;
    const lanes = Math.ceil(count / size);
    gpu.dispatch(gpu.kernel({ name: "rank/sum_places", code: sumPlaces }), { counts }, { count, length }, [
      lanes,
    ]);
    gpu.dispatch(
      gpu.kernel({ name: "rank/collect_ranks", code: collectRanks }),
      { targets, places: this.#places, counts, ranks },
      { count, first, length, items },
      [lanes, length],
    );
  }

  /** Gives the memory back. */
  [Symbol.dispose](): void {
    for (const array of [this.keys, this.ordered_keys, this.ordered_items, this.counts, this.#places]) {
      array.dispose();
    }
  }
}
