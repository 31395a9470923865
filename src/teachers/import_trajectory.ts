/**
 * Teachers from elsewhere: ranked lists that any program wrote, made into a trajectory. This module is browser compatible.
 *
 * @module
 */
import type { RankedRow } from "../data/ranked_rows.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { ArgumentError, DataError } from "../errors.ts";
import { yardstickKinds } from "../models/yardsticks.ts";
import { modelFactories } from "../models/registry.ts";
import { longestRow } from "../ragged.ts";
import { foreignRankings } from "./foreign_rankings.ts";
import { importanceDefaults } from "./importance.ts";
import { type CheckpointRanking, measureRanking, rankedObserved, rankedState } from "./ranked_states.ts";
import { selectStates } from "./select_states.ts";
import { windowOf } from "./state_lists.ts";
import { largestStateCount, type Trajectory } from "./trajectory.ts";

/** How {@linkcode importTrajectory} reads the rows. */
export interface ImportOptions {
  /** The teacher's name: letters, digits, - and _; it stands where a built-in teacher has its kind. */
  readonly name: string;
  /** Counts and leaves out rows whose user or item the data does not have, instead of refusing them. Default false. */
  readonly skipUnknown?: boolean;
}

/** A teacher that was imported, and what was found on the way. */
export interface ImportedTrajectory {
  /** The trajectory; its one hyperparameter is `imported: true`. */
  readonly trajectory: Trajectory;
  /** The numbers of the checkpoints, or states, that the states came from, and all there were. */
  readonly checkpoints: { readonly states: readonly number[]; readonly all: readonly number[] };
  /** Whether the importance has the consistency of ranks over checkpoints. */
  readonly consistency: boolean;
  /** Rows that held a training item of their user; they order the observed items and are in no list. */
  readonly trainingItems: number;
  /** Rows left out because the data does not have their user or item. */
  readonly unknown: number;
  /** Users without a list in the last state. */
  readonly usersWithoutList: number;
}

const reservedNames = [...Object.keys(modelFactories), ...yardstickKinds, "ensemble", "student", "baseline"];

/**
 * Checks the name of a teacher that comes from elsewhere.
 *
 * @throws {ArgumentError} if it could not name a folder, or is the name of something else in tables.
 */
export function checkTeacherName(name: string): void {
  const shown = JSON.stringify(name.slice(0, 80));
  if (!isTeacherName(name)) {
    throw new ArgumentError("name", `it is ${shown}`, "1 to 64 letters, digits, - or _, no - in front");
  }
  const taken = reservedNames.find((other) => other.toLowerCase() === name.toLowerCase());
  if (taken !== undefined) {
    throw new ArgumentError("name", `${shown} names something else already (${taken})`, "another name");
  }
}

/** Whether a text can be a teacher's name, and so the name of its folder. */
export function isTeacherName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(text);
}

/**
 * Makes a trajectory of ranked lists that any program wrote, so that it teaches beside the built-in teachers.
 *
 * A row's list is that of its user at its `checkpoint`, or else its `state`; rows with neither make a single state. A
 * state is the last checkpoint of those that bear its number. Rows with checkpoints but no state at all get their states
 * as built-in teachers do, from the validation Recall@50 of each checkpoint ({@linkcode selectStates}); with fewer than
 * four checkpoints up to the best, each of these is a state.
 *
 * Of each list, the 100 best items that the user has not observed are kept, with the importance exp(-r / 10) +
 * exp(-c / 100) ({@linkcode rankingImportance}): r counts the unobserved items before it, and c is the population
 * standard deviation of r over the last five checkpoints up to the state's; a checkpoint's list that does not hold the
 * item has it at the rank after its end, and a checkpoint without a list for the user does not count. Without checkpoints
 * c is 0. Training items in the lists order the user's observed items in the same way; where a list holds none, all the
 * user's observed items are equally important.
 *
 * Time O(rows log(list)), memory 40 bytes per row.
 *
 * @example A single state
 * ```ts
 * import { importTrajectory, ragged } from "@hetcomp/hetcomp";
 * const [train, valid, test] = [ragged([[0]]), ragged([[1]]), ragged([[2]])];
 * const split = { name: "mine", users: 1, items: 3, train, valid, test, userIds: ["ann"], itemIds: ["a", "b", "c"] };
 * const rows = [{ user: "ann", item: "b", score: 0.2 }, { user: "ann", item: "c", score: 0.7 }];
 * const { trajectory } = await importTrajectory(split, rows, { name: "mine" });
 * console.assert(trajectory.states.length === 1 && trajectory.states[0]!.items.join() === "2,1");
 * ```
 *
 * @param split The data on which the other program was trained.
 * @param rows The rows, in any order; all with a rank, or all with a score.
 * @param options See {@linkcode ImportOptions}.
 * @throws {ArgumentError} if the name is unusable.
 * @throws {DataError} naming the place of the row, if an id is unknown (with the nearest known ones), a user has an item
 * twice in a list, rows differ in their columns, states are not in the order of their checkpoints, or states have to be
 * chosen without validation items.
 */
export async function importTrajectory(
  split: Split,
  rows: Iterable<RankedRow> | AsyncIterable<RankedRow>,
  options: ImportOptions,
): Promise<ImportedTrajectory> {
  checkTeacherName(options.name);
  const found = await foreignRankings(split, rows, options.skipUnknown);
  const { rankings, checkpointed, trainingItems, unknown } = found;
  const chosen = found.states ?? (checkpointed ? bestStates(split, rankings) : [0]);
  if (chosen.length > largestStateCount) {
    throw failure(`there are ${chosen.length} states`, `at most ${largestStateCount}`);
  }
  const length = Math.min(
    importanceDefaults.cut,
    Math.max(...chosen.map((place) => longestRow(rankings[place]!.unobserved))),
  );
  if (length === 0) {
    throw failure("no list holds an item that its user has not observed", "ranked items to learn");
  }
  const window = (place: number) =>
    (checkpointed ? windowOf(place) : [place]).map((other) => rankings[other]!);
  const states = chosen.map((place) => rankedState(split, window(place), length));
  const observed = rankedObserved(split, window(chosen.at(-1)!));
  const last = rankings[chosen.at(-1)!]!.unobserved;
  const trajectory: Trajectory = {
    kind: options.name,
    users: split.users,
    items: split.items,
    length,
    fingerprint: await splitFingerprint(split),
    seed: 0,
    hyperparameters: { imported: true },
    adapter: "imported",
    states,
    observed,
    curve: [],
    seconds: 0,
  };
  return {
    trajectory,
    checkpoints: {
      states: chosen.map((place) => rankings[place]!.number),
      all: rankings.map(({ number }) => number),
    },
    consistency: checkpointed && rankings.length > 1,
    trainingItems,
    unknown,
    usersWithoutList: Array.from({ length: split.users }, (_, user) => user)
      .filter((user) => last.offsets[user] === last.offsets[user + 1]).length,
  };
}

function failure(wrong: string, right: string): DataError {
  return new DataError({ file: "ranked lists" }, wrong, right);
}

/** The states that a built-in teacher would keep; all up to the best one if there are fewer than four. */
function bestStates(split: Split, rankings: readonly CheckpointRanking[]): number[] {
  if (split.valid.items.length === 0) {
    throw failure(
      "there are checkpoints and no states, and nobody has validation items to choose them by",
      "a column 'state'",
    );
  }
  const quality = rankings.map((ranking) => measureRanking(split, ranking).valid.means["recall@50"]!);
  const chosen = selectStates(quality);
  if (chosen !== null) return chosen;
  const best = quality.indexOf(Math.max(...quality));
  return Array.from({ length: best + 1 }, (_, place) => place);
}
