import assert from "node:assert/strict";
import { askedLogForm, jsonLine, setLogForm } from "../../src/cli/log.ts";
import { createProgress } from "../../src/cli/progress.ts";
import { runProgram } from "./run_program.ts";
import { shortRun, smallData, temporaryFolder } from "./small_run.ts";

interface Line {
  time: string;
  level: string;
  event: string;
  [field: string]: unknown;
}

function linesOf(stderr: string): Line[] {
  const lines = stderr.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Line);
  for (const { time, level, event } of lines) {
    assert.equal(new Date(time).toISOString(), time);
    assert.ok(["info", "warning", "error"].includes(level));
    assert.match(event, /^[a-z]+$/);
  }
  return lines;
}

Deno.test("askedLogForm() finds the form wherever it stands", () => {
  assert.equal(askedLogForm([]), "text");
  assert.equal(askedLogForm(["distill", "--log", "json"]), "json");
  assert.equal(askedLogForm(["--log=json", "distill"]), "json");
  assert.equal(askedLogForm(["distill", "--log"]), "text");
  assert.equal(askedLogForm(["distill", "--", "--log", "json"]), "text");
  assert.equal(askedLogForm(["--log", "json", "--log=text"]), "text");
});

Deno.test("jsonLine() puts time, level and event first", () => {
  const line = jsonLine("info", "stage", { label: "a\nb" }, new Date(0));
  assert.equal(line, '{"time":"1970-01-01T00:00:00.000Z","level":"info","event":"stage","label":"a\\nb"}');
});

Deno.test("createProgress() writes objects when the log is JSON, and nothing when quiet", () => {
  let written = "";
  let milliseconds = 0;
  const stream = {
    isTerminal: () => true,
    writeSync: (bytes: Uint8Array) => {
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  const run = (quiet: boolean) => {
    const progress = createProgress({
      label: "MF",
      total: 4,
      unit: "epochs",
      quiet,
      stream,
      now: () => milliseconds,
    });
    milliseconds += 1000;
    progress.update(1, "loss 2");
    progress.stop();
  };
  setLogForm("json");
  try {
    run(true);
    assert.equal(written, "");
    run(false);
  } finally {
    setLogForm("text");
  }
  const [update, end, ...rest] = linesOf(written);
  assert.equal(rest.length, 0);
  const { time: _time, ...fields } = update!;
  assert.deepEqual(fields, {
    ...{ level: "info", event: "progress", label: "MF", unit: "epochs", done: 1, total: 4, perSecond: 1 },
    ...{ remainingSeconds: 3, seconds: 1, finished: false, message: "loss 2" },
  });
  assert.equal(end!.finished, true);
});

Deno.test("with --log json all of standard error is objects, and standard output is as without", async () => {
  await using folder = await temporaryFolder();
  const data = `${folder.path}/small.dat`;
  await Deno.writeTextFile(data, smallData());
  const run = (...more: string[]) =>
    runProgram([
      ...[
        "teachers",
        ...shortRun.slice(0, 4),
        "--data",
        data,
        "--teachers-folder",
        `${folder.path}/t`,
        ...more,
      ],
    ]);
  const trained = await run("--log", "json");
  assert.equal(trained.code, 0, trained.stderr);
  const events = linesOf(trained.stderr);
  const evaluations = events.filter(({ event, label }) => event === "evaluation" && label === "MF");
  assert.ok(evaluations.length >= 4);
  assert.ok((evaluations[0]!.valid as Record<string, number>)["recall@50"]! >= 0);
  assert.ok(events.some(({ event, finished }) => event === "progress" && finished === true));
  const [text, json, quiet] = [await run(), await run("--log=json"), await run("--log=json", "--quiet")];
  assert.equal(json.stdout, text.stdout);
  assert.equal(quiet.stderr, "");
  const notice = linesOf(json.stderr).find(({ event }) => event === "teacher")!;
  assert.deepEqual(notice.differences, []);

  const other = await run("--log=json", "--teacher-option", "MF.dim=32", "--seed", "2");
  const { differences } = linesOf(other.stderr).find(({ event }) => event === "teacher")!;
  assert.deepEqual(differences, ["seed 1, not 2", "dim 64, not 32"]);
});

Deno.test("errors and mistakes on the command line are objects too", async () => {
  const unknown = await runProgram(["docter", "--log", "json"]);
  const mistake = await runProgram(["--log=json", "data", "movielens"]);
  for (const { code, stdout, stderr } of [unknown, mistake]) {
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const [error] = linesOf(stderr);
    assert.equal(error!.level, "error");
    assert.equal(error!.event, "error");
    assert.equal(error!.code, 1);
    assert.doesNotMatch(error!.message as string, /^error/);
  }
});
