/**
 * Which teachers an ensemble needs. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { finalStates, type FusedLists, fuseTeachers, type TeacherLists } from "./ensemble.ts";

/** One step of {@linkcode selectTeachers}. */
export interface TeacherStep {
  /** Number of the teacher that was added. */
  readonly teacher: number;
  /** The quality of the ensemble of this teacher and those added before. */
  readonly quality: number;
}

/**
 * In which order teachers help their ensemble: from none, each time the teacher is added with which the fused final states
 * are best, equal ones by the lower number (Caruana, Niculescu-Mizil, Crew and Ksikes, "Ensemble Selection from Libraries
 * of Models", ICML 2004; there with repetition). The best prefix is a good choice of teachers, if quality is measured on
 * validation items. M teachers take M (M + 1) / 2 fusions ({@linkcode fuseTeachers}).
 *
 * @example The second teacher alone is best
 * ```ts
 * import { selectTeachers } from "@hetcomp/hetcomp";
 * const teacher = (item: number) => ({
 *   users: 1,
 *   items: 9,
 *   length: 1,
 *   states: [{ items: Uint32Array.of(item), importance: Float32Array.of(2) }],
 * });
 * const order = await selectTeachers([teacher(3), teacher(4)], 1, ({ items }) => items[0] === 4 ? 1 : 0);
 * console.assert(order.map(({ teacher, quality }) => `${teacher}: ${quality}`).join() === "1: 1,0: 0");
 * ```
 *
 * @param teachers Trajectories of the same users and items.
 * @param k Length of the fused lists.
 * @param quality How good fused lists are, the higher the better.
 * @returns Every teacher once, in the order of their addition.
 * @throws {ArgumentError} as {@linkcode fuseTeachers}, and if a quality is not a number.
 */
export async function selectTeachers(
  teachers: readonly TeacherLists[],
  k: number,
  quality: (fused: FusedLists) => number | Promise<number>,
): Promise<TeacherStep[]> {
  const steps: TeacherStep[] = [];
  const left = new Set(teachers.keys());
  while (left.size > 0) {
    let best: TeacherStep | null = null;
    for (const teacher of left) {
      const together = [...steps.map((step) => step.teacher), teacher].sort((a, b) => a - b)
        .map((number) => teachers[number]!);
      const found = await quality(fuseTeachers(together, finalStates(together), k));
      if (Number.isNaN(found)) throw new ArgumentError("quality", "it is not a number", "a number");
      if (best === null || found > best.quality) best = { teacher, quality: found };
    }
    steps.push(best!);
    left.delete(best!.teacher);
  }
  return steps;
}
