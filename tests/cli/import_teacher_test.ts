import assert from "node:assert/strict";
import { writeForeignLists } from "../../docs/foreign_lists.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { requireTeachers } from "../../src/cli/ensure_teachers.ts";
import { splitDataset } from "../../src/data/split.ts";
import { easeItemLimit } from "../../src/models/ease.ts";
import { importTrajectory } from "../../src/teachers/import_trajectory.ts";
import { loadTrajectory } from "../../src/teachers/trajectory_file.ts";
import { yardstickTrajectory } from "../../src/teachers/yardstick_teacher.ts";
import { teacherAndRows, writeRows } from "../teachers/ranked_rows.ts";
import { fail, filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";

async function place() {
  const folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const split = splitDataset(await loadDataset(at("small.dat")), { test: 0.2, valid: 0.2, seed: 1 });
  return {
    at,
    split,
    data: ["--data", at("small.dat"), "--teachers-folder", at("teachers")],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("teachers import gives the same teacher from every form of file", async () => {
  await using folder = await place();
  const { at, split, data } = folder;
  const { trajectory: expected, rows } = await teacherAndRows(split);
  for (const form of ["csv", "tsv", "parquet"]) {
    // Parts of a table may lie in several files.
    const parts = [rows.slice(0, 777), rows.slice(777)];
    const files = parts.map((_, part) => at(`${part}.${form}`));
    await Promise.all(parts.map((part, n) => writeRows(files[n]!, part)));
    const { stdout, stderr } = await succeed("teachers", "import", ...files, "--name", form, ...data);
    assert.match(stdout, /validation Recall@50/);
    assert.match(
      stderr,
      /rows hold training items, which are left out of the lists and order the observed items/,
    );
    assert.match(stderr, /their spread over up to five of \d+ checkpoints/);
    const { states, observed, kind } = await loadTrajectory(at(`teachers/small/${form}`), { split });
    assert.equal(kind, form);
    assert.deepEqual(states, expected.states);
    assert.deepEqual(observed, expected.observed);
  }
  // TREC's form has one ranking.
  const last = expected.states[3]!.epoch;
  const single = rows.filter(({ checkpoint }) => checkpoint === last)
    .map(({ user, item, rank }) => ({ user, item, rank: rank! }));
  await writeRows(at("run.txt"), single);
  const { stderr } = await succeed("teachers", "import", at("run.txt"), "--name", "trec", ...data);
  assert.match(stderr, /a single state: the student is taught from it all the time/);
  const found = await loadTrajectory(at("teachers/small/trec"), { split });
  assert.deepEqual(found, (await importTrajectory(split, single, { name: "trec" })).trajectory);
  assert.deepEqual(found.states[0]!.items, expected.states[3]!.items);
});

Deno.test("distill and teachers take imported teachers beside built-in ones", async () => {
  await using folder = await place();
  const { at, split, data } = folder;
  for (const path of await writeForeignLists(split, at("lists"))) {
    const name = path.split("/").at(-1)!.replace(".csv", "");
    await succeed("--quiet", "teachers", "import", path, "--name", name, ...data);
  }
  const short = ["--teacher-epochs", "40", "--baseline-epochs", "5", "--epochs", "10", "--dim", "4"];
  const given = ["--teachers", "MF,knn,walk", ...short, ...data, "--out", at("run")];
  const { stdout, stderr } = await succeed("distill", ...given);
  assert.match(stderr, /knn: imported, in /);
  assert.match(stdout, /^knn +0\.\d+/m);
  const summary = JSON.parse(await Deno.readTextFile(at("run/summary.json")));
  assert.deepEqual(
    summary.stateMetrics.map(({ teacher, states }: { teacher: string; states: unknown[] }) => [
      teacher,
      states.length,
    ]),
    [["MF", 4], ["knn", 1], ["walk", 1]],
  );
  const metrics = (name: string) =>
    summary.rows.find((row: { name: string }) => row.name === name).metrics["recall@50"];
  assert.equal(metrics("knn"), metrics("ItemKNN"));
  assert.ok((await Deno.readTextFile(at("run/report.html"))).includes("walk"));
});

Deno.test("teachers import and distill name what is wrong, and leave nothing behind", async () => {
  await using folder = await place();
  const { at, split, data } = folder;
  const [user, item] = [split.userIds[0]!, split.itemIds[split.test.items[0]!]!];
  const write = (...lines: string[]) =>
    Deno.writeTextFile(at("lists.csv"), ["user,item,rank", ...lines, ""].join("\n"));
  const before = [...filesUnder(at("")), "lists.csv"].sort();
  const given = ["teachers", "import", at("lists.csv"), ...data];
  await write(`${user},${item},0`, `${user},x${item},1`);
  await fail(/lists\.csv:3: the data has no item "x.*the nearest: "/, [...given, "--name", "mine"]);
  await write(`${user},${item},0`, `${user},${item},1`);
  await fail(/lists\.csv:3: user .* has item .* twice/, [...given, "--name", "mine"]);
  await write();
  await fail(/there is no row/, [...given, "--name", "mine"]);
  await write(`x${user},${item},0`);
  await fail(/no list holds an item/, [...given, "--name", "mine", "--skip-unknown"]);
  for (const name of ["../mine", "MF", "ensemble", "a/b"]) {
    await fail(/the argument 'name' is unusable/, [...given, "--name", name]);
  }
  await fail(/required option '--name <name>' not specified/, given);
  await fail(/has no option --seed/, [...given, "--name", "mine", "--seed", "2"]);
  await fail(/there is no teacher "mine", .*MF,ML.*teachers import FILE --name mine/, [
    ...["distill", ...data, "--teachers", "MF,mine", "--out", at("run")],
  ]);
  await fail(/there is no teacher "\.\.\/MF"/, [
    "distill",
    ...data,
    "--teachers",
    "../MF",
    "--out",
    at("run"),
  ]);
  assert.deepEqual(filesUnder(at("")), before);

  await write(`${user},${item},0`, `x${user},${item},0`);
  const { stderr } = await succeed(...given, "--name", "mine", "--skip-unknown");
  assert.match(stderr, /1 row of unknown users or items left out/);
  assert.match(stderr, /99 users have no list in the last state/);
  assert.match(stderr, /all observed items of a user are equally important/);
  await fail(/there is a teacher in .*small\/mine already; replace it/, [
    ...given,
    "--name",
    "mine",
    "--skip-unknown",
  ]);
  await Deno.writeTextFile(
    at("mine.toml"),
    `data = ${JSON.stringify(at("small.dat"))}\nteachersFolder = ${
      JSON.stringify(at("teachers"))
    }\ndim = 3\n`,
  );
  const byFile = ["teachers", "import", at("lists.csv"), "--config", at("mine.toml"), "--skip-unknown"];
  await fail(/there is a teacher in .*small\/mine already/, [...byFile, "--name", "mine"]);
  const logged = await succeed(...given, "--name", "mine", "--skip-unknown", "--replace", "--log=json");
  const notes = logged.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(notes.map(({ event }) => event), notes.map(() => "lists"));
  assert.match(notes[0].message, /^mine: 1 row of unknown users or items left out$/);
});

Deno.test("distill, teachers and compare take yardsticks as teachers", async () => {
  await using folder = await place();
  const { at, split, data } = folder;
  const short = ["--teacher-epochs", "40", "--baseline-epochs", "5", "--epochs", "10", "--dim", "4"];
  const teachers = ["--teachers", "MF,rp3BETA,TopPop", ...data];
  const first = await succeed("distill", ...teachers, ...short, "--out", at("run"));
  assert.match(first.stderr, /RP3beta: computed in \S+/);
  const summary = JSON.parse(await Deno.readTextFile(at("run/summary.json")));
  assert.deepEqual(
    summary.rows.slice(0, 5).map(({ name, role }: { name: string; role: string }) => [name, role]),
    [["ItemKNN", "yardstick"], ["EASE", "yardstick"], ["MF", "teacher"], ["RP3beta", "teacher"], [
      "TopPop",
      "teacher",
    ]],
  );
  const kept = await loadTrajectory(at("teachers/small/RP3beta"), { split });
  const made = await yardstickTrajectory(split, "RP3beta");
  assert.deepEqual([kept.states, kept.observed], [made.states, made.observed]);
  const second = await succeed("teachers", ...teachers, "--teacher-epochs", "40");
  assert.match(second.stderr, /RP3beta: computed before, in .*small\/RP3beta/);
  const other = ["--teacher-option", "RP3beta.beta=0.5", "--teacher-epochs", "40"];
  const kindly = await succeed("teachers", ...teachers, ...other);
  assert.match(kindly.stderr, /RP3beta: computed before with beta 0.2, not 0.5, in /);
  await Deno.remove(at("teachers/small/RP3beta"), { recursive: true });
  await succeed("--quiet", "teachers", ...teachers, ...other);
  const { states, hyperparameters } = await loadTrajectory(at("teachers/small/RP3beta"), { split });
  assert.equal(hyperparameters.beta, 0.5);
  assert.deepEqual(states, (await yardstickTrajectory(split, "RP3beta", { beta: 0.5 })).states);
  const cells = ["--epochs", "2", "--dim", "4", "--methods", "bpr,only-RP3beta", "--out", at("compared")];
  const chosen = await succeed("teachers", ...teachers, ...other, "--select");
  const lines = chosen.stdout.split("\n");
  const table = lines.slice(lines.findIndex((line) => line.includes("validation Recall@50")) + 2).filter((
    line,
  ) => line !== "");
  const recalls = table.slice(0, 3).map((line) => Number(line.replace("+ ", "").split(/ +/)[1]));
  const order = table.slice(0, 3).map((line) => line.replace("+ ", "").split(" ")[0]);
  assert.deepEqual(order.toSorted(), ["MF", "RP3beta", "TopPop"]);
  const best = order.slice(0, recalls.indexOf(Math.max(...recalls)) + 1);
  assert.equal(table[3], `best on validation: --teachers ${best.join(",")}`);
  const third = await succeed("compare", ...teachers, "--teacher-epochs", "40", ...cells);
  assert.equal(third.stdout.match(/^RP3beta /gm)?.length, 1);
  assert.match(third.stdout, /^HetComp from RP3beta alone /m);
});

Deno.test("requireTeachers() refuses EASE for more items than it takes", async () => {
  const folder = "none";
  await requireTeachers({ folder, kinds: ["EASE", "MF"] }, { name: "x", items: easeItemLimit });
  await assert.rejects(
    requireTeachers({ folder, kinds: ["MF", "EASE"] }, { name: "x", items: easeItemLimit + 1 }),
    /EASE holds a number for every pair of items, and 6001 items are too many.*RP3beta/,
  );
});
