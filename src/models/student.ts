/**
 * The student: two small matrices and the ids they belong to. It recommends without a GPU.
 * This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import { BestItems } from "./best_items.ts";
import { foldIn, type FoldInOptions, type ItemStatistics, itemStatistics } from "./fold_in.ts";
import { nearestIds } from "./nearest_ids.ts";

/** What a {@linkcode Student} is made of. */
export interface StudentParts {
  /** Length of a vector. */
  readonly dim: number;
  /** [users x dim] user vectors, row by row. */
  readonly userFactors: Float32Array<ArrayBuffer>;
  /** [items x dim] item vectors, row by row. */
  readonly itemFactors: Float32Array<ArrayBuffer>;
  /** The id of every user; all different. */
  readonly userIds: readonly string[];
  /** The id of every item; all different. */
  readonly itemIds: readonly string[];
  /** The items that every user has had already (the training set), one row per user. */
  readonly seen?: Ragged;
  /** Free text about the model: how it was made, on what data. */
  readonly metadata?: Record<string, string>;
}

/** What is asked of {@linkcode Student.recommend}. */
export interface RecommendOptions {
  /** How many items at most. */
  k: number;
  /**
   * What to leave out: `true` (the default) the items seen by a known user, or the history; `false` nothing; a list of
   * item ids those as well as what `true` leaves out.
   */
  exclude?: readonly string[] | boolean;
  /** How a history becomes a user vector; see {@linkcode FoldInOptions}. */
  foldIn?: FoldInOptions;
}

/** One recommended item. */
export interface Recommendation {
  /** The item's id. */
  item: string;
  /** The dot product of the user's and the item's vector; comparable within one list only. */
  score: number;
}

/**
 * A trained student: a score is the dot product of a user vector and an item vector.
 *
 * @example Recommend to a known user and from a history
 * ```ts
 * import { Student } from "@hetcomp/hetcomp";
 * const student = new Student({
 *   dim: 2,
 *   userFactors: Float32Array.of(1, 0, 0, 1),
 *   itemFactors: Float32Array.of(3, 0, 2, 0, 0, 5),
 *   userIds: ["ann", "bob"],
 *   itemIds: ["tea", "milk", "rope"],
 * });
 * console.assert(student.recommend("ann", { k: 1 })[0]!.item === "tea");
 * console.assert(student.recommend(["tea"], { k: 1 })[0]!.item === "milk");
 * ```
 */
export class Student {
  /** Length of a vector. */
  readonly dim: number;
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** [users x dim] user vectors, row by row. */
  readonly userFactors: Float32Array<ArrayBuffer>;
  /** [items x dim] item vectors, row by row. */
  readonly itemFactors: Float32Array<ArrayBuffer>;
  /** The id of every user. */
  readonly userIds: readonly string[];
  /** The id of every item. */
  readonly itemIds: readonly string[];
  /** The items that every user has had already, if they are known. */
  readonly seen?: Ragged;
  /** Free text about the model. */
  readonly metadata: Record<string, string>;
  readonly #userNumbers: Map<string, number>;
  readonly #itemNumbers: Map<string, number>;
  #statistics: ItemStatistics | undefined;

  /**
   * Takes the parts as they are, without copying.
   *
   * @throws {ArgumentError} if sizes disagree, an id comes twice, or a seen item is out of range.
   */
  constructor(parts: StudentParts) {
    const { dim, userFactors, itemFactors, userIds, itemIds, seen, metadata = {} } = parts;
    if (!(Number.isInteger(dim) && dim > 0)) {
      throw new ArgumentError("dim", `it is ${dim}`, "a positive integer");
    }
    checkFactors("userFactors", userFactors, userIds.length, dim);
    checkFactors("itemFactors", itemFactors, itemIds.length, dim);
    this.dim = dim;
    this.users = userIds.length;
    this.items = itemIds.length;
    this.userFactors = userFactors;
    this.itemFactors = itemFactors;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.metadata = metadata;
    this.#userNumbers = numbersOf("userIds", userIds);
    this.#itemNumbers = numbersOf("itemIds", itemIds);
    if (seen === undefined) return;
    if (rowCount(seen) !== this.users) {
      throw new ArgumentError("seen", `it has ${rowCount(seen)} rows`, `${this.users}, one per user`);
    }
    for (const item of seen.items) {
      if (item >= this.items) {
        throw new ArgumentError("seen", `it holds item ${item}`, `items below ${this.items}`);
      }
    }
    this.seen = seen;
  }

  /**
   * The best items for a user, the highest score first, equal scores by the lower item number. Every item is scored:
   * O(items (dim + log k)).
   *
   * A history is folded in: the user's vector is solved from the item vectors by regularised least squares over all
   * items in which those of the history weigh more (Hu, Koren and Volinsky, ICDM 2008): with H the history and Q all
   * item vectors, their mean taken off, x = (Q^T Q + alpha sum over H of q q^T + lambda I)^-1 (1 + alpha) sum over H of
   * q, lambda = ridge trace(Q^T Q) / dim. Q^T Q is computed at the first such call.
   *
   * @param userIdOrHistory A known user's id, or the ids of the items that a new user has had.
   * @param options How many, and what to leave out.
   * @returns At most `k` items; fewer if fewer are left.
   * @throws {ArgumentError} if `k` is not a positive integer, the history is empty, or an id is unknown (the message
   * names the nearest known ids).
   */
  recommend(userIdOrHistory: string | readonly string[], options: RecommendOptions): Recommendation[] {
    const { k, exclude = true } = options;
    if (!(Number.isInteger(k) && k > 0)) throw new ArgumentError("k", `it is ${k}`, "a positive integer");
    let vector: ArrayLike<number>;
    let had: ArrayLike<number>;
    if (typeof userIdOrHistory === "string") {
      const user = numberOf("user", userIdOrHistory, this.#userNumbers, this.userIds);
      vector = this.userFactors.subarray(user * this.dim, (user + 1) * this.dim);
      had = this.seen?.items.subarray(this.seen.offsets[user]!, this.seen.offsets[user + 1]!) ?? [];
    } else {
      const history = [...new Set(userIdOrHistory.map((id) => this.#itemNumber("history", id)))];
      if (history.length === 0) throw new ArgumentError("history", "it is empty", "at least one item id");
      this.#statistics ??= itemStatistics(this.itemFactors, this.dim);
      vector = foldIn(this.itemFactors, this.dim, this.#statistics, history, options.foldIn);
      had = history;
    }
    const left = new Uint8Array(this.items);
    if (exclude !== false) { for (let n = 0; n < had.length; n++) left[had[n]!] = 1; }
    if (typeof exclude === "object") { for (const id of exclude) left[this.#itemNumber("exclude", id)] = 1; }
    return this.#best(vector, left, k);
  }

  #best(vector: ArrayLike<number>, left: Uint8Array, k: number): Recommendation[] {
    const best = new BestItems(Math.min(k, this.items));
    for (let item = 0; item < this.items; item++) {
      if (left[item] === 1) continue;
      let score = 0;
      for (let d = 0; d < this.dim; d++) score += vector[d]! * this.itemFactors[item * this.dim + d]!;
      best.offer(item, score);
    }
    const items = new Uint32Array(best.count);
    const scores = new Float64Array(best.count);
    best.drain(items, scores, 0);
    return Array.from(items, (item, n) => ({ item: this.itemIds[item]!, score: scores[n]! }));
  }

  #itemNumber(argument: string, id: string): number {
    return numberOf(argument, id, this.#itemNumbers, this.itemIds);
  }
}

function numbersOf(argument: string, ids: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  ids.forEach((id, n) => {
    const other = numbers.get(id);
    if (other !== undefined) {
      throw new ArgumentError(
        argument,
        `${JSON.stringify(id)} stands at ${other} and at ${n}`,
        "every id once",
      );
    }
    numbers.set(id, n);
  });
  return numbers;
}

function numberOf(
  argument: string,
  id: string,
  numbers: Map<string, number>,
  ids: readonly string[],
): number {
  const found = numbers.get(id);
  if (found !== undefined) return found;
  const near = nearestIds(id, ids).map((other) => JSON.stringify(other));
  const right = near.length === 0 ? "a known id" : `a known id; the nearest: ${near.join(", ")}`;
  throw new ArgumentError(argument, `the model does not know ${JSON.stringify(id)}`, right);
}

function checkFactors(argument: string, factors: Float32Array, rows: number, dim: number): void {
  if (factors.length !== rows * dim) {
    throw new ArgumentError(argument, `it holds ${factors.length} numbers`, `${rows} x ${dim}`);
  }
}
