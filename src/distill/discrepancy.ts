/**
 * How far a student's ranking is from a teacher's. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { emptyPlace } from "../ragged.ts";
import { checkCutoff } from "../evaluate/metrics.ts";

/** What a discrepancy looks at. */
export interface DiscrepancyOptions {
  /** How many leading places of both rankings count (50 by default). */
  k?: number;
  /** How slowly the gain falls along the ranking, in ranks (10 by default). */
  lambda?: number;
  /**
   * Whose place of an item sets its gain: the teacher's (the paper, the default) or the student's (the authors'
   * program, which makes the measure a top-heavy set overlap).
   */
  gain?: "teacher" | "student";
}

/** {@linkcode DiscrepancyOptions} for lists whose items are numbered below `items`. */
export interface ListDiscrepancyOptions extends DiscrepancyOptions {
  /** Number of items. */
  items: number;
}

/** Measures one pair of rows, each given by its array, its first entry and its length. */
export type DiscrepancyMeter = (
  student: Uint32Array,
  studentStart: number,
  studentLength: number,
  teacher: Uint32Array,
  teacherStart: number,
  teacherLength: number,
) => number;

interface Terms {
  k: number;
  byTeacher: boolean;
  gains: Float64Array;
  discounts: Float64Array;
}

/**
 * The discrepancy of a student's ranking from a teacher's, D@K = 1 - DCG / IDCG (HetComp, WWW 2023): the gain of an
 * item is 2^exp(-rank / lambda) - 1 for its 0-based rank among the teacher's first k items and 0 beyond, its discount
 * 1 / log2(t + 2) at the student's place t < k; IDCG is that of the teacher's own order. It lies in [0, 1]: 0 for the
 * same order, 1 for no common item; no rounding. With an empty teacher there is nothing to imitate: 0.
 *
 * A student item that comes twice counts at its first place only. 0xffffffff is an empty place.
 *
 * @example Same order, no overlap
 * ```ts
 * import { discrepancy } from "@hetcomp/hetcomp";
 * console.assert(discrepancy([3, 1, 2], [3, 1, 2], { k: 3 }) === 0);
 * console.assert(discrepancy([4, 5, 6], [3, 1, 2], { k: 3 }) === 1);
 * ```
 *
 * @param student Item numbers in the student's order, the user's training items left out.
 * @param teacher Item numbers in the teacher's order.
 * @param options Cut-off, scale and gain.
 * @throws {ArgumentError} if `k` is not a positive integer or `lambda` not above 0.
 */
export function discrepancy(
  student: ArrayLike<number>,
  teacher: ArrayLike<number>,
  options: DiscrepancyOptions = {},
): number {
  const { k, byTeacher, gains, discounts } = termsOf(options, Math.max(student.length, teacher.length));
  const ranks = new Map<number, number>();
  let ideal = 0;
  for (let rank = 0; rank < Math.min(k, teacher.length); rank++) {
    const item = teacher[rank]!;
    if (item === emptyPlace || ranks.has(item)) continue;
    ranks.set(item, rank);
    ideal += gains[rank]! * discounts[rank]!;
  }
  let reached = 0;
  for (let place = 0; place < Math.min(k, student.length); place++) {
    const rank = ranks.get(student[place]!);
    if (rank === undefined) continue;
    ranks.delete(student[place]!);
    reached += gains[byTeacher ? rank : place]! * discounts[place]!;
  }
  return distance(reached, ideal);
}

/**
 * Prepares {@linkcode discrepancy} for very many calls: the meter keeps one number per item and allocates nothing per
 * call, which takes O(k). Meters share nothing, but one meter must not be used by two callers at the same time.
 *
 * @example Compare row 1 of two matrices of width 2
 * ```ts
 * import { discrepancyMeter } from "@hetcomp/hetcomp";
 * const meter = discrepancyMeter({ items: 9, k: 2 });
 * console.assert(meter(Uint32Array.of(0, 1, 7, 8), 2, 2, Uint32Array.of(5, 6, 7, 8), 2, 2) === 0);
 * ```
 *
 * @param options The number of items, cut-off, scale and gain.
 * @throws {ArgumentError} if an option is out of range; the meter itself throws it for an item that is neither below
 * `items` nor 0xffffffff.
 */
export function discrepancyMeter(options: ListDiscrepancyOptions): DiscrepancyMeter {
  const { items } = options;
  if (!(Number.isInteger(items) && items >= 0)) {
    throw new ArgumentError("items", `it is ${items}`, "a count of items");
  }
  const { k, byTeacher, gains, discounts } = termsOf(options);
  const rankPlusOne = new Int32Array(items);
  const check = (item: number, list: string) => {
    if (item !== emptyPlace) throw new ArgumentError(list, `it holds item ${item}`, `items below ${items}`);
  };
  return (student, studentStart, studentLength, teacher, teacherStart, teacherLength) => {
    const teacherEnd = teacherStart + Math.min(k, teacherLength);
    const studentEnd = studentStart + Math.min(k, studentLength);
    for (let n = teacherStart; n < teacherEnd; n++) if (teacher[n]! >= items) check(teacher[n]!, "teacher");
    for (let n = studentStart; n < studentEnd; n++) if (student[n]! >= items) check(student[n]!, "student");
    let ideal = 0;
    for (let n = teacherStart, rank = 0; n < teacherEnd; n++, rank++) {
      const item = teacher[n]!;
      if (item >= items || rankPlusOne[item] !== 0) continue;
      rankPlusOne[item] = rank + 1;
      ideal += gains[rank]! * discounts[rank]!;
    }
    let reached = 0;
    for (let n = studentStart, place = 0; n < studentEnd; n++, place++) {
      const item = student[n]!;
      if (item >= items) continue;
      const rank = rankPlusOne[item]! - 1;
      if (rank < 0) continue;
      rankPlusOne[item] = 0;
      reached += gains[byTeacher ? rank : place]! * discounts[place]!;
    }
    for (let n = teacherStart; n < teacherEnd; n++) if (teacher[n]! < items) rankPlusOne[teacher[n]!] = 0;
    return distance(reached, ideal);
  };
}

/**
 * The {@linkcode discrepancy} of every user, from two matrices of item numbers. Time O(users k), memory one number
 * per item beside the result.
 *
 * @example Two users
 * ```ts
 * import { discrepancies } from "@hetcomp/hetcomp";
 * const all = discrepancies(Uint32Array.of(0, 1, 2, 3), 2, Uint32Array.of(0, 1, 4, 5), 2, 2, { items: 6, k: 2 });
 * console.assert(all.join() === "0,1");
 * ```
 *
 * @param students [users x width] item numbers, the student's order; 0xffffffff is an empty place.
 * @param width Length of a student's row.
 * @param teachers [users x teacherWidth] item numbers, the teacher's order.
 * @param teacherWidth Length of a teacher's row.
 * @param users Number of users.
 * @param options The number of items, cut-off, scale and gain.
 * @throws {ArgumentError} if the sizes disagree, an option is out of range, or an item is not below `items`.
 */
export function discrepancies(
  students: Uint32Array,
  width: number,
  teachers: Uint32Array,
  teacherWidth: number,
  users: number,
  options: ListDiscrepancyOptions,
): Float64Array<ArrayBuffer> {
  if (students.length !== users * width) {
    throw new ArgumentError("students", `it holds ${students.length} numbers`, `${users} x ${width}`);
  }
  if (teachers.length !== users * teacherWidth) {
    throw new ArgumentError("teachers", `it holds ${teachers.length} numbers`, `${users} x ${teacherWidth}`);
  }
  const meter = discrepancyMeter(options);
  const result = new Float64Array(users);
  for (let u = 0; u < users; u++) {
    result[u] = meter(students, u * width, width, teachers, u * teacherWidth, teacherWidth);
  }
  return result;
}

function termsOf({ k = 50, lambda = 10, gain = "teacher" }: DiscrepancyOptions, longest = Infinity): Terms {
  checkCutoff(k);
  if (!(lambda > 0)) throw new ArgumentError("lambda", `it is ${lambda}`, "a number above 0");
  if (gain !== "teacher" && gain !== "student") {
    throw new ArgumentError("gain", `it is ${JSON.stringify(gain)}`, '"teacher" or "student"');
  }
  const places = Math.min(k, longest);
  const gains = new Float64Array(places);
  const discounts = new Float64Array(places);
  for (let rank = 0; rank < places; rank++) {
    gains[rank] = 2 ** Math.exp(-rank / lambda) - 1;
    discounts[rank] = 1 / Math.log2(rank + 2);
  }
  return { k, byTeacher: gain === "teacher", gains, discounts };
}

// Rounding may leave a perfect ranking at -2e-16, which a ratio of discrepancies would take for a regress.
function distance(reached: number, ideal: number): number {
  return ideal > 0 ? Math.max(0, 1 - reached / ideal) : 0;
}
