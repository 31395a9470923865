/**
 * From the rows of a log to distinct interactions by user. This module is browser compatible.
 *
 * @module
 */
import type { TimedInteractions } from "../core.ts";
import type { InteractionLog, LogPiece } from "./interaction_log.ts";

/** The distinct pairs of a log. */
export interface IndexedLog extends TimedInteractions {
  /** How many rows repeated a pair of user and item that was there already. */
  readonly repeated: number;
}

/**
 * Sorts the rows of a log by user and item and keeps each pair once, at its latest time. Two counting sorts, the first
 * by item, the second by user and stable: time and memory in proportion to rows, users and items. The rows of the log
 * are given up on the way.
 *
 * @param log The log, read to its end.
 * @returns One row per user of the log.
 */
export function indexLog(log: InteractionLog): IndexedLog {
  const byItem = sortRows(log.pieces, log.items.size, "items", "users");
  log.pieces.length = 0;
  const byUser = sortRows([byItem], log.users.size, "users", "items");
  const { users, items, times } = byUser;
  const offsets = new Uint32Array(log.users.size + 1);
  let count = 0;
  for (let n = 0; n < items.length; n++) {
    if (n > 0 && users[n] === users[n - 1] && items[n] === items[n - 1]) {
      if (times !== null && times[n]! > times[count - 1]!) times[count - 1] = times[n]!;
      continue;
    }
    items[count] = items[n]!;
    if (times !== null) times[count] = times[n]!;
    count++;
    offsets[users[n]! + 1] = count;
  }
  // Users that only other logs with the same numbers have.
  for (let user = 0; user < log.users.size; user++) {
    if (offsets[user + 1]! < offsets[user]!) offsets[user + 1] = offsets[user]!;
  }
  return {
    interactions: { offsets, items: items.slice(0, count) },
    times: times?.slice(0, count) ?? null,
    repeated: items.length - count,
  };
}

/** All rows of some pieces in the order of one of their columns, rows of the same value in the order they had. */
function sortRows(
  pieces: readonly LogPiece[],
  values: number,
  by: "users" | "items",
  other: "users" | "items",
): LogPiece {
  const next = new Uint32Array(values + 1);
  let rows = 0;
  for (const piece of pieces) {
    rows += piece.users.length;
    for (const value of piece[by]) next[value + 1]!++;
  }
  for (let value = 0; value < values; value++) next[value + 1]! += next[value]!;
  const sorted = {
    users: new Uint32Array(rows),
    items: new Uint32Array(rows),
    times: pieces[0]?.times ? new Float64Array(rows) : null,
  };
  const [keys, others, times] = [sorted[by], sorted[other], sorted.times];
  for (const piece of pieces) {
    const [pieceKeys, pieceOthers, pieceTimes] = [piece[by], piece[other], piece.times];
    for (let n = 0; n < pieceKeys.length; n++) {
      const place = next[pieceKeys[n]!]!++;
      keys[place] = pieceKeys[n]!;
      others[place] = pieceOthers[n]!;
      if (times !== null) times[place] = pieceTimes![n]!;
    }
  }
  return sorted;
}
