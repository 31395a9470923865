import assert from "node:assert/strict";
import fc from "fast-check";
import { loadDataset } from "../../src/data/dataset.ts";
import { readSplitFolder } from "../../src/data/read_split.ts";
import type { Split } from "../../src/data/split.ts";
import { DataError } from "../../src/errors.ts";
import { type Ragged, rowOf } from "../../src/ragged.ts";
import { csv, gzipped, parquet, type Row, withFolder } from "./log/log_files.ts";

const parts = ["train", "valid", "test"] as const;

/** The pairs of a part by their ids, sorted. */
function pairsOf({ userIds, itemIds }: Split, part: Ragged): string[] {
  return userIds.flatMap((user, u) => Array.from(rowOf(part, u), (item) => `${user}/${itemIds[item]}`))
    .sort();
}

const bytes = (text: string) => new TextEncoder().encode(text);
const inter = (rows: readonly Row[]) =>
  bytes(
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\n" +
      rows.map(({ user, item }) => `${user}\t${item}\t1\t2\n`).join(""),
  );

/** What the file of a part is called in a folder `mine`, and what is in it. */
const forms: Record<string, [name: (part: string) => string, content: (rows: readonly Row[]) => Uint8Array]> =
  {
    csv: [(part) => `${part}.csv`, (rows) => bytes(csv(",", rows, "\n"))],
    "gzipped tsv": [
      (part) => `${part}.tsv.gz`,
      (rows) => gzipped("user\titem\n" + rows.map(({ user, item }) => `${user}\t${item}\n`).join("")),
    ],
    jsonl: [
      (part) => `${part}.jsonl`,
      (rows) => bytes(rows.map(({ user, item }) => JSON.stringify({ user, item }) + "\n").join("")),
    ],
    parquet: [(part) => `${part}.parquet`, (rows) => parquet(rows)],
    RecBole: [(part) => `mine.${part}.inter`, inter],
  };

const marks = fc.array(fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 5, maxLength: 5 }), {
  minLength: 2,
  maxLength: 6,
}).filter((rows) => ([0, 1, 2] as const).every((part) => rows.flat().includes(part)));

for (const [form, [nameOf, contentOf]] of Object.entries(forms)) {
  Deno.test(`readSplitFolder() reads parts as ${form}, with the ids that are in them`, () =>
    withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/mine`);
      await fc.assert(
        fc.asyncProperty(marks, async (table) => {
          const expected: string[][] = [];
          for (const [mark, part] of parts.entries()) {
            const rows = table.flatMap((row, u) =>
              row.flatMap((value, item) =>
                value === mark ? [{ user: `0${u}`, item: `i ${item}`, rating: 1, time: 2 }] : []
              )
            );
            expected.push(rows.map(({ user, item }) => `${user}/${item}`).sort());
            // A line that is repeated counts once.
            await Deno.writeFile(`${folder}/mine/${nameOf(part)}`, contentOf([...rows, rows[0]!]));
          }
          const split = await readSplitFolder(`${folder}/mine`);
          assert.equal(split.name, "mine");
          assert.deepEqual(parts.map((part) => pairsOf(split, split[part])), expected);
          const { interactions } = await loadDataset(`${folder}/mine`);
          assert.equal(interactions.items.length, expected.flat().length);
        }),
        { numRuns: 10 },
      );
    }));
}

Deno.test("readSplitFolder() finds parts in other forms than the training part's, and columns that are named", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/train.csv`, "who,what\nann,x\nbob,y\n");
    await Deno.writeTextFile(`${folder}/valid.jsonl`, '{"who":"ann","what":"y"}\n');
    await Deno.writeFile(`${folder}/test.csv.gz`, gzipped("what,who\nx,bob\n"));
    const columns = { user: "who", item: "what" };
    const split = await readSplitFolder(folder, { columns });
    assert.deepEqual(parts.map((part) => pairsOf(split, split[part])), [["ann/x", "bob/y"], ["ann/y"], [
      "bob/x",
    ]]);
    const said: string[] = [];
    const dataset = await loadDataset(folder, { columns, onNotice: (line) => said.push(line) });
    assert.equal(dataset.interactions.items.length, 4);
    assert.deepEqual(said, ["columns: user = who, item = what, rating = none, time = none"]);
    await assert.rejects(loadDataset(folder), /none of the columns "who", "what".*--user-column/);
  }));

Deno.test("readSplitFolder() names what is wrong with parts in tables", () =>
  withFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    const rejects = async (message: RegExp) => {
      const error = await readSplitFolder(folder).catch((error) => error);
      assert.ok(error instanceof DataError, String(error));
      assert.match(error.message, message);
    };
    await write("train.csv", "user,item\nann,x\nbob,y\n");
    await rejects(/train\.txt: there is no such file/);
    await write("test.csv", "user,item\nbob,x\nbob,y\n");
    await rejects(
      /test\.csv: user "bob" has item "y" here and in .*train\.csv; expected each item in one part/,
    );
    await write("test.csv", "user,item\nbob,\n");
    await rejects(/test\.csv:2, field 2 \(item\): the id is empty/);
    await write("test.csv", "user,item\nbob,x\n");
    assert.equal((await readSplitFolder(folder)).valid.items.length, 0);
    const options = { columns: { user: "item", item: "user" } };
    assert.deepEqual((await readSplitFolder(folder, options)).userIds, ["x", "y"]);
  }));
