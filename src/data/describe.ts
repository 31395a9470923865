/**
 * What a file of interactions holds, and what filters would leave of it. Needs Deno or Node.
 *
 * @module
 */
import type { Ragged } from "../ragged.ts";
import { coreOf, keepOnly, type TimedInteractions } from "./core.ts";
import { columnCounts } from "./csr.ts";
import { loadDataset, logFile } from "./dataset.ts";
import type { ValueRange } from "./log/interaction_log.ts";
import { indexLog } from "./log/log_index.ts";
import { formOfFile, type LogOptions, readLog } from "./log/read_log.ts";

/** The shares of users, or items, at which {@linkcode DataDescription} states their activity. */
export const activityShares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1] as const;

/** The sizes of cores that are tried. */
const cores = [1, 2, 5, 10, 20] as const;

/** What is left after a filter. */
export interface CoreSize {
  /** The core: every user and every item has at least as many interactions. */
  readonly core: number;
  /** Users left. */
  readonly users: number;
  /** Items left. */
  readonly items: number;
  /** Pairs left. */
  readonly pairs: number;
}

/** What a file of interactions holds. */
export interface DataDescription {
  /** The path or name that was given. */
  readonly source: string;
  /** Lines with an interaction, or pairs in the source if it comes as lists. */
  readonly rows: number;
  /** How many of them were left out for their rating. */
  readonly belowRating: number;
  /** How many repeat a pair; null if the source comes as lists. */
  readonly repeated: number | null;
  /** Distinct users. */
  readonly users: number;
  /** Distinct items. */
  readonly items: number;
  /** Distinct pairs. */
  readonly pairs: number;
  /** Pairs by user at {@linkcode activityShares} of the users, in ascending order. */
  readonly userActivity: readonly number[];
  /** Pairs by item, likewise. */
  readonly itemActivity: readonly number[];
  /** The range of all ratings; null if there are none. */
  readonly ratings: ValueRange | null;
  /** The range of the times; null if there are none. */
  readonly times: ValueRange | null;
  /** What each core would leave. */
  readonly cores: readonly CoreSize[];
}

/**
 * Reads a file, folder or dataset without any filter but the minimum rating, and counts.
 *
 * @param nameOrPath As for {@linkcode loadDataset}.
 * @param options As for {@linkcode loadDataset}.
 * @throws {DataError} as {@linkcode loadDataset}.
 */
export async function describeData(nameOrPath: string, options: LogOptions = {}): Promise<DataDescription> {
  const file = await logFile(nameOrPath);
  const form = file === null ? null : await formOfFile(file.path, options.delimiter);
  if (file === null || form === null || form.kind === "users.dat") {
    const { interactions, items } = await loadDataset(nameOrPath, { ...options, minimumInteractions: 1 });
    return {
      source: nameOrPath,
      rows: interactions.items.length,
      belowRating: 0,
      repeated: null,
      ratings: null,
      times: null,
      ...figuresOf(interactions, items),
    };
  }
  const log = await readLog(file.path, form, options);
  const { columns } = log;
  const items = log.items.size;
  const { interactions, repeated } = indexLog(log);
  return {
    source: nameOrPath,
    rows: log.rows,
    belowRating: log.belowRating,
    repeated,
    ratings: columns?.rating ? log.ratings : null,
    times: columns?.time ? log.times : null,
    ...figuresOf(interactions, items),
  };
}

function figuresOf(interactions: Ragged, items: number) {
  const users = interactions.offsets.length - 1;
  const byUser = Uint32Array.from({ length: users }, (_, u) => {
    return interactions.offsets[u + 1]! - interactions.offsets[u]!;
  });
  return {
    users,
    items,
    pairs: interactions.items.length,
    userActivity: quantiles(byUser),
    itemActivity: quantiles(columnCounts(interactions, items)),
    cores: coreSizes(interactions, items),
  };
}

/** The value at each share of the sorted values: the one with as many others below as nearly that share. */
function quantiles(values: Uint32Array): number[] {
  const sorted = values.slice().sort();
  if (sorted.length === 0) return activityShares.map(() => 0);
  return activityShares.map((share) => sorted[Math.round(share * (sorted.length - 1))]!);
}

/** Each core lies within the smaller one, so that it is found there. */
function coreSizes(interactions: Ragged, items: number): CoreSize[] {
  let left: { timed: TimedInteractions; items: number } = { timed: { interactions, times: null }, items };
  return cores.map((core) => {
    const kept = keepOnly(left.timed, coreOf(left.timed.interactions, left.items, core));
    left = { timed: kept, items: kept.items.length };
    return {
      core,
      users: kept.users.length,
      items: kept.items.length,
      pairs: kept.interactions.items.length,
    };
  });
}
