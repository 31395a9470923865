import assert from "node:assert/strict";
import { generateSample } from "../../src/data/sample.ts";
import { printUsersDat } from "../data/list_texts.ts";
import { yardstickKinds } from "../../src/models/yardsticks.ts";
import { loadStudent, saveStudent } from "../../src/models/student_file.ts";
import type { RunSummary } from "../../src/report/run_summary.ts";
import { runProgram } from "./run_program.ts";
import { fail, filesUnder, shortRun, smallData, succeed, temporaryFolder } from "./small_run.ts";

const runFiles = [
  "config.json",
  "metrics.jsonl",
  "per_user.tsv",
  "report.html",
  "student.safetensors",
  "summary.json",
];
const settings = [
  "--teachers",
  "MF,ML",
  "--teacher-epochs",
  "40",
  "--baseline-epochs",
  "10",
  "--epochs",
  "30",
];

async function readSummary(folder: string): Promise<RunSummary> {
  return JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
}

Deno.test("distill writes a run folder, which evaluate, teachers and a second run agree with", async (t) => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const teachers = ["--data", at("small.dat"), "--teachers-folder", at("teachers")];
  const first = await succeed("distill", ...settings, ...teachers, "--out", at("first"));

  await t.step("the folder holds every result and no checkpoints", () => {
    assert.deepEqual(filesUnder(at("first")), runFiles);
    assert.deepEqual(
      filesUnder(at("teachers")),
      ["ML", "MF"].flatMap((kind) =>
        ["manifest", "trajectory"].map((name) =>
          `small/${kind}/${name}.${name === "manifest" ? "json" : "safetensors"}`
        )
      ).sort(),
    );
  });

  const summary = await readSummary(at("first"));
  await t.step("standard output holds the results only, notices go to standard error", () => {
    const lines = first.stdout.trimEnd().split("\n");
    assert.match(lines[0]!, /^test +Recall@10 +NDCG@10 +Recall@50 +NDCG@50 +parameters +training$/);
    assert.deepEqual(
      lines.slice(2, 11).map((line) => line.split(/ {2,}/)[0]),
      [...yardstickKinds, "MF", "ML", "ensemble", "w/o KD", "student"],
    );
    for (const { name, metrics } of summary.rows) {
      const line = lines.find((line) => line.startsWith(`${name} `))!;
      assert.ok(line.includes(metrics["recall@50"]!.toFixed(4)), line);
    }
    assert.match(
      lines.slice(11, 13).join("\n"),
      /^\nensemble over best teacher.*: Recall@50 [+-]\d.* %.*, NDCG@50 [+-]\d.* %.*$/,
    );
    assert.match(lines[13]!, /^student at 95 % of its best validation Recall@50 .*: epoch \d+, /);
    assert.deepEqual(lines.slice(14), [
      "",
      `student: ${at("first")}/student.safetensors`,
      `report:  ${at("first")}/report.html`,
    ]);
    assert.match(first.stderr, /^data: small, 100 users, 150 items, \d+ training pairs$/m);
    assert.match(first.stderr, /^yardsticks: 4 models in /m);
    assert.match(first.stderr, /^student: 30 epochs in .* best validation Recall@50 0\.\d{4} at epoch \d+$/m);
  });

  await t.step("metrics.jsonl has one JSON object for every epoch of both models", async () => {
    const records = (await Deno.readTextFile(at("first/metrics.jsonl"))).trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    for (const [model, epochs] of [["student", 30], ["w/o KD", 10]] as const) {
      const own = records.filter((record) => record.model === model);
      assert.deepEqual(own.map(({ epoch }) => epoch), Array.from({ length: epochs }, (_, n) => n + 1));
      for (const { epoch, loss, seconds, valid, test } of own) {
        assert.ok(Number.isFinite(loss) && seconds >= 0);
        for (const metrics of [valid, test]) assert.equal(metrics?.["recall@50"] >= 0, epoch % 10 === 0);
      }
    }
    assert.equal(records.length, 40);
  });

  await t.step(
    "per_user.tsv has one line for each model and evaluated user, whose means are those told",
    async () => {
      const [header, ...rows] = (await Deno.readTextFile(at("first/per_user.tsv"))).trimEnd().split("\n")
        .map((line) => line.split("\t"));
      assert.deepEqual(header!.slice(0, 4), ["model", "user", "recall@10", "ndcg@10"]);
      const column = header!.indexOf("recall@50");
      for (const { name, metrics } of summary.rows) {
        const own = rows.filter((row) => row[0] === name);
        assert.equal(new Set(own.map((row) => row[1])).size, own.length);
        assert.ok(own.length > 90 && own.every((row) => row.length === header!.length));
        assert.ok(
          own.every((row) => row.slice(2).every((value) => Number(value) >= 0 && Number(value) <= 1)),
        );
        const mean = own.reduce((sum, row) => sum + Number(row[column]), 0) / own.length;
        assert.ok(Math.abs(mean - metrics["recall@50"]!) < 1e-12, name);
      }
    },
  );

  await t.step("the student recommends unseen items, and its teachers were worth having", async () => {
    const student = await loadStudent(at("first/student.safetensors"));
    assert.deepEqual([student.users, student.items, student.dim], [100, 150, 6]);
    assert.equal(student.metadata.teachers, "MF,ML");
    const recommended = student.recommend("7", { k: 10 }).map(({ item }) => item);
    const seen = student.seen!.items.subarray(student.seen!.offsets[7], student.seen!.offsets[8]);
    assert.equal(recommended.length, 10);
    assert.ok(seen.length > 0 && [...seen].every((item) => !recommended.includes(student.itemIds[item]!)));
    const recall = Object.fromEntries(summary.rows.map((row) => [row.name, row.metrics["recall@50"]!]));
    assert.ok(recall.MF! > 0.5, `${recall.MF}`);
  });

  await t.step("report.html shows the table and loads nothing from elsewhere", async () => {
    const report = await Deno.readTextFile(at("first/report.html"));
    for (const { name, metrics } of summary.rows) {
      assert.ok(report.includes(`${name}<`) && report.includes(metrics["recall@50"]!.toFixed(4)), name);
    }
    assert.doesNotMatch(report, /<(script|link|iframe|img|object|embed)\b|@import|url\((?!#)/i);
    assert.doesNotMatch(report, /\b(src|href|action)\s*=\s*["']?(?!#)/i);
  });

  await t.step("evaluate prints the same figures", async () => {
    const path = at("first/student.safetensors");
    const { stdout } = await succeed(
      "evaluate",
      path,
      "--data",
      at("small.dat"),
      "--per-user",
      at("users.tsv"),
    );
    const { metrics, validMetrics } = summary.rows.find((row) => row.name === "student")!;
    for (const name of ["recall@50", "ndcg@10"]) {
      const [, valid, test] = stdout.split("\n").find((line) => line.startsWith(name))!.split(/ {2,}/);
      assert.deepEqual([valid, test], [validMetrics![name]!.toFixed(4), metrics[name]!.toFixed(4)]);
    }
    const all = await Deno.readTextFile(at("first/per_user.tsv"));
    const own = all.split("\n").filter((line) => /^(student|model)\t/.test(line));
    assert.deepEqual((await Deno.readTextFile(at("users.tsv"))).trimEnd().split("\n"), own);
  });

  await t.step("teachers shows the teachers' rows and trains nothing again", async () => {
    const { stdout, stderr } = await succeed("teachers", ...settings.slice(0, 4), ...teachers);
    const [results, gain, overlap] = stdout.trimEnd().split("\n\n").map((part) => part.split("\n"));
    const lines = results!.slice(2);
    assert.deepEqual(lines.map((line) => line.split(/ {2,}/)[0]), [
      ...yardstickKinds,
      "MF",
      "ML",
      "ensemble",
    ]);
    assert.match(gain!.join("\n"), /^ensemble over best teacher.*: Recall@50 /);
    assert.match(
      overlap!.join("\n"),
      /^overlap@50 +MF +ML +ensemble\n.*\nMF +1\.00 +(0\.\d\d) +0\.\d\d\nML +\1 +1\.00 /,
    );
    for (const line of lines) {
      const [name, recall] = line.split(/ {2,}/);
      assert.equal(recall, summary.rows.find((row) => row.name === name)!.metrics["recall@10"]!.toFixed(4));
    }
    assert.match(stderr, /^MF: trained before, in .*small\/MF$/m);
    assert.doesNotMatch(stderr, /epochs/);
  });

  await t.step("teachers --out writes the same figures, a report and a line for each user", async () => {
    const out = ["--out", at("table")];
    const { stdout } = await succeed("teachers", ...settings.slice(0, 4), ...teachers, ...out);
    assert.ok(stdout.endsWith(`\nreport:  ${at("table")}/report.html\n`), stdout);
    assert.deepEqual(filesUnder(at("table")), ["per_user.tsv", "report.html", "summary.json"]);
    const own = await readSummary(at("table"));
    const known = summary.rows.filter(({ role }) => role !== "student" && role !== "baseline");
    assert.deepEqual(own.rows, known);
    assert.deepEqual(own.overlap, summary.overlap);
    assert.ok(own.command.startsWith("deno task teachers --teachers MF,ML "), own.command);
    const report = await Deno.readTextFile(at("table/report.html"));
    for (const { name, metrics } of known) {
      assert.ok(report.includes(`${name}<`) && report.includes(metrics["recall@50"]!.toFixed(4)), name);
    }
    const all = (await Deno.readTextFile(at("first/per_user.tsv"))).split("\n");
    assert.equal(
      await Deno.readTextFile(at("table/per_user.tsv")),
      all.filter((line) => !/^(student|w\/o KD)\t/.test(line)).join("\n"),
    );
    await fail(/table exists already; name another with --out$/, ["teachers", ...teachers, ...out]);
  });

  await t.step("teachers of another seed or length are used, and that is said", async () => {
    const { stderr } = await succeed(
      ...["teachers", "--teachers", "MF", "--teacher-epochs", "50", "--seed", "2", ...teachers],
    );
    assert.match(stderr, /^MF: trained before with seed 1, not 2 and at most 40 epochs, not 50, in /m);
  });

  const expected = await Deno.readFile(at("first/student.safetensors"));
  await t.step(
    "a second run with the same teachers gives the same student, silently with --quiet",
    async () => {
      const outcome = await succeed("-q", "distill", ...settings, ...teachers, "--out", at("second run"));
      assert.equal(outcome.stderr, "");
      assert.match(outcome.stdout, /^student: .*second run\/student.safetensors$/m);
      assert.deepEqual(await Deno.readFile(at("second run/student.safetensors")), expected);
      const { command } = await readSummary(at("second run"));
      assert.ok(command.startsWith("deno task distill -q --teachers MF,ML "), command);
      assert.ok(command.endsWith(`--out '${at("second run")}'`), command);
    },
  );

  await t.step("so does one that trains its teachers anew", async () => {
    const other = ["--data", at("small.dat"), "--teachers-folder", at("others")];
    await succeed("distill", ...settings, ...other, "--out", at("third"));
    assert.deepEqual(await Deno.readFile(at("third/student.safetensors")), expected);
  });

  await t.step(
    "a student of quadrics has twice the numbers for a user, and its file the same figures",
    async () => {
      const options = ["--student", "Quadric", "--option", "start=spectral", "--option", "loss=weighted"];
      await succeed("distill", ...settings, ...options, ...teachers, "--out", at("quadrics"));
      const path = at("quadrics/student.safetensors");
      const own = await readSummary(at("quadrics"));
      assert.deepEqual([own.student.dim, own.student.parameters], [6, 6 * 350]);
      const student = await loadStudent(path);
      assert.deepEqual([student.squares, student.dim], [true, 12]);
      const { metrics, parameters } = own.rows.find((row) => row.name === "student")!;
      assert.equal(parameters, own.student.parameters);
      assert.equal(own.rows.find((row) => row.name === "w/o KD")!.parameters, parameters);
      const { stdout } = await succeed("evaluate", path, "--data", at("small.dat"));
      for (const name of ["recall@10", "ndcg@50"]) {
        const [, , test] = stdout.split("\n").find((line) => line.startsWith(name))!.split(/ {2,}/);
        assert.equal(test, metrics[name]!.toFixed(4));
      }
    },
  );

  await t.step("another seed gives another student", async () => {
    await succeed("distill", ...settings, ...teachers, "--seed", "2", "--out", at("fourth"));
    assert.notDeepEqual(await Deno.readFile(at("fourth/student.safetensors")), expected);
  });
});

Deno.test("distill and evaluate work where there are fewer items than places in a list", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const dataset = generateSample({ users: 60, items: 90, interactions: 800, communities: 2 });
  await Deno.writeTextFile(at("tiny.dat"), printUsersDat(dataset.interactions));
  const place = ["--data", at("tiny.dat"), "--teachers-folder", at("teachers"), "--out", at("run")];
  await succeed("distill", ...shortRun, "--epochs", "20", ...place);
  const path = at("run/student.safetensors");
  const { stdout } = await succeed("evaluate", path, "--data", at("tiny.dat"), "--k", "50,90,5000");
  assert.doesNotMatch(stdout, /^recall@50 +1\.0000/m);
  for (const k of [90, 5000]) {
    assert.match(stdout, new RegExp(`^recall@${k} +1\\.0000 +1\\.0000$`, "m"));
    assert.match(stdout, new RegExp(`^hit@${k} +1\\.0000 +1\\.0000$`, "m"));
  }
});

Deno.test("users with one item or none are kept in training and not evaluated", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("few.dat"), smallData() + "1 3\n0\n");
  const place = ["--data", at("few.dat"), "--teachers-folder", at("teachers"), "--out", at("run")];
  await succeed("distill", ...shortRun, "--epochs", "20", ...place);
  const student = await loadStudent(at("run/student.safetensors"));
  assert.equal(student.users, 102);
  const one = student.recommend("100", { k: 150 }).map(({ item }) => item);
  assert.ok(one.length === student.items - 1 && !one.includes("3"));
  assert.equal(student.recommend("101", { k: 150 }).length, student.items);
  assert.doesNotMatch(await Deno.readTextFile(at("run/per_user.tsv")), /^student\t10[01]\t/m);
});

Deno.test("evaluate shows no figures for a part that nobody has items in", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("train.txt"), "0 1 2\n1 2 3\n");
  await Deno.writeTextFile(at("test.txt"), "0 3\n1 0\n");
  const student = {
    dim: 1,
    userFactors: Float32Array.of(1, 1),
    itemFactors: Float32Array.of(1, 2, 3, 4),
    userIds: ["0", "1"],
    itemIds: ["0", "1", "2", "3"],
  };
  await saveStudent(at("student.safetensors"), student);
  const { stdout } = await succeed("evaluate", at("student.safetensors"), "--data", folder.path, "--k", "1");
  assert.match(stdout, /^recall@1 +– +0\.5000$/m);
  assert.match(stdout, /^users evaluated: 0 on validation, 2 on test$/m);
});

Deno.test("a failed run says so on standard error even with --quiet", async () => {
  const { code, stderr } = await runProgram(["distill", "--quiet", "--data", "no/such/file.dat"]);
  assert.equal(code, 1);
  assert.match(stderr, /^error: no\/such\/file\.dat: there is no such dataset/);
});
