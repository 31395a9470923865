import { ArgumentError } from "../errors.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import type { TrainingSet } from "./model.ts";

/**
 * The lists of a training set.
 *
 * @throws {ArgumentError} if there is not one list per user, or all are empty.
 */
export function checkedInteractions({ users, interactions }: TrainingSet): Ragged {
  if (rowCount(interactions) !== users) {
    throw new ArgumentError(
      "interactions",
      `there are ${rowCount(interactions)} lists`,
      `one for each of ${users} users`,
    );
  }
  if (interactions.items.length === 0) {
    throw new ArgumentError("interactions", "all lists are empty", "at least one training pair");
  }
  return interactions;
}
