import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type Ragged, rowCount, rowOf } from "../ragged.ts";
import { checkLists } from "./exclusions.ts";

/** What an {@linkcode InteractionGraph} is made of. */
export interface GraphOptions {
  /** Number of items; the lists hold numbers below it. */
  readonly items: number;
  /** Neighbours that one invocation adds up, at most: longer rows are cut. Default 256. */
  readonly sliceLength?: number;
}

const whole = 0xffffffff;

/**
 * The bipartite graph of users and items on the device. Row u is user u and row users + i is item i; the neighbours of
 * a row are the rows of whom or what it interacted with, ascending. Rows are cut into slices, so that a popular item is
 * not the work of one invocation. Device memory: 8 bytes an interaction, 24 a row, and 16 a slice beyond the first
 * of its row.
 */
export class InteractionGraph implements Disposable {
  /** Number of users and items. */
  readonly rows: number;
  /** Number of slices. */
  readonly slices: number;
  /** How many of the slices are parts of a longer row. */
  readonly partialSlices: number;
  /** How many rows have more than one slice. */
  readonly longRows: number;
  /** For each slice: row, first neighbour, end of its neighbours, place among the partial slices or 0xffffffff. */
  readonly sliceArray: DeviceArray;
  /** For each long row: row, its first place among the partial slices, end of its places. */
  readonly longRowArray: DeviceArray;
  /** Rows of the neighbours. */
  readonly neighbours: DeviceArray;
  /** 1 / sqrt(degree) of each row; 0 for a row without neighbours. */
  readonly roots: DeviceArray;
  readonly #ends: Uint32Array;

  /**
   * Builds the graph and uploads it.
   *
   * @param gpu The device.
   * @param interactions One list of distinct items per user.
   * @param options Number of items, and how rows are cut.
   * @throws {ArgumentError} if a list holds an item that does not exist.
   */
  constructor(gpu: Gpu, interactions: Ragged, { items, sliceLength = 256 }: GraphOptions) {
    const users = rowCount(interactions);
    checkLists("interactions", interactions, users, items);
    this.rows = users + items;
    const offsets = new Uint32Array(this.rows + 1);
    for (let user = 0; user < users; user++) {
      for (const item of rowOf(interactions, user)) {
        offsets[user + 1]!++;
        offsets[users + item + 1]!++;
      }
    }
    for (let row = 0; row < this.rows; row++) offsets[row + 1]! += offsets[row]!;
    const neighbours = new Uint32Array(offsets[this.rows]!);
    const next = offsets.slice();
    for (let user = 0; user < users; user++) {
      for (const item of rowOf(interactions, user)) {
        neighbours[next[user]!++] = users + item;
        neighbours[next[users + item]!++] = user;
      }
    }
    const { slices, longRows, partial } = cut(offsets, sliceLength);
    this.slices = slices.length / 4;
    this.partialSlices = partial;
    this.longRows = longRows.length / 3;
    this.#ends = Uint32Array.from({ length: this.slices }, (_, n) => slices[4 * n + 2]!);
    this.sliceArray = gpu.upload("slices of the graph", slices);
    this.longRowArray = gpu.upload("long rows of the graph", longRows);
    this.neighbours = gpu.upload("neighbours in the graph", neighbours);
    const roots = Float32Array.from({ length: this.rows }, (_, row) => {
      const degree = offsets[row + 1]! - offsets[row]!;
      return degree === 0 ? 0 : 1 / Math.sqrt(degree);
    });
    this.roots = gpu.upload("roots of the degrees", roots);
  }

  /** Cuts the slices into ranges [first, end) of `neighbours` neighbours at most, or of a single slice. */
  pieces(neighbours: number): [number, number][] {
    const result: [number, number][] = [];
    for (let first = 0; first < this.slices;) {
      const start = first === 0 ? 0 : this.#ends[first - 1]!;
      let end = first + 1;
      while (end < this.slices && this.#ends[end]! - start <= neighbours) end++;
      result.push([first, end]);
      first = end;
    }
    return result;
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const array of [this.sliceArray, this.longRowArray, this.neighbours, this.roots]) array.dispose();
  }

  /** The same as {@linkcode InteractionGraph.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Cuts rows into slices; a row without neighbours has one, which is empty. */
function cut(
  offsets: Uint32Array,
  length: number,
): { slices: Uint32Array<ArrayBuffer>; longRows: Uint32Array<ArrayBuffer>; partial: number } {
  const slices: number[] = [];
  const longRows: number[] = [];
  let partial = 0;
  for (let row = 0; row < offsets.length - 1; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    if (end - start <= length) {
      slices.push(row, start, end, whole);
      continue;
    }
    const first = partial;
    for (let n = start; n < end; n += length) slices.push(row, n, Math.min(n + length, end), partial++);
    longRows.push(row, first, partial);
  }
  return { slices: Uint32Array.from(slices), longRows: Uint32Array.from(longRows), partial };
}
