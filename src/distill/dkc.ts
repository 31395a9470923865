/**
 * Dynamic knowledge construction (DKC): which state of each teacher a user is taught from. This module is browser
 * compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** The state indices of one teacher, one per user. */
export type StateRow = number[] | Uint8Array<ArrayBuffer>;

/** What {@linkcode advanceStates} needs to know. */
export interface AdvanceOptions<Row extends StateRow> {
  /** [teacher][user] the state index of every pair; 0 at the start. Not changed. */
  states: readonly Row[];
  /** [teacher][user] what the last call returned as `last`; null on the first call. Not changed. */
  last: readonly ArrayLike<number>[] | null;
  /** The discrepancy, from 0 up, of the student's ranking for a user from a state of a teacher. */
  discrepancy: (teacher: number, state: number, user: number) => number;
  /** The current epoch; it lowers the threshold. */
  epoch: number;
  /** Epochs between two calls (10 by default). */
  every?: number;
  /** The threshold before it is lowered (1.05 by default). */
  alpha?: number;
  /** What lowers the threshold, once every `every` epochs: a factor (0.995 by default). */
  anneal?: number;
  /** Whether a pair also advances when the discrepancy has grown, as in the authors' program (true by default). */
  advanceOnRegress?: boolean;
  /** The index of the last state (3 by default), or one index per teacher, 0 for a teacher with a single state. */
  finalState?: number | ArrayLike<number>;
}

/** The states after a call of {@linkcode advanceStates}. */
export interface AdvancedStates<Row extends StateRow> {
  /** [teacher][user] the new state indices, in the kind of array that came in. */
  states: Row[];
  /** [teacher][user] discrepancies to hand to the next call; plain arrays if the states are, else Float64Array. */
  last: (Row extends number[] ? number[] : Float64Array<ArrayBuffer>)[];
}

/**
 * One step of dynamic knowledge construction (HetComp, WWW 2023): moves every pair of a teacher and a user to the
 * teacher's next state once the student has come close enough to it. Call it every `every` epochs.
 *
 * The first call (`last` null) moves nothing and sets `last` to the discrepancy from the next state. Later, with the
 * threshold alpha * anneal^floor(epoch / every), a pair before its final state compares `last` with the discrepancy
 * now: it advances if last / now exceeds the threshold, or, with `advanceOnRegress`, if last / now is below 1. A pair
 * that advances takes as its `last` the discrepancy from its new next state; one that does not keeps its `last`.
 *
 * A discrepancy of 0 now counts as an infinite ratio, so that the pair advances, also when `last` is 0: there is
 * nothing left to learn from that state. (Divided plainly, 0 / 0 would hold the pair back for ever.)
 *
 * @example The student halves its distance from the next state
 * ```ts
 * import { advanceStates } from "@hetcomp/hetcomp";
 * const first = advanceStates({ states: [[0]], last: null, discrepancy: () => 0.8, epoch: 10 });
 * const next = advanceStates({ ...first, discrepancy: () => 0.4, epoch: 20 });
 * console.assert(first.states[0]![0] === 0 && next.states[0]![0] === 1 && next.last[0]![0] === 0.4);
 * ```
 *
 * @param options The pairs, the discrepancy, and how to judge it.
 * @throws {ArgumentError} if the shapes disagree, a state lies beyond its teacher's final state, an option is out of
 * range, or the discrepancy is not a number from 0 up.
 */
export function advanceStates<Row extends StateRow>(options: AdvanceOptions<Row>): AdvancedStates<Row> {
  const { states, last, epoch, every = 10, alpha = 1.05, anneal = 0.995, advanceOnRegress = true } = options;
  const { finalState = 3 } = options;
  checkOptions(options, { every, alpha, anneal });
  const measure = (teacher: number, state: number, user: number): number => {
    const value = options.discrepancy(teacher, state, user);
    if (!(value >= 0)) {
      const place = `teacher ${teacher}, state ${state}, user ${user}`;
      throw new ArgumentError("discrepancy", `it gave ${value} for ${place}`, "a number from 0 up");
    }
    return value;
  };
  const threshold = alpha * anneal ** Math.floor(epoch / every);
  const newLast: (number[] | Float64Array)[] = [];
  const newStates = states.map((row, teacher) => {
    const final = typeof finalState === "number" ? finalState : finalState[teacher]!;
    const moved = row.slice() as Row;
    const kept = Array.isArray(row) ? new Array<number>(row.length) : new Float64Array(row.length);
    for (let user = 0; user < row.length; user++) {
      const state = row[user]!;
      if (!(Number.isInteger(state) && state >= 0 && state <= final)) {
        const where = `teacher ${teacher}, user ${user}`;
        throw new ArgumentError("states", `it is ${state} for ${where}`, `an integer from 0 to ${final}`);
      }
      if (last === null) {
        kept[user] = measure(teacher, Math.min(final, state + 1), user);
        continue;
      }
      kept[user] = last[teacher]![user]!;
      if (state >= final) continue;
      // With no number the pair would stand still for ever.
      if (!(kept[user]! >= 0)) {
        const where = `teacher ${teacher}, user ${user}`;
        throw new ArgumentError("last", `it is ${kept[user]} for ${where}`, "a number from 0 up");
      }
      const now = measure(teacher, state + 1, user);
      const ratio = now === 0 ? Infinity : kept[user]! / now;
      if (ratio > threshold || (advanceOnRegress && ratio < 1)) {
        moved[user] = state + 1;
        kept[user] = measure(teacher, Math.min(final, state + 2), user);
      }
    }
    newLast.push(kept);
    return moved;
  });
  return { states: newStates, last: newLast as AdvancedStates<Row>["last"] };
}

function checkOptions<Row extends StateRow>(
  { states, last, epoch, finalState = 3 }: AdvanceOptions<Row>,
  numbers: { every: number; alpha: number; anneal: number },
): void {
  if (!(epoch >= 0)) throw new ArgumentError("epoch", `it is ${epoch}`, "a number from 0 up");
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0 && value < Infinity)) throw new ArgumentError(name, `it is ${value}`, "a number above 0");
  }
  const finals = typeof finalState === "number" ? states.map(() => finalState) : Array.from(finalState);
  if (finals.length !== states.length) {
    throw new ArgumentError(
      "finalState",
      `it has ${finals.length} teachers`,
      `${states.length}, as the states`,
    );
  }
  for (const final of finals) {
    if (!(Number.isInteger(final) && final >= 0)) {
      throw new ArgumentError("finalState", `it holds ${final}`, "integers from 0 up");
    }
  }
  if (last === null) return;
  if (last.length !== states.length) {
    throw new ArgumentError("last", `it has ${last.length} teachers`, `${states.length}, as the states`);
  }
  states.forEach((row, teacher) => {
    if (last[teacher]!.length !== row.length) {
      throw new ArgumentError(
        "last",
        `teacher ${teacher} has ${last[teacher]!.length} users`,
        `${row.length}`,
      );
    }
  });
}
