/**
 * Which checkpoints of a training run become the states of its trajectory. This module is browser compatible.
 *
 * @module
 */

/** How far between the first evaluation and the best one the states before the last lie. */
const fractions = [0.25, 0.5, 0.75];

/**
 * Chooses the four states of a trajectory from the validation quality at each evaluation: the last state is the best
 * evaluation (the earliest of equals); the states before it are those nearest to 25 %, 50 % and 75 % of the way from
 * the first evaluation's quality to the best one's, strictly ordered in time.
 *
 * @example Quality that rises evenly
 * ```ts
 * import { selectStates } from "@hetcomp/hetcomp";
 * console.assert(selectStates([0, 1, 2, 3, 4, 3.9])?.join() === "1,2,3,4");
 * ```
 *
 * @param quality Validation Recall@50 (or another measure, higher is better) at each evaluation, in time order.
 * @returns Four ascending indices into `quality`, or null when fewer than three evaluations precede the best: then
 * the run must be evaluated more often.
 */
export function selectStates(quality: readonly number[]): [number, number, number, number] | null {
  let best = 0;
  for (let n = 1; n < quality.length; n++) if (quality[n]! > quality[best]!) best = n;
  if (best < fractions.length) return null;
  const chosen: number[] = [];
  fractions.forEach((fraction, order) => {
    const target = quality[0]! + fraction * (quality[best]! - quality[0]!);
    const earliest = order === 0 ? 0 : chosen[order - 1]! + 1;
    const latest = best - (fractions.length - order);
    let nearest = earliest;
    for (let n = earliest; n <= latest; n++) {
      if (Math.abs(quality[n]! - target) < Math.abs(quality[nearest]! - target)) nearest = n;
    }
    chosen.push(nearest);
  });
  return [chosen[0]!, chosen[1]!, chosen[2]!, best];
}
