/**
 * The vector of a user whom the model has never seen, from a history of items. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** How a history becomes a user vector. */
export interface FoldInOptions {
  /** What keeps a short history from being taken at its word, from 1e-6 up (1 by default): half of it times |x|^2. */
  penalty?: number;
}

/** Of the square of the first gradient, what may be left of the last: far less than a ranking shows. */
const precision = 1e-12;
/** Twelve are usual with a few dimensions; hundreds were needed with 128 and a penalty of 1e-3. */
const mostTurns = 2000;

/**
 * The vector that explains a history best, item vectors fixed, if each of its items was drawn with the softmax of the
 * scores of all items: with H the history and q_i the item vectors,
 *
 *     x = argmin sum over h in H of (log(sum over all i of exp(q_i . x)) - q_h . x) + penalty / 2 |x|^2.
 *
 * Students are taught by such losses, so their item vectors are meant for it. There is one solution, and shifting all
 * item vectors alike does not change it. It is sought in float64 by the method of Broyden, Fletcher, Goldfarb and Shanno
 * from x = 0, each step halved until the loss falls: some thirteen passes over the items with a few dimensions, O(items
 * dim) each; sixty and more with 128, or with a small penalty. The same input gives the same bits. If all item vectors are equal the solution is 0.
 *
 * @param itemFactors [items x dim] item vectors.
 * @param dim Length of a vector.
 * @param history Distinct item numbers; their order does not matter beyond rounding.
 * @param options The penalty.
 * @returns The user's vector, [dim].
 * @throws {ArgumentError} if the penalty is out of range.
 */
export function foldIn(
  itemFactors: Float32Array,
  dim: number,
  history: readonly number[],
  { penalty = 1 }: FoldInOptions = {},
): Float64Array<ArrayBuffer> {
  if (!(penalty >= 1e-6 && penalty < Infinity)) {
    throw new ArgumentError("penalty", `it is ${penalty}`, "a number from 1e-6 up");
  }
  const { length } = history;
  const sum = new Float64Array(dim);
  for (const item of history) {
    for (let d = 0; d < dim; d++) sum[d]! += itemFactors[item * dim + d]!;
  }
  const scores = new Float64Array(itemFactors.length / dim);
  // Leaves the gradient in its second argument.
  const lossAt = (x: Float64Array, gradient: Float64Array) => {
    let highest = -Infinity;
    for (let item = 0, n = 0; item < scores.length; item++) {
      let score = 0;
      for (let d = 0; d < dim; d++) score += x[d]! * itemFactors[n++]!;
      scores[item] = score;
      if (score > highest) highest = score;
    }
    let total = 0;
    gradient.fill(0);
    for (let item = 0, n = 0; item < scores.length; item++) {
      const share = Math.exp(scores[item]! - highest);
      total += share;
      for (let d = 0; d < dim; d++) gradient[d]! += share * itemFactors[n++]!;
    }
    let loss = length * (highest + Math.log(total));
    for (let d = 0; d < dim; d++) {
      gradient[d] = length * gradient[d]! / total - sum[d]! + penalty * x[d]!;
      loss += (penalty / 2 * x[d]! - sum[d]!) * x[d]!;
    }
    return loss;
  };

  let x = new Float64Array(dim);
  let gradient = new Float64Array(dim);
  let loss = lossAt(x, gradient);
  let left = dot(gradient, gradient);
  const enough = precision * left;
  // Of the second derivatives. All that is known of them at first is that a step of length 1 is no bad guess.
  const inverse = Array.from(x, (_, row) => x.map((_, column) => row === column ? left ** -0.5 : 0));
  for (let turn = 0; turn < mostTurns && left > enough; turn++) {
    const direction = x.map((_, d) => -dot(inverse[d]!, gradient));
    const slope = dot(direction, gradient);
    const next = new Float64Array(dim);
    const nextGradient = new Float64Array(dim);
    let nextLoss = Infinity;
    for (let size = 1; !(nextLoss <= loss + 1e-4 * size * slope); size /= 2) {
      // What is left is rounding.
      if (size < 1e-9) return x;
      direction.forEach((value, d) => next[d] = x[d]! + size * value);
      nextLoss = lossAt(next, nextGradient);
    }
    const step = next.map((value, d) => value - x[d]!);
    const change = nextGradient.map((value, d) => value - gradient[d]!);
    const both = dot(step, change);
    if (turn === 0) inverse.forEach((row, d) => row[d] = both / dot(change, change));
    const moved = inverse.map((row) => dot(row, change));
    const share = (1 + dot(change, moved) / both) / 2;
    const turned = step.map((value, d) => (share * value - moved[d]!) / both);
    inverse.forEach((row, n) =>
      row.forEach((_, d) => row[d]! += turned[n]! * step[d]! + step[n]! * turned[d]!)
    );
    [x, gradient, loss] = [next, nextGradient, nextLoss];
    left = dot(gradient, gradient);
  }
  return x;
}

function dot(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < one.length; d++) sum += one[d]! * other[d]!;
  return sum;
}
