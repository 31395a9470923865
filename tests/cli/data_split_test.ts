import assert from "node:assert/strict";
import { dataDefaults, loadSplit } from "../../src/cli/load_split.ts";
import { rowOf } from "../../src/ragged.ts";
import { formatCount } from "../../src/report/format.ts";
import { fail, filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";

Deno.test("data split writes the pairs that other commands train, validate and test on", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const { stdout } = await succeed(
    "data",
    "split",
    at("small.dat"),
    "--split-seed",
    "3",
    "--out",
    at("split"),
  );
  const split = await loadSplit({ ...dataDefaults, source: at("small.dat"), splitSeed: 3 }, true);
  for (const name of ["train", "valid", "test"] as const) {
    const pairs = split.userIds.flatMap((user, u) =>
      Array.from(rowOf(split[name], u), (item) => `${user},${split.itemIds[item]}`)
    );
    const text = await Deno.readTextFile(at(`split/${name}.csv`));
    assert.deepEqual(text.trimEnd().split("\n"), ["user,item", ...pairs]);
    assert.match(stdout, new RegExp(`${name}\\.csv +\\d+ +${formatCount(pairs.length)}$`, "m"));
  }
});

Deno.test("what data split wrote is a split for the other commands, taken as it is", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  await succeed("data", "split", at("small.dat"), "--out", at("mine"));
  const whole = await loadSplit({ ...dataDefaults, source: at("small.dat") }, true);
  const again = await loadSplit({ ...dataDefaults, source: at("mine") }, true);
  assert.equal(again.name, "mine");
  for (const name of ["train", "valid", "test"] as const) {
    assert.equal(again[name].items.length, whole[name].items.length);
  }
  const { stdout } = await succeed(
    ...["teachers", "--teachers", "MF", "--teacher-epochs", "20", "--data", at("mine")],
    ...["--user-column", "user", "--teachers-folder", at("teachers")],
  );
  assert.match(stdout, /^MF +0\.\d+/m);
  await fail(/is taken as it is, without --minimum-interactions, --core/, [
    ...["teachers", "--data", at("mine"), "--core", "2", "--minimum-interactions", "2"],
  ]);
});

Deno.test("a split that data split wrote may have an empty part", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const rows = [0, 1, 2, 3, 4].map((n) => `a,${n},7\nb,${n},7\n`).join("");
  await Deno.writeTextFile(at("log.csv"), "user,item,time\n" + rows);
  await succeed("data", "split", at("log.csv"), "--split", "temporal", "--out", at("split"));
  const again = await loadSplit({ ...dataDefaults, source: at("split") }, true);
  assert.deepEqual([again.train.items.length, again.test.items.length], [10, 0]);
  await fail(/nobody has validation items/, ["teachers", "--data", at("split")]);
});

Deno.test("data split quotes ids, and leaves a folder that is there alone", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const rows = [0, 1, 2, 3, 4].map((n) => `"a,""b",${n}\n`).join("");
  await Deno.writeTextFile(at("log.csv"), "user,item\n" + rows);
  await succeed("data", "split", at("log.csv"), "--out", at("split"));
  const lines = (await Deno.readTextFile(at("split/train.csv"))).trimEnd().split("\n").slice(1);
  assert.equal(lines.length, 3);
  for (const line of lines) assert.match(line, /^"a,""b",\d$/);
  const before = filesUnder(folder.path);
  await fail(/split exists already/, ["data", "split", at("log.csv"), "--out", at("split")]);
  await fail(/required option '--out <folder>' not specified/, ["data", "split", at("log.csv")]);
  assert.deepEqual(filesUnder(folder.path), before);
});
