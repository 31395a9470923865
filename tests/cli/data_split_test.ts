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
  const split = await loadSplit({ ...dataDefaults, source: at("small.dat"), splitSeed: 3 });
  for (const name of ["train", "valid", "test"] as const) {
    const pairs = split.userIds.flatMap((user, u) =>
      Array.from(rowOf(split[name], u), (item) => `${user},${split.itemIds[item]}`)
    );
    const text = await Deno.readTextFile(at(`split/${name}.csv`));
    assert.deepEqual(text.trimEnd().split("\n"), ["user,item", ...pairs]);
    assert.match(stdout, new RegExp(`${name}\\.csv +\\d+ +${formatCount(pairs.length)}$`, "m"));
  }
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
