import assert from "node:assert/strict";
import { parquetReadObjects } from "npm:hyparquet@1.31.5";
import { saveStudent } from "../../src/models/student_file.ts";
import { runProgram } from "./run_program.ts";
import { fail, filesUnder, succeed } from "./small_run.ts";
import { smallStudent } from "./small_student.ts";

Deno.test("recommend shows a list to a user, from a history, and among allowed items", async () => {
  await using folder = await smallStudent();
  const { at, student } = folder;
  const given = ["--student", at("student.safetensors")];
  const user = student.userIds[3]!;
  const json = async (...args: string[]) =>
    JSON.parse((await succeed(args[0]!, ...args.slice(1), ...given, "--format", "json")).stdout);
  const ranked = (list: { item: string; score: number }[]) =>
    list.map(({ item, score }, n) => ({ rank: n + 1, item, score }));
  assert.deepEqual(await json("recommend", "--user", user), ranked(student.recommend(user, { k: 10 })));
  const [a, b, c, d] = student.itemIds as [string, string, string, string];
  assert.deepEqual(
    await json(
      "recommend",
      "--",
      "--history",
      `${a},${b}`,
      "--history",
      `["${c}"]`,
      "-k",
      "3",
      "--exclude",
      d,
    ),
    ranked(student.recommend([a, b, c], { k: 3, exclude: [d] })),
  );
  assert.deepEqual(
    await json("recommend", "--user", user, "--allow", `${a}, ${b},${c}`, "--keep-seen"),
    ranked(student.recommend(user, { k: 10, allow: [a, b, c], exclude: false })),
  );
  await saveStudent(at("small.safetensors"), student, { seen: false });
  const small = ["recommend", "--student", at("small.safetensors"), "--format", "json", "-k", "150"];
  const unseen = await succeed(...small, "--user", user);
  assert.match(unseen.stderr, /small\.safetensors does not say what users have had/);
  assert.equal(JSON.parse(unseen.stdout).length, student.items);
  for (const more of [["--user", user, "--keep-seen"], ["--history", a]]) {
    assert.doesNotMatch((await succeed(...small, ...more)).stderr, /does not say/);
  }
  const table = await succeed("recommend", ...given, "--user", user, "-k", "2");
  assert.match(table.stdout, /^rank +item +score\n─+ +─+ +─+\n +1 +\d+ +[\d.]+\n +2 +\d+ +[\d.]+\n$/);
  const csv = await succeed("similar", ...given, "--item", a, "-k", "2", "--format", "csv");
  const [first, second] = student.similar(a, { k: 2 });
  assert.equal(
    csv.stdout,
    `rank,item,cosine\n1,${first!.item},${first!.score}\n2,${second!.item},${second!.score}\n`,
  );
});

Deno.test("recommend writes the lists of all users, the same in every form", async () => {
  await using folder = await smallStudent();
  const { at, student } = folder;
  const expected = student.userIds.flatMap((user) =>
    student.recommend(user, { k: 5 }).map(({ item, score }, n) => ({ user, rank: n + 1, item, score }))
  );
  for (const name of ["lists.csv", "lists.jsonl", "lists.parquet"]) {
    const given = ["--student", at("student.safetensors"), "--all-users", "-k", "5", "--out", at(name)];
    const { stdout, stderr } = await succeed("recommend", ...given);
    assert.equal(stdout, `${expected.length} items for ${student.users} users: ${at(name)}\n`);
    assert.match(stderr, /recommend: \d+ users in/);
  }
  const csv = (await Deno.readTextFile(at("lists.csv"))).trimEnd().split("\n");
  assert.deepEqual(csv, [
    "user,rank,item,score",
    ...expected.map(({ user, rank, item, score }) => `${user},${rank},${item},${score}`),
  ]);
  const lines = (await Deno.readTextFile(at("lists.jsonl"))).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), expected);
  const file = (await Deno.readFile(at("lists.parquet"))).buffer;
  assert.deepEqual(await parquetReadObjects({ file }), expected);
});

Deno.test("recommend and similar name what is wrong", async () => {
  await using folder = await smallStudent();
  const { at } = folder;
  const given = ["--student", at("student.safetensors")];
  const before = filesUnder(at(""));
  await fail(/'user'.*"1x".*the nearest: "1"/, ["recommend", ...given, "--user", "1x"]);
  await fail(/'item'.*"1x".*the nearest/, ["similar", ...given, "--item", "1x"]);
  await fail(/'--user'.*0 ways/, ["recommend", ...given]);
  await fail(/'--out'.*not given/, ["recommend", ...given, "--all-users"]);
  await fail(/'--format'.*--out is given too/, [
    ...["recommend", ...given, "--all-users", "--format", "json", "--out", at("lists.csv")],
  ]);
  await fail(/lists\.xlsx.*\.parquet/, ["recommend", ...given, "--all-users", "--out", at("lists.xlsx")]);
  await fail(/data\.dat/, ["recommend", ...given, "--all-users", "--out", at("data.dat")]);
  await fail(/one of the two/, ["recommend", ...given, "--user", "1", "--keep-seen", "--exclude", "2"]);
  await fail(/expected ids/, ["recommend", ...given, "--history", "[1"]);
  const { code, stderr } = await runProgram(["recommend", "--user", "1"]);
  assert.equal(code, 1);
  assert.match(stderr, /--student/);
  assert.deepEqual(filesUnder(at("")), before);
});
