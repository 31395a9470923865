/**
 * Whether a peer's results agree with ours, in a few words.
 *
 * @module
 */
import type { Inputs } from "./inputs.ts";
import type { StoredResults } from "./peer_process.ts";
import type { Work } from "./works.ts";

/** The verdict. */
export interface Agreement {
  /** Whether the results are the same but for rounding. */
  readonly agrees: boolean;
  /** How near they are. */
  readonly text: string;
}

/** Relative difference of losses that rounding explains. */
const lossTolerance = 1e-4;
/** The same for gradients and scores, relative to the largest number. */
const arrayTolerance = 1e-4;
/** The same for the losses of epochs, whose random numbers differ. */
const epochTolerance = 0.05;
/**
 * The same for how far the loss falls from the first epoch to the last that was checked. In its first epoch a model may
 * learn so little that one which never learns has nearly the same loss.
 */
const fallTolerance = 0.25;
/** A difference of falls that random numbers explain, relative to the loss: small data make few steps an epoch. */
const fallNoise = 0.005;

function floats(results: StoredResults, name: string): Float32Array {
  return new Float32Array(Deno.readFileSync((results[name] as { file: string }).file).buffer);
}

function integers(results: StoredResults, name: string): Uint32Array {
  return new Uint32Array(Deno.readFileSync((results[name] as { file: string }).file).buffer);
}

/** Largest difference, relative to the largest number of the first. */
function relativeDifference(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) return Infinity;
  let largest = 0;
  let difference = 0;
  for (let n = 0; n < expected.length; n++) {
    largest = Math.max(largest, Math.abs(expected[n]!));
    const own = Math.abs(expected[n]! - actual[n]!);
    // Not a number counts as different.
    if (!(own <= difference)) difference = Number.isNaN(own) ? Infinity : own;
  }
  return difference / largest;
}

/** Lists agree where the items are the same, or where another item has the same score but for rounding. */
function compareLists(
  inputs: Inputs,
  dim: number,
  expected: StoredResults,
  actual: StoredResults,
): Agreement {
  const [users, items] = [inputs.floats(`users.${dim}`), inputs.floats(`items.${dim}`)];
  const { k } = inputs.header;
  const [ours, theirs] = [integers(expected, "items"), integers(actual, "items")];
  const scores = floats(expected, "scores");
  const scoreOf = (user: number, item: number) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += users[user * dim + d]! * items[item * dim + d]!;
    return sum;
  };
  let swapped = 0;
  let wrong = Math.abs(ours.length - theirs.length);
  for (let n = 0; n < Math.min(ours.length, theirs.length); n++) {
    if (ours[n] === theirs[n]) continue;
    const score = scoreOf(Math.floor(n / k), theirs[n]!);
    if (Math.abs(score - scores[n]!) <= arrayTolerance * Math.max(1, Math.abs(score))) swapped++;
    else wrong++;
  }
  if (wrong > 0) return { agrees: false, text: `${wrong} of ${ours.length} places differ` };
  return {
    agrees: true,
    text: swapped === 0
      ? "same lists"
      : `same lists, ${swapped} of ${ours.length} places swapped by rounding`,
  };
}

/** Compares what `actual` gives with what `expected`, ours, gives. */
export function agreement(
  inputs: Inputs,
  work: Work,
  expected: StoredResults,
  actual: StoredResults,
): Agreement {
  if (work.kind === "top-k") return compareLists(inputs, work.arguments.dim!, expected, actual);
  if (work.kind === "scores") {
    const difference = relativeDifference(floats(expected, "sums"), floats(actual, "sums"));
    return { agrees: difference <= arrayTolerance, text: `row sums within ${difference.toExponential(0)}` };
  }
  const [ours, theirs] = [expected.loss as number, actual.loss as number];
  const lossDifference = Math.abs(theirs - ours) / Math.abs(ours);
  if (work.kind === "teacher") {
    const lastLosses = [expected.lastLoss as number, actual.lastLoss as number] as const;
    const [ourFall, theirFall] = [ours - lastLosses[0], theirs - lastLosses[1]];
    const path = (first: number, last: number) => `${first.toPrecision(4)}, then ${last.toPrecision(4)}`;
    return {
      agrees: lossDifference <= epochTolerance &&
        Math.abs(theirFall - ourFall) <=
          Math.max(fallTolerance * Math.abs(ourFall), fallNoise * Math.abs(ours)),
      text: `loss ${path(theirs, lastLosses[1])} (ours ${path(ours, lastLosses[0])})`,
    };
  }
  const gradientDifference = Math.max(
    relativeDifference(floats(expected, "users"), floats(actual, "users")),
    relativeDifference(floats(expected, "items"), floats(actual, "items")),
  );
  return {
    agrees: lossDifference <= lossTolerance && gradientDifference <= arrayTolerance,
    text: `loss within ${lossDifference.toExponential(0)}, gradients ${gradientDifference.toExponential(0)}`,
  };
}
