/**
 * What a dataset is. This module is browser compatible.
 *
 * @module
 */
import type { Ragged } from "../ragged.ts";

/** Who interacted with what: a pair of user and item counts once. */
export interface Dataset {
  /** A short name, used for folders and tables. */
  readonly name: string;
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** One row of items per user, ascending and distinct, every item below `items`. */
  readonly interactions: Ragged;
  /** The id of each user in the source; for users.dat the line number, from 0. */
  readonly userIds: readonly string[];
  /** The id of each item in the source. */
  readonly itemIds: readonly string[];
  /**
   * The time of each interaction, as `interactions.items` has them, if the source states times: numbers as they are in
   * the source, dates as seconds since 1970. Of a pair that occurs more than once, the latest.
   */
  readonly times?: Float64Array<ArrayBuffer> | undefined;
}
