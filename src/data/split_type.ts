/**
 * What a split is. This module is browser compatible.
 *
 * @module
 */
import type { Ragged } from "../ragged.ts";

/** Three disjoint parts of one set of interactions. */
export interface Split {
  /** The name of the dataset. */
  readonly name: string;
  /** Number of users: every part has this many rows. */
  readonly users: number;
  /** Number of items: every stored item is below it; an item may occur in no training row and is ranked all the same. */
  readonly items: number;
  /** The items each user is trained on, ascending. */
  readonly train: Ragged;
  /** The items models are chosen by, ascending; an empty row for a user who is not evaluated. */
  readonly valid: Ragged;
  /** The items results are reported on, ascending; an empty row for a user who is not evaluated. */
  readonly test: Ragged;
  /** The id of each user in the source. */
  readonly userIds: readonly string[];
  /** The id of each item in the source. */
  readonly itemIds: readonly string[];
}
