import assert from "node:assert/strict";
import fc from "fast-check";
import { requireSplit } from "../../src/data/check_split.ts";
import { generateSample } from "../../src/data/sample.ts";
import { type Split, splitDataset } from "../../src/data/split.ts";
import { ArgumentError } from "../../src/errors.ts";
import { ragged, rowOf } from "../../src/ragged.ts";

const parts = ["train", "valid", "test"] as const;

function world(seed: number): Split {
  return splitDataset(generateSample({ users: 30, items: 60, interactions: 300, seed }), { seed });
}

const rowsOf = (split: Split, part: typeof parts[number]) =>
  Array.from({ length: split.users }, (_, user) => [...rowOf(split[part], user)]);

Deno.test("requireSplit() takes what splitDataset() makes, whatever the order within rows", () => {
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const split = world(seed);
    requireSplit(split);
    requireSplit({ ...split, train: ragged(rowsOf(split, "train").map((row) => row.reverse())) });
    requireSplit({ ...split, test: ragged(rowsOf(split, "test").map(() => [])) });
  }));
});

Deno.test("requireSplit() names part, row and item of what is wrong", () => {
  const split = world(1);
  for (const part of parts) {
    const other = part === "train" ? "test" : "train";
    const user = rowsOf(split, other).findIndex((row) => row.length > 0);
    const [item] = rowOf(split[other], user);
    const change = (changed: (rows: number[][]) => number[][]) => ({
      ...split,
      [part]: ragged(changed(rowsOf(split, part))),
    });
    const { offsets, items } = split[part];
    const cases: [wrong: Split, message: RegExp][] = [
      [
        change((rows) => rows.slice(1)),
        new RegExp(`${part} has 29 rows; expected one for each of the 30 users`),
      ],
      [change((rows) => [...rows, []]), new RegExp(`${part} has 31 rows`)],
      [
        change((rows) => rows.with(4, [...rows[4]!, 60])),
        new RegExp(`${part} holds item 60 in row 4; .*below 60`),
      ],
      [
        change((rows) =>
          rows.with(4, [...rows[4]!, 7, 7].filter((one, n, all) => one !== 7 || n >= all.length - 2))
        ),
        new RegExp(`(${part} holds it twice|hold it): item 7 in row 4`),
      ],
      [
        change((rows) => rows.with(user, [item!])),
        new RegExp(`(${part} and ${other}|${other} and ${part}) hold it: item ${item} in row ${user}`),
      ],
      [
        { ...split, [part]: { offsets: offsets.map((end) => 3 * end), items } },
        new RegExp(`'split.${part}'.*offsets`),
      ],
    ];
    for (const [wrong, message] of cases) {
      assert.throws(() => requireSplit(wrong), (error) => {
        assert.ok(error instanceof ArgumentError);
        assert.match(error.message, message);
        return true;
      });
    }
  }
  assert.throws(
    () => requireSplit({ ...split, userIds: split.userIds.slice(1) }),
    /there are 29 userIds; expected 30/,
  );
  assert.throws(() => requireSplit({ ...split, itemIds: [] }), /there are 0 itemIds; expected 60/);
});
