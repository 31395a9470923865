import assert from "node:assert/strict";
import { dirname } from "node:path";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { readSplitFolder } from "../../src/data/read_split.ts";
import { datasetRegistry } from "../../src/data/registry.ts";
import { needsShared, sharedPath } from "./shared.ts";
import { isAscending, rowOf, sortedIncludes } from "../../src/ragged.ts";

async function withFiles(
  files: Record<string, string>,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadDataset() reads a file, and the folder of a users.dat, without a filter", () =>
  withFiles({ "shop/users.dat": "2 70 31\n0\n3 31 4294967295 31\n", "log.dat": "1 6\n" }, async (folder) => {
    const dataset = await loadDataset(`${folder}/shop/users.dat`);
    assert.equal(dataset.name, "shop");
    assert.deepEqual([dataset.users, dataset.items], [3, 3]);
    assert.deepEqual(dataset.userIds, ["0", "1", "2"]);
    assert.deepEqual(dataset.itemIds, ["70", "31", "4294967295"]);
    assert.deepEqual([...dataset.interactions.offsets], [0, 2, 2, 4]);
    assert.deepEqual([...dataset.interactions.items], [0, 1, 1, 2]);
    assert.deepEqual(await loadDataset(`${folder}/shop`), dataset);
    assert.equal((await loadDataset(`${folder}/log.dat`)).name, "log");
  }));

Deno.test("loadDataset() filters users and keeps their line numbers as ids", () =>
  withFiles({ "users.dat": "1 70\n2 31 8\n0\n2 8 9\n" }, async (folder) => {
    const dataset = await loadDataset(folder, { minimumInteractions: 2 });
    assert.deepEqual(dataset.userIds, ["1", "3"]);
    assert.deepEqual(dataset.itemIds, ["31", "8", "9"]);
    await assert.rejects(loadDataset(folder, { minimumInteractions: 3 }), /no user has 3 interactions/);
    await assert.rejects(loadDataset(folder, { minimumInteractions: 0.5 }), ArgumentError);
  }));

Deno.test("loadDataset() joins the parts of a split", () =>
  withFiles({ "train.txt": "0 5 2\n1 2\n", "test.txt": "1 7\n" }, async (folder) => {
    const dataset = await loadDataset(folder);
    assert.deepEqual(dataset.itemIds, ["2", "5", "7"]);
    assert.deepEqual([...dataset.interactions.items], [0, 1, 0, 2]);
  }));

Deno.test("loadDataset() says what is missing and what to do", () =>
  withFiles({ "empty/readme.txt": "", "none.dat": "", "zero.dat": "0\n" }, async (folder) => {
    const rejects = (path: string, message: RegExp) =>
      assert.rejects(loadDataset(path, { downloads: folder }), (error) => {
        assert(error instanceof DataError);
        assert.match(error.message, message);
        return true;
      });
    await rejects("citeulike", /citeulike.users\.dat: .*not there; expected .*'deno task data citeulike'/);
    await rejects("gowalla", /train\.txt.*'deno task data gowalla'/);
    await rejects("amazon-music", /put there by hand: it has no direct download/);
    await rejects(`${folder}/nowhere`, /no such dataset, file or folder; expected one of sample, citeulike/);
    await Deno.writeTextFile(`${folder}/ratings.csv`, "user,item\na,b\n");
    await rejects(`${folder}/raitngs.csv`, /no such dataset, file or folder; expected \/.*\/ratings\.csv$/);
    await rejects(`${folder}/none/ratings.csv`, /no such dataset, file or folder; expected one of sample/);
    await Deno.remove(`${folder}/ratings.csv`);
    await rejects(`${folder}/empty`, /the folder holds no interactions/);
    await rejects(`${folder}/none.dat`, /none\.dat: the file is empty/);
    await rejects(`${folder}/zero.dat`, /there is no interaction/);
  }));

Deno.test("loadDataset() refuses a registry file with another checksum", () =>
  withFiles({ "citeulike/users.dat": "1 5\n" }, async (folder) => {
    const { sha256 } = datasetRegistry[0]!.files[0]!;
    await assert.rejects(
      loadDataset("citeulike", { downloads: folder }),
      new RegExp(`SHA-256 .* expected ${sha256}`),
    );
    assert.equal((await loadDataset(`${folder}/citeulike`)).users, 1);
  }));

Deno.test("loadDataset() hands the seed to the sample and filters it on demand", async () => {
  const one = await loadDataset("sample");
  assert.deepEqual(await loadDataset("sample", { seed: 1 }), one);
  assert.notDeepEqual((await loadDataset("sample", { seed: 2 })).interactions, one.interactions);
  const active = await loadDataset("sample", { minimumInteractions: 30 });
  assert(active.users > 0 && active.users < one.users);
  for (let u = 0; u < active.users; u++) assert(rowOf(active.interactions, u).length >= 30);
  const row = one.userIds.indexOf(active.userIds[0]!);
  assert.deepEqual(
    [...rowOf(active.interactions, 0)].map((i) => active.itemIds[i]!).sort(),
    [...rowOf(one.interactions, row)].map((i) => one.itemIds[i]!).sort(),
  );
});

for (const entry of datasetRegistry) {
  const paths = entry.files.map((file) => `${entry.name}/${file.name}`);
  Deno.test(needsShared(`loadDataset() gives the registry's figures for ${entry.name}`, paths, async () => {
    const dataset = await loadDataset(entry.name, { downloads: sharedPath("") });
    assert.equal(dataset.name, entry.name);
    assert.deepEqual(
      [dataset.users, dataset.items, dataset.interactions.items.length],
      [entry.users, entry.items, entry.pairs],
    );
    assert.equal(dataset.userIds.length, entry.users);
    assert.equal(dataset.itemIds.length, entry.items);
    assert(isAscending(dataset.interactions));
    for (const file of entry.files) {
      assert.equal(Deno.statSync(sharedPath(`${entry.name}/${file.name}`)).size, file.bytes);
    }
  }));
}

Deno.test(
  needsShared("loadDataset() without a filter keeps all of CiteULike", ["citeulike/users.dat"], async () => {
    const dataset = await loadDataset(sharedPath("citeulike/users.dat"));
    assert.deepEqual([dataset.users, dataset.items, dataset.interactions.items.length], [
      7_947,
      25_584,
      134_860,
    ]);
  }),
);

for (const name of ["citeulike", "foursquare", "amazon-music"]) {
  const paths = [`${name}/users.dat`, `${name}/split/train.txt`];
  Deno.test(needsShared(`loadDataset() numbers ${name} like its published split`, paths, async () => {
    const dataset = await loadDataset(name, { downloads: sharedPath("") });
    const split = await readSplitFolder(sharedPath(`${name}/split`));
    for (const part of [split.train, split.valid, split.test]) {
      for (let u = 0; u < split.users; u++) {
        const row = rowOf(dataset.interactions, u);
        for (const item of rowOf(part, u)) assert(sortedIncludes(row, item));
      }
    }
  }));
}
