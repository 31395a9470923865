/**
 * From a log to a dataset: pairs are merged, filters applied, users and items numbered. This module is browser
 * compatible.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import { activeUsers, coreOf, keepOnly, type Kept, type TimedInteractions } from "../core.ts";
import type { Dataset } from "../dataset_type.ts";
import type { IdTable } from "./id_table.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { indexLog } from "./log_index.ts";

/** Filters of a log, and whom to tell what they left. */
export interface LogFilters {
  /** Users with fewer distinct items are left out, in one pass. */
  readonly minimumInteractions?: number | undefined;
  /** After that, the core of this size is kept. */
  readonly core?: number | undefined;
  /** Takes one line for each decision. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * Makes a dataset of a log, whose rows are given up. Users and items have numbers in the order of their first row, of
 * those that the minimum rating lets in.
 *
 * @param name The dataset's name.
 * @param log The log, read to its end.
 * @param filters Filters.
 * @throws {DataError} if no interaction is left.
 */
export function datasetOfLog(name: string, log: InteractionLog, filters: LogFilters): Dataset {
  const { minimumInteractions: minimum = 1, core = 1, onNotice } = filters;
  const file = log.file;
  if (log.kept === 0) {
    throw new DataError(
      { file },
      `no rating reaches ${log.minimumRating}: they go from ${log.ratings.least} to ${log.ratings.most}`,
      "a lower minimum rating",
    );
  }
  const indexed = indexLog(log);
  onNotice?.(rowsLine(log, indexed.repeated));
  let current: { timed: TimedInteractions; users: Uint32Array | null; items: Uint32Array | null } = {
    timed: indexed,
    users: null,
    items: null,
  };
  const all = { users: log.users.size, items: log.items.size };
  const apply = (kept: Kept, wrong: string, right: string) => {
    const left = keepOnly(current.timed, kept);
    if (left.interactions.items.length === 0) throw new DataError({ file }, wrong, right);
    const { users, items } = current;
    current = {
      timed: left,
      users: users === null ? left.users : left.users.map((u) => users[u]!),
      items: items === null ? left.items : left.items.map((i) => items[i]!),
    };
  };
  const itemsLeft = () => current.items?.length ?? all.items;
  const before = indexed.interactions.items.length;
  if (minimum > 1) {
    const kept = activeUsers(indexed.interactions, all.items, minimum);
    apply(kept, `no user has ${minimum} interactions`, "a lower minimumInteractions");
  }
  if (core > 1) {
    const kept = coreOf(current.timed.interactions, itemsLeft(), core);
    apply(kept, `the ${core}-core is empty`, "a smaller core");
  }
  const { interactions, times } = current.timed;
  if (current.users !== null) {
    const names = [
      ...minimum > 1 ? [`users with ${minimum} or more, once`] : [],
      ...core > 1 ? [`the ${core}-core`] : [],
    ];
    onNotice?.(
      `filter (${names.join(", then ")}): ${current.users.length} of ${all.users} users, ${itemsLeft()} of ` +
        `${all.items} items, ${interactions.items.length} of ${before} pairs left`,
    );
  }
  return {
    name,
    users: current.users?.length ?? all.users,
    items: itemsLeft(),
    interactions,
    userIds: idsOf(log.users, current.users),
    itemIds: idsOf(log.items, current.items),
    ...(times === null ? {} : { times }),
  };
}

function rowsLine(log: InteractionLog, repeated: number): string {
  const below = log.minimumRating === undefined
    ? ""
    : `, ${log.belowRating} left out with a rating below ${log.minimumRating}`;
  const latest = log.columns?.time ? ", at its latest time" : "";
  const merged = repeated === 0 ? "" : `, ${repeated} repeated and merged (a pair counts once${latest})`;
  return `rows: ${log.rows}${below}${merged}`;
}

function idsOf(table: IdTable, numbers: Uint32Array | null): string[] {
  return Array.from({ length: numbers?.length ?? table.size }, (_, n) => table.idOf(numbers?.[n] ?? n));
}
