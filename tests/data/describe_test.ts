import assert from "node:assert/strict";
import fc from "fast-check";
import { describeData } from "../../src/data/describe.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { plainDataset, someRows, withFile, withFolder, writers } from "./log/log_files.ts";

Deno.test("describeData() counts what a log holds, and what every core leaves of it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/log.csv`;
    await fc.assert(
      fc.asyncProperty(someRows(["a", "b", "c", "d", "e"]), async (rows) => {
        await Deno.writeTextFile(path, writers["log.csv"]!.write(rows) as string);
        const plain = plainDataset(rows);
        const found = await describeData(path);
        const lengths = plain.rows.map((row) => row.length).sort((one, two) => one - two);
        assert.equal(found.rows, rows.length);
        assert.equal(found.pairs, plain.times.length);
        assert.equal(found.repeated, rows.length - plain.times.length);
        assert.deepEqual([found.users, found.items], [plain.userIds.length, plain.itemIds.length]);
        assert.deepEqual([found.userActivity[0], found.userActivity.at(-1)], [lengths[0], lengths.at(-1)]);
        assert.equal(found.userActivity[3], lengths[Math.round((lengths.length - 1) / 2)]);
        const ratings = rows.map(({ rating }) => rating);
        assert.deepEqual(found.ratings, { least: Math.min(...ratings), most: Math.max(...ratings) });
        const times = rows.map(({ time }) => time);
        assert.deepEqual(found.times, { least: Math.min(...times), most: Math.max(...times) });
        for (const { core, users, items, pairs } of found.cores) {
          const left = await loadDataset(path, { core }).catch(() => null);
          const expected = left === null
            ? [0, 0, 0]
            : [left.users, left.items, left.interactions.items.length];
          assert.deepEqual([users, items, pairs], expected);
        }
        const good = await describeData(path, { minimumRating: 4 }).catch((error) => error);
        assert.equal(good.belowRating, rows.filter(({ rating }) => rating < 4).length);
        assert.deepEqual(good.ratings, found.ratings);
      }),
      { numRuns: 40 },
    );
  }));

Deno.test("describeData() describes lists, the sample, and a log without ratings and times", async () => {
  await withFile("users.dat", "2 7 8\n0\n1 7\n", async (path) => {
    const found = await describeData(path);
    assert.deepEqual([found.rows, found.users, found.items, found.pairs], [3, 3, 2, 3]);
    assert.deepEqual([found.repeated, found.ratings, found.times], [null, null, null]);
    assert.deepEqual(found.userActivity, [0, 0, 1, 1, 2, 2, 2, 2]);
  });
  assert.equal((await describeData("sample")).pairs, 60_000);
  await withFile("log.csv", "user,item\na,x\na,x\n", async (path) => {
    const found = await describeData(path);
    assert.deepEqual([found.repeated, found.ratings, found.times], [1, null, null]);
  });
});
