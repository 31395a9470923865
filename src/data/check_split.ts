/**
 * Whether a split is what everything else takes it for. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkRagged, rowCount, rowOf } from "../ragged.ts";
import type { Split } from "./split_type.ts";

/**
 * Checks a split, which a caller may have made by hand: a row for every user in each part, an id for everybody, items in
 * range, and none twice for a user, neither in one part nor in two. The order within rows does not count. Time
 * O(interactions); memory one number per item.
 *
 * @throws {ArgumentError} naming the part, the row and what would be right.
 */
export function requireSplit(split: Split): void {
  const { users, items, userIds, itemIds } = split;
  for (
    const [name, found, wanted] of [["userIds", userIds.length, users], [
      "itemIds",
      itemIds.length,
      items,
    ]] as const
  ) {
    if (found !== wanted) {
      throw new ArgumentError("split", `there are ${found} ${name}`, `${wanted}, as the split says`);
    }
  }
  const parts = (["train", "valid", "test"] as const).map((name) => ({ name, lists: split[name] }));
  for (const { name, lists } of parts) {
    checkRagged(`split.${name}`, lists);
    if (rowCount(lists) !== users) {
      throw new ArgumentError(
        "split",
        `${name} has ${rowCount(lists)} rows`,
        `one for each of the ${users} users`,
      );
    }
  }
  // The part, from 1, in which the user at hand has the item: marks of earlier users are smaller.
  const marks = new Float64Array(items);
  for (let user = 0; user < users; user++) {
    parts.forEach(({ name, lists }, p) => {
      for (const item of rowOf(lists, user)) {
        if (item >= items) {
          throw new ArgumentError(
            "split",
            `${name} holds item ${item} in row ${user}`,
            `items below ${items}`,
          );
        }
        const earlier = marks[item]! - 3 * user;
        if (earlier > 0) {
          const both = earlier === p + 1
            ? `${name} holds it twice`
            : `${parts[earlier - 1]!.name} and ${name} hold it`;
          throw new ArgumentError(
            "split",
            `${both}: item ${item} in row ${user}`,
            "every item of a user once",
          );
        }
        marks[item] = 3 * user + p + 1;
      }
    });
  }
}
