/**
 * Ranked lists that any program wrote, read from one file.
 *
 * @module
 */
import { readRankedRows } from "../data/ranked_rows.ts";
import type { Split } from "../data/split.ts";
import { longestRow, paddedRows, rowLength } from "../ragged.ts";
import { foreignRankings } from "../teachers/foreign_rankings.ts";

/** Lists that were read from a file. */
export interface RunLists {
  /** [users x width] item numbers, the best first; 0xffffffff is an empty place. */
  readonly lists: Uint32Array<ArrayBuffer>;
  /** Length of the longest list, or the most that were to be kept. */
  readonly width: number;
  /** How many users have a list. */
  readonly users: number;
  /** How many places of the file held a training item of their user; they are left out. */
  readonly trainingItems: number;
  /** How many rankings the file holds; the last one is that of these lists. */
  readonly rankings: number;
}

/**
 * Reads ranked lists. A column `rank` decides the order if there is one (equal ranks: the order of the file), else `score`
 * (the highest first), as in TREC's form; equal scores are ordered by the lower item number. Training items are left out.
 * Of a file with states or checkpoints, as `teachers import` takes it, the last ranking counts.
 *
 * @param path Path of the file.
 * @param split The data, whose ids the file has to use.
 * @param most Places per user that are kept.
 * @throws {DataError} naming file and line, if the form is another, a number is none, an id is unknown (with the nearest
 * known ones), or a user has an item twice.
 */
export async function readRun(path: string, split: Split, most: number): Promise<RunLists> {
  const { rankings } = await foreignRankings(split, readRankedRows(path), false, path);
  const { unobserved, observed } = rankings.at(-1)!;
  const width = Math.max(1, Math.min(most, longestRow(unobserved)));
  const users = split.userIds.reduce((count, _, user) => {
    return count + (rowLength(unobserved, user) + rowLength(observed, user) > 0 ? 1 : 0);
  }, 0);
  const lists = paddedRows(unobserved, width);
  return { lists, width, users, trainingItems: observed.items.length, rankings: rankings.length };
}
