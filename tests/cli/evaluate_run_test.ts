import assert from "node:assert/strict";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { measureSplit, type PartMetrics } from "../../src/evaluate/ranking_evaluation.ts";
import { averagePerUser } from "../../src/evaluate/per_user.ts";
import { comparePerUser } from "../../src/evaluate/significance.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { Student } from "../../src/models/student.ts";
import { saveStudent } from "../../src/models/student_file.ts";
import { emptyPlace, rowOf } from "../../src/ragged.ts";
import { formatSpread } from "../../src/report/comparison_tables.ts";
import { fail, filesUnder, succeed } from "./small_run.ts";
import { smallStudent } from "./small_student.ts";

/** The figures of the first table that a command printed, by metric. */
function figures(stdout: string): Record<string, string[]> {
  const lines = stdout.split("\n\n")[0]!.split("\n").filter((line) => line.includes("@"));
  return Object.fromEntries(lines.map((line) => [line.split(/\s+/)[0], line.split(/\s+/).slice(1)]));
}

Deno.test("evaluate measures a student's lists as it measures the student", async () => {
  await using folder = await smallStudent();
  const { at, student, split } = folder;
  const data = ["--data", at("data.dat"), "--k", "5,10"];
  const [users, items] = [student.users, student.items];
  for (const name of ["run.csv", "run.tsv"]) {
    const given = [
      "--student",
      at("student.safetensors"),
      "--all-users",
      "-k",
      String(items),
      "--out",
      at(name),
    ];
    await succeed("recommend", ...given);
  }
  const trec = student.userIds.flatMap((user) =>
    student.recommend(user, { k: items, exclude: false }).map(({ item, score }) =>
      `${user} Q0 ${item} 1 ${score} mine`
    )
  );
  await Deno.writeTextFile(at("run.txt"), trec.join("\n"));
  const byDevice = await succeed("evaluate", at("student.safetensors"), ...data);
  await Deno.copyFile(at("student.safetensors"), at("renamed.model"));
  assert.equal((await succeed("evaluate", at("renamed.model"), ...data)).stdout, byDevice.stdout);
  for (const name of ["run.csv", "run.tsv", "run.txt"]) {
    const { stdout, stderr } = await succeed("evaluate", "--", "--run", at(name), ...data);
    assert.deepEqual(figures(stdout), figures(byDevice.stdout));
    assert.equal(stdout, byDevice.stdout);
    assert.equal((await succeed("evaluate", at(name), ...data)).stdout, stdout);
    if (name === "run.txt") {
      assert.match(stderr, new RegExp(`${split.train.items.length} places held training`));
    }
  }
  const lists = new Uint32Array(users * items).fill(emptyPlace);
  student.userIds.forEach((user, u) => {
    const list = student.recommend(user, { k: items }).map(({ item }) => student.itemIds.indexOf(item));
    lists.set(list, u * items);
    assert.ok(list.every((item) => !rowOf(split.train, u).includes(item)));
  });
  const { test } = measureSplit(split, lists, items, [5, 10]);
  assert.deepEqual(figures(byDevice.stdout)["ndcg@10"]![1], test.means["ndcg@10"]!.toFixed(4));
});

Deno.test("evaluate --against compares two files by paired tests, and writes both per user", async () => {
  await using folder = await smallStudent();
  const { at, student, split } = folder;
  const table = (rows: (string | number)[][]) => rows.map((row) => row.join("\t")).join("\n") + "\n";
  const popular = student.itemIds.map((_, item) =>
    split.train.items.filter((other) => other === item).length
  );
  const order = student.itemIds.map((_, item) => item).sort((a, b) => popular[b]! - popular[a]!);
  const rows = (ranking: (user: number) => number[]) =>
    student.userIds.flatMap((user, u) =>
      ranking(u).map((item) => [student.itemIds[item]!, user, popular[item]!])
    );
  await Deno.writeTextFile(at("popular.tsv"), table([["item", "user_id", "score"], ...rows(() => order)]));
  await Deno.writeTextFile(
    at("short.tsv"),
    table(
      [["item", "user", "rank"], ...rows((u) => u === 0 ? [] : [order[u % 7]!, order[8]!])].map((row, n) =>
        n === 0 ? row : [row[0]!, row[1]!, n % 2]
      ),
    ),
  );
  const args = [
    "evaluate",
    "--run",
    at("popular.tsv"),
    "--against",
    at("short.tsv"),
    "--data",
    at("data.dat"),
  ];
  const { stdout, stderr } = await succeed(...args, "--k", "5", "--per-user", at("users.tsv"));
  assert.match(stderr, /short\.tsv \(lists of 99 users\): [1-9]\d* users to be evaluated have no list/);
  assert.match(stderr, /no list has more than 2 items/);
  assert.match(stdout, /against .*short\.tsv, test, two-sided/);
  const relevant = split.test;
  const lists = (ranking: (user: number) => number[], width: number) => {
    const all = new Uint32Array(split.users * width).fill(emptyPlace);
    for (let u = 0; u < split.users; u++) {
      all.set(ranking(u).filter((item) => !rowOf(split.train, u).includes(item)), u * width);
    }
    return measureSplit(split, all, width, [5]).test.perUser;
  };
  const byScore = order.toSorted((a, b) => popular[b]! - popular[a]! || a - b);
  const [row] = comparePerUser(
    lists(() => byScore, split.items),
    lists((u) => u === 0 ? [] : [order[8]!, order[u % 7]!], 2),
  );
  const line = stdout.split("\n").filter((text) => text.startsWith("recall@5")).at(-1)!.split(/\s+/);
  assert.deepEqual(
    line.slice(1, 4),
    [row!.mean, row!.otherMean, row!.difference].map((mean) => mean.toFixed(4)),
  );
  const perUser = (await Deno.readTextFile(at("users.tsv"))).trimEnd().split("\n");
  const evaluated = split.userIds.filter((_, u) => relevant.offsets[u + 1]! > relevant.offsets[u]!).length;
  assert.equal(perUser.length, 1 + 2 * evaluated);
});

Deno.test("evaluate compares students with students and lists, averaged over the files of each side", async () => {
  await using folder = await smallStudent();
  const { at, student, split } = folder;
  const { metadata, dim, userFactors, itemFactors, userIds, itemIds } = student;
  const other = new Student({
    ...{ metadata, dim, userIds, itemIds, seen: split.train },
    userFactors: userFactors.toReversed(),
    itemFactors,
  });
  await saveStudent(at("other.safetensors"), other);
  const data = ["--data", at("data.dat"), "--k", "5"];
  const one = at("student.safetensors");
  const two = at("other.safetensors");
  await succeed(
    "recommend",
    "--student",
    two,
    "--all-users",
    "-k",
    String(student.items),
    "--out",
    at("run.csv"),
  );
  const { stdout } = await succeed(
    ...["evaluate", one, at("run.csv"), "--against", two, ...data, "--per-user", at("users.tsv")],
  );
  assert.match(stdout, /^mean ± standard deviation of 2 files$/m);
  using gpu = await openGpu();
  const measured = [student, other].map((model) => evaluate(gpu, model, split, { k: [5] }));
  const [own, others] = (await Promise.all(measured)).map(({ test }) => test) as [PartMetrics, PartMetrics];
  const spread = formatSpread([own, others].map(({ means }) => means["ndcg@5"]!));
  assert.deepEqual(figures(stdout)["ndcg@5"]!.slice(3).join(" "), spread);
  const row = comparePerUser(averagePerUser([own.perUser, others.perUser]), others.perUser)
    .find(({ metric }) => metric === "ndcg@5")!;
  const line = stdout.split("\n").filter((text) => text.startsWith("ndcg@5")).at(-1)!.split(/\s+/);
  assert.deepEqual(
    line.slice(1, 4),
    [row.mean, row.otherMean, row.difference].map((mean) => mean.toFixed(4)),
  );
  const models = (await Deno.readTextFile(at("users.tsv"))).trimEnd().split("\n").slice(1)
    .map((text) => text.split("\t")[0]!);
  assert.deepEqual([...new Set(models)], [one, at("run.csv"), two]);
});

Deno.test("evaluate --against tests nothing where one user is evaluated, and goes on", async () => {
  await using folder = await smallStudent();
  const { at } = folder;
  const write = (name: string, text: string) => Deno.writeTextFile(at(name), text);
  await Deno.mkdir(at("one"));
  await write("one/train.txt", "0 1 2\n1 3 4\n");
  await write("one/test.txt", "0 3\n");
  await write("run.csv", "user,item,rank\n0,3,1\n");
  const { stdout } = await succeed(
    ...["evaluate", at("run.csv"), "--against", at("run.csv"), "--data", at("one"), "--k", "1"],
    ...["--per-user", at("users.tsv")],
  );
  assert.match(stdout, /run\.csv, test, no tests: they need two users/);
  assert.equal((await Deno.readTextFile(at("users.tsv"))).trimEnd().split("\n").length, 2);
});

Deno.test("evaluate names file, line and nearest id of what is wrong", async () => {
  await using folder = await smallStudent();
  const { at } = folder;
  const [user, item] = [folder.student.userIds[0]!, folder.student.itemIds[0]!];
  const bad: [text: string, message: RegExp][] = [
    ["", /run\.csv:1: the first line is ""; expected a header/],
    ["1,2,3\n", /run\.csv:1: the first line is "1,2,3"; expected a header/],
    ["user,item,rank\n", /run\.csv: there is no row; expected at least one/],
    ["user,item\n1,2\n", /run\.csv:1: the header is .*user, item, and rank or score/],
    [
      `user,item,rank\n${user},${item},1\nx${user},${item},1\n`,
      /run\.csv:3: the data has no user .*the nearest/,
    ],
    [`user,item,rank\n${user},x${item},1\n`, /run\.csv:2: the data has no item/],
    [`user,item,rank\n${user},${item},first\n`, /run\.csv:2, field 3: "first" is not a number/],
    [`user,item,score\n${user},${item},\n`, /run\.csv:2, field 3: "" is not a number/],
    [`user,item,rank\n${user},${item}\n`, /run\.csv:2: there are 2 fields; expected 3/],
    [`user,item,rank\n"${user},${item},1\n`, /run\.csv.*[Qq]uote/],
    [`${user} Q0 ${item} 1 0.5 a\n${user} ${item}\n`, /run\.csv:2: there are 2 fields; expected 6/],
  ];
  const heldOut = folder.split.test.items[0]!;
  const owner = folder.split.userIds[folder.split.test.offsets.findLastIndex((start) => start === 0)]!;
  const pair = `${owner},${folder.split.itemIds[heldOut]}`;
  bad.push([`user,item,rank\n${pair},1\n${pair},2\n`, /run\.csv:3: user .* has item .* twice/]);
  const before = [...filesUnder(at("")), "run.csv"].sort();
  for (const [text, message] of bad) {
    await Deno.writeTextFile(at("run.csv"), text);
    await fail(message, ["evaluate", at("run.csv"), "--data", at("data.dat")]);
  }
  const run = ["evaluate", at("run.csv"), "--data", at("data.dat")];
  await fail(/nofile: there is no such file/, [...run, "--against", at("nofile")]);
  await fail(/nofile\.safetensors: there is no such file/, [
    ...["evaluate", at("other.csv"), "--data", at("nodata"), "--against", at("nofile.safetensors")],
  ]);
  const student = at("student.safetensors");
  await fail(/is a student file; expected ranked lists/, ["evaluate", "--run", student]);
  await fail(/there is nothing to measure/, ["evaluate"]);
  await fail(/files stand before --against/, ["evaluate", "--against", at("run.csv"), at("run.csv")]);
  await fail(/both given/, ["evaluate", "student.safetensors", "--run", at("run.csv")]);
  assert.deepEqual(filesUnder(at("")), before);
});
