/**
 * The student: two small matrices and the ids they belong to. It recommends without a GPU.
 * This module is browser compatible.
 *
 * @module
 */
import { ArgumentError, shown } from "../errors.ts";
import { checkRagged, type Ragged, rowCount } from "../ragged.ts";
import { foldIn, type FoldInOptions } from "./fold_in.ts";
import { nearestIds } from "../nearest_ids.ts";

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
  /**
   * Whether the second half of every item's vector follows from the first (false by default): minus half the square of each
   * number. Users are then quadrics among the items.
   */
  readonly squares?: boolean;
  /**
   * The network by which the last ten numbers of every vector follow from the others, if they do: with x these, they are
   * W sin(V sin(U x + a) + b) + c, where U has 64 columns, V 64 x 64 and W ten: U by inputs, a, V, b, W, c.
   */
  readonly siren?: Float32Array<ArrayBuffer>;
}

/** What is asked of {@linkcode Student.recommend}. */
export interface RecommendOptions {
  /** How many items at most. */
  k: number;
  /**
   * What to leave out: `true` (the default) the items seen by a known user, or the history; `false` nothing; item ids,
   * of which a string is one, those as well as what `true` leaves out.
   */
  exclude?: Iterable<string> | boolean;
  /** Only these item ids (a string is one) are recommended, those of them that `exclude` leaves; by default all. */
  allow?: Iterable<string>;
  /** How a history becomes a user vector; see {@linkcode FoldInOptions}. */
  foldIn?: FoldInOptions;
}

/** What is asked of {@linkcode Student.similar}. */
export interface SimilarOptions {
  /** How many items at most. */
  k: number;
}

/** One recommended or similar item. */
export interface Recommendation {
  /** The item's id. */
  item: string;
  /**
   * Of a recommended item: the dot product of the user's and the item's vector, comparable within one list only. Of a
   * similar item: the cosine of the two items' vectors, from -1 to 1.
   */
  score: number;
}

/**
 * A trained student: a score is the dot product of a user vector and an item vector. With {@linkcode decodeStudent} it
 * is less than 10 KB of minified JavaScript without any dependency, so that it fits into edge workers and pages.
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
 * console.assert(student.recommend("ann", { k: 1, allow: ["milk", "rope"] })[0]!.item === "milk");
 * console.assert(student.similar("tea", { k: 1 })[0]!.item === "milk");
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
  /** Whether the second half of an item's vector follows from the first: see {@linkcode StudentParts}. */
  readonly squares: boolean;
  /** The network from which the end of every vector follows, if it does. */
  readonly siren?: Float32Array<ArrayBuffer>;
  readonly #userNumbers: Map<string, number>;
  readonly #itemNumbers: Map<string, number>;

  /**
   * Takes the parts as they are, without copying.
   *
   * @throws {ArgumentError} if sizes disagree, a factor is not finite, an id comes twice, or a seen item is out of range.
   */
  constructor(parts: StudentParts) {
    const { dim, userIds, itemIds, seen } = parts;
    requirePositive("dim", dim);
    this.userFactors = checkedFactors("userFactors", parts, userIds.length);
    this.itemFactors = checkedFactors("itemFactors", parts, itemIds.length);
    this.dim = dim;
    this.users = userIds.length;
    this.items = itemIds.length;
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.metadata = parts.metadata ?? {};
    this.squares = parts.squares ?? false;
    if (parts.siren !== undefined) this.siren = parts.siren;
    this.#userNumbers = numbersOf("userIds", userIds);
    this.#itemNumbers = numbersOf("itemIds", itemIds);
    if (seen === undefined) return;
    checkRagged("seen", seen);
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
   * A history is folded in: the user's vector x is the one that explains it best, with H the history and q_i the item
   * vectors: it minimises the sum over h in H of log(sum over all i of exp(q_i . x)) - q_h . x, plus penalty / 2 |x|^2.
   * That takes some thirteen more passes over the items with a few dimensions, more with many.
   *
   * @param userIdOrHistory A known user's id, or the ids of the items that a new user has had.
   * @param options How many, and what to leave out.
   * @returns At most `k` items; fewer if fewer are left.
   * @throws {ArgumentError} if `k` is not a positive integer, the history is empty, or an id is unknown (the message
   * names the nearest known ids that a short search finds).
   */
  recommend(userIdOrHistory: string | Iterable<string>, options: RecommendOptions): Recommendation[] {
    const { k, exclude = true, allow } = options;
    const { dim, itemFactors, seen } = this;
    const numbersOfItems = (argument: string, ids: Iterable<string>) =>
      Array.from(
        typeof ids === "string" ? [ids] : ids,
        (id) => numberOf(argument, id, this.#itemNumbers),
      );
    let vector: ArrayLike<number>;
    let had: Iterable<number>;
    if (typeof userIdOrHistory === "string") {
      const user = numberOf("user", userIdOrHistory, this.#userNumbers);
      vector = this.userFactors.subarray(user * dim, (user + 1) * dim);
      had = seen?.items.subarray(seen.offsets[user]!, seen.offsets[user + 1]!) ?? [];
    } else {
      const history = [...new Set(numbersOfItems("history", userIdOrHistory ?? []))];
      if (history.length === 0) throw new ArgumentError("history", "it is empty", "at least one item id");
      vector = foldIn(itemFactors, dim, history, options.foldIn);
      had = history;
    }
    const left = new Uint8Array(this.items);
    // An empty text is an id too.
    if (allow || allow === "") {
      left.fill(1);
      for (const item of numbersOfItems("allow", allow)) left[item] = 0;
    }
    for (const item of exclude === false ? [] : had) left[item] = 1;
    for (const item of typeof exclude === "boolean" ? [] : numbersOfItems("exclude", exclude)) left[item] = 1;
    return this.#best(left, k, (item) => {
      let score = 0;
      for (let d = 0; d < dim; d++) score += vector[d]! * itemFactors[item * dim + d]!;
      return score;
    });
  }

  /**
   * The items whose vectors point most nearly the same way: by the cosine of their angle with an item's own vector, the
   * highest first, equal ones by the lower item number, the item itself left out. A vector of length 0 has the cosine 0
   * with all others. A half that follows from the other is left out. O(items (dim + log k)).
   *
   * @param item An item's id.
   * @param options How many.
   * @returns At most `k` items.
   * @throws {ArgumentError} if `k` is not a positive integer or the id is unknown (the message names the nearest).
   */
  similar(item: string, { k }: SimilarOptions): Recommendation[] {
    const number = numberOf("item", item, this.#itemNumbers);
    const { dim, itemFactors } = this;
    const length = this.squares ? dim / 2 : dim;
    const left = new Uint8Array(this.items);
    left[number] = 1;
    return this.#best(left, k, (other) => {
      let product = 0;
      let own = 0;
      let others = 0;
      for (let d = 0; d < length; d++) {
        const a = itemFactors[number * dim + d]!;
        const b = itemFactors[other * dim + d]!;
        product += a * b;
        own += a * a;
        others += b * b;
      }
      // Rounding may lead beyond 1.
      return own * others > 0 ? Math.max(-1, Math.min(1, product / Math.sqrt(own) / Math.sqrt(others))) : 0;
    });
  }

  #best(left: Uint8Array, k: number, score: (item: number) => number): Recommendation[] {
    requirePositive("k", k);
    // The heap of BestItems alone would take the scorer beyond 10 KB.
    const best: { item: number; score: number }[] = [];
    // Sorting is stable: of equal scores, that of the lower item came first and stays so.
    const cut = () => best.sort((one, other) => other.score - one.score).splice(k);
    let lowest = -Infinity;
    for (let item = 0; item < this.items; item++) {
      if (left[item] === 1) continue;
      const own = score(item);
      if (own <= lowest) continue;
      // After as many more as are wanted again, so that an item costs no more than O(log k).
      if (best.push({ item, score: own }) < 2 * k) continue;
      cut();
      lowest = best[k - 1]!.score;
    }
    cut();
    return best.map(({ item, score }) => ({ item: this.itemIds[item]!, score }));
  }
}

function requirePositive(argument: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new ArgumentError(argument, `it is ${value}`, "a positive integer");
}

function numbersOf(argument: string, ids: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  ids.forEach((id, n) => {
    const other = numbers.get(id);
    if (other !== undefined) {
      throw new ArgumentError(
        argument,
        `${shown(id)} stands at ${other} and at ${n}`,
        "every id once",
      );
    }
    numbers.set(id, n);
  });
  return numbers;
}

function numberOf(argument: string, id: string, numbers: ReadonlyMap<string, number>): number {
  const found = numbers.get(id);
  if (found !== undefined) return found;
  const near = nearestIds(id, numbers.keys()).map((other) => JSON.stringify(other)).join(", ");
  throw new ArgumentError(
    argument,
    `the model does not know ${shown(id)}`,
    `a known id${near && `; the nearest: ${near}`}`,
  );
}

function checkedFactors(
  name: "userFactors" | "itemFactors",
  parts: StudentParts,
  rows: number,
): Float32Array<ArrayBuffer> {
  const factors = parts[name];
  if (factors.length !== rows * parts.dim) {
    throw new ArgumentError(name, `it holds ${factors.length} numbers`, `${rows} x ${parts.dim}`);
  }
  const odd = factors.findIndex((value) => !Number.isFinite(value));
  if (odd < 0) return factors;
  throw new ArgumentError(name, `row ${Math.floor(odd / parts.dim)} holds ${factors[odd]}`, "finite numbers");
}
