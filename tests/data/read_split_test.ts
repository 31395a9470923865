import assert from "node:assert/strict";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import { isAscending, type Ragged, ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { generateSample } from "../../src/data/sample.ts";
import { printLightgcnText } from "./list_texts.ts";
import { readSplit, readSplitFolder } from "../../src/data/read_split.ts";
import { usersWithRelevant } from "../../src/evaluate/per_user.ts";
import { splitDataset, splitFingerprint } from "../../src/data/split.ts";
import { needsShared, sharedPath } from "./shared.ts";

async function withParts(
  parts: Record<string, string>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [part, text] of Object.entries(parts)) await Deno.writeTextFile(`${folder}/${part}.txt`, text);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function unpack(lists: Ragged): number[][] {
  return Array.from({ length: rowCount(lists) }, (_, r) => [...rowOf(lists, r)]);
}

Deno.test("readSplit() counts users and items over all files and fills up with empty rows", () =>
  withParts({ train: "0 4 2 4\n1 0 \r\n", valid: "3\n", test: "2 9\n" }, async (folder) => {
    const path = (part: string) => `${folder}/${part}.txt`;
    const split = await readSplit({
      train: path("train"),
      valid: path("valid"),
      test: path("test"),
      name: "tiny",
    });
    assert.deepEqual([split.name, split.users, split.items], ["tiny", 4, 10]);
    assert.deepEqual(unpack(split.train), [[2, 4], [0], [], []]);
    assert.deepEqual(unpack(split.valid), [[], [], [], []]);
    assert.deepEqual(unpack(split.test), [[], [], [9], []]);
    assert.deepEqual(split.userIds, ["0", "1", "2", "3"]);
    assert.equal(split.itemIds.length, 10);
  }));

Deno.test("readSplit() reads gzipped parts, whatever their names", () =>
  withParts({ train: "0 4 2\n1 0\n", test: "0 9\n" }, async (folder) => {
    const path = `${folder}/train.txt`;
    const packed = new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(path, packed);
    assert.deepEqual(unpack((await readSplitFolder(folder)).train), [[2, 4], [0]]);
  }));

Deno.test("readSplitFolder() does without valid.txt or test.txt, not without both or train.txt", async () => {
  await withParts({ train: "0 1\n", test: "0 2\n" }, async (folder) => {
    assert.deepEqual(unpack((await readSplitFolder(folder)).valid), [[]]);
  });
  await withParts({ train: "0 1\n", valid: "0 2\n" }, async (folder) => {
    assert.deepEqual(unpack((await readSplitFolder(folder)).test), [[]]);
  });
  await withParts({ train: "0 1\n" }, async (folder) => {
    await assert.rejects(readSplitFolder(folder), /neither valid\.txt nor test\.txt/);
  });
  await withParts({ test: "0 1\n" }, async (folder) => {
    await assert.rejects(readSplitFolder(folder), /train\.txt: there is no such file/);
  });
});

Deno.test("readSplit() refuses the same item in two parts of a user, and names the line", async () => {
  const cases = [
    [{ train: "0 1\n1 5\n", valid: "1 4 5\n", test: "0 3\n" }, "valid", 1],
    [{ train: "0 1\n1 5\n", valid: "1 4\n", test: "0 3\n1 2 5\n" }, "test", 2],
    [{ train: "0 1\n1 5\n", valid: "1 4\n", test: "0 3\n\n".trimEnd() + "\n1 4\n" }, "test", 2],
  ] as const;
  for (const [parts, part, line] of cases) {
    await withParts(parts, async (folder) => {
      await assert.rejects(readSplitFolder(folder), (error) => {
        assert(error instanceof DataError);
        assert.match(error.message, /user 1 has item \d here and in .*; expected each item in one part only/);
        assert.deepEqual(error.place, { file: `${folder}/${part}.txt`, line });
        return true;
      });
    });
  }
});

Deno.test("readSplit() names file, line and field of malformed input", () =>
  withParts({ train: "0 1\n", valid: "0 2\n0 x\n", test: "" }, async (folder) => {
    const train = `${folder}/train.txt`;
    await assert.rejects(
      readSplit({ train, valid: `${folder}/valid.txt` }),
      /valid\.txt:2, field 2: "x" is not/,
    );
    await assert.rejects(
      readSplit({ train, valid: train.replace("train", "none") }),
      /none\.txt: there is no such file/,
    );
    await assert.rejects(readSplit({ train, test: `${folder}/test.txt` }), /test\.txt: the file is empty/);
  }));

Deno.test("readSplit() refuses ids that are far apart, and takes a few of many rows", async () => {
  await withParts({ train: "0 1 9999999\n1 1\n", test: "0 4\n" }, async (folder) => {
    await assert.rejects(readSplitFolder(folder), (error) => {
      assert(error instanceof DataError);
      assert.equal(error.place.file, `${folder}/train.txt`);
      assert.match(
        error.message,
        /item ids go up to 9999999, and only 3 of these occur; expected row numbers/,
      );
      return true;
    });
  });
  await withParts({ train: "0 1\n2000000 1\n", test: "0 4\n" }, async (folder) => {
    await assert.rejects(readSplitFolder(folder), /user ids go up to 2000000, and only 2 of these occur/);
  });
  await withParts({ train: "0 1 999999\n", test: "0 4\n" }, async (folder) => {
    assert.equal((await readSplitFolder(folder)).items, 1_000_000);
  });
});

Deno.test("readSplitFolder() reads back a split that was written", async () => {
  const split = splitDataset(generateSample({ users: 40, items: 60, interactions: 500 }), { seed: 4 });
  const parts = {
    train: printLightgcnText(split.train),
    valid: printLightgcnText(split.valid),
    test: printLightgcnText(split.test),
  };
  await withParts(parts, async (folder) => {
    const again = await readSplitFolder(folder);
    assert.deepEqual([again.train, again.valid, again.test], [split.train, split.valid, split.test]);
    // An item that lost all of its pairs leaves no trace in the files, so only the lists are bound to agree.
    assert(again.items <= split.items);
    assert.equal(await splitFingerprint({ ...again, items: split.items }), await splitFingerprint(split));
  });
});

Deno.test("readSplit() keeps whatever is disjoint", async () => {
  const triple = fc.array(fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 5, maxLength: 5 }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(triple, async (marks) => {
      const part = (mark: number) =>
        ragged(marks.map((row) => [...row.keys()].filter((item) => row[item] === mark)));
      const lists = [part(0), part(1), part(2)] as const;
      const [train, valid, test] = lists.map(printLightgcnText) as [string, string, string];
      await withParts({ train, valid, test }, async (folder) => {
        const split = await readSplitFolder(folder);
        assert.deepEqual([split.train, split.valid, split.test], lists);
      });
    }),
    { numRuns: 20 },
  );
});

const published = {
  "citeulike/split": ["citeulike", 5_219, 25_181, 78_958, 20_823, 20_823, 4_719],
  "foursquare/split": ["foursquare", 24_941, 28_593, 449_150, 133_962, 133_963, 24_941],
  "amazon-music/split": ["amazon-music", 3_472, 2_498, 32_585, 8_643, 8_639, 3_471],
  gowalla: ["gowalla", 29_858, 40_981, 810_128, 0, 217_242, 29_858],
} as const;
for (const [path, figures] of Object.entries(published)) {
  Deno.test(
    needsShared(
      `readSplitFolder() gives the published figures of ${path}`,
      [`${path}/train.txt`],
      async () => {
        const split = await readSplitFolder(sharedPath(path));
        assert.deepEqual([
          split.name,
          split.users,
          split.items,
          split.train.items.length,
          split.valid.items.length,
          split.test.items.length,
          usersWithRelevant(split.test).length,
        ], [...figures]);
        for (const part of [split.train, split.valid, split.test]) assert(isAscending(part));
      },
    ),
  );
}
