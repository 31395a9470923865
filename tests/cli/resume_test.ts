import assert from "node:assert/strict";
import { claimFolder } from "../../src/cli/claim.ts";
import type { RunSummary } from "../../src/report/run_summary.ts";
import { fail, filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";
import { stopProgram } from "./stopped_program.ts";

const settings = ["--teachers", "MF", "--teacher-epochs", "60", "--baseline-epochs", "10", "--epochs", "80"];

/** A folder with data, teachers and a run that nothing disturbed. */
async function prepared() {
  const folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const run = (out: string, teachers = "teachers") => [
    ...[
      "distill",
      ...settings,
      "--data",
      at("small.dat"),
      "--teachers-folder",
      at(teachers),
      "--out",
      at(out),
    ],
  ];
  await succeed(...run("undisturbed"));
  return { at, run, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** What must not depend on how often a run was stopped. */
async function resultOf(folder: string) {
  const summary: RunSummary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
  const lines = (await Deno.readTextFile(`${folder}/metrics.jsonl`)).trimEnd().split("\n");
  return {
    files: filesUnder(folder),
    student: await Deno.readFile(`${folder}/student.safetensors`),
    perUser: await Deno.readTextFile(`${folder}/per_user.tsv`),
    metrics: lines.map((line) => ({ ...JSON.parse(line), seconds: 0 })),
    rows: summary.rows.map(({ name, metrics }) => ({ name, metrics })),
  };
}

const posix = { ignore: Deno.build.os === "windows" };

Deno.test("a run that was stopped continues to the results of an undisturbed one", posix, async (t) => {
  await using world = await prepared();
  const { at, run } = world;
  const expected = await resultOf(at("undisturbed"));

  await t.step("after Ctrl-C while the student learns", async () => {
    const { code, stdout, stderr } = await stopProgram(run("student"), /^student: 1\d of 80/m, "SIGINT");
    assert.equal(code, 130);
    assert.equal(stdout, "");
    const last = stderr.trimEnd().split("\n").at(-1)!;
    assert.match(last, /^stopped after epoch \d+; continue with: deno task distill --resume \S+\/student$/);
    assert.ok(filesUnder(at("student")).includes("checkpoints/student/latest.safetensors"));
    assert.ok(!filesUnder(at("student")).includes("student.safetensors"));
    {
      using _claim = await claimFolder(at("student"));
      await fail(/another process is at work in .*student/, ["distill", "--resume", at("student")]);
    }
    const resumed = await succeed("distill", "--resume", /--resume (\S+)$/.exec(last)![1]!);
    const epoch = Number(/after epoch (\d+);/.exec(last)![1]);
    const first = Number(/^student: (\d+) of 80/m.exec(resumed.stderr)![1]);
    assert.ok(first > epoch, `the first epoch shown is ${first}, the checkpoint is of ${epoch}`);
    assert.deepEqual(await resultOf(at("student")), expected);
    // The best may be one of before the stop.
    const evaluated = expected.metrics.filter(({ model, valid }) => model === "student" && valid);
    const best = Math.max(...evaluated.map(({ valid }) => valid["recall@50"]));
    const closing = /^student: .*best validation Recall@50 ([\d.]+) at epoch (\d+)$/m.exec(resumed.stderr)!;
    assert.equal(closing[1], best.toFixed(4));
    assert.equal(Number(closing[2]), evaluated.find(({ valid }) => valid["recall@50"] === best).epoch);
  });

  await t.step("after Ctrl-C while a teacher is trained", async () => {
    const args = run("teacher", "other teachers");
    const { code, stderr } = await stopProgram(args, /^MF: 1\d of 60/m, "SIGINT");
    assert.equal(code, 130);
    assert.match(stderr, /^stopped after epoch \d+; continue with: .*$/m);
    assert.deepEqual(filesUnder(at("teacher")), ["config.json"]);
    assert.ok(filesUnder(at("other teachers")).includes("small/MF/checkpoints/latest.safetensors"));
    await succeed("distill", "--resume", at("teacher"));
    assert.deepEqual(await resultOf(at("teacher")), expected);
    assert.deepEqual(filesUnder(at("other teachers")), filesUnder(at("teachers")));
    assert.deepEqual(
      await Deno.readFile(at("other teachers/small/MF/trajectory.safetensors")),
      await Deno.readFile(at("teachers/small/MF/trajectory.safetensors")),
    );
  });

  await t.step("after a kill, first of the teacher, then of the student", async () => {
    const killed = await stopProgram(run("killed", "third teachers"), /^MF: (1[2-9]|2\d) of 60/m, "SIGKILL");
    assert.equal(killed.signal, "SIGKILL");
    const again = ["distill", "--resume", at("killed")];
    assert.equal((await stopProgram(again, /^student: (1[1-9]|2\d) of 80/m, "SIGKILL")).signal, "SIGKILL");
    assert.ok(filesUnder(at("killed")).includes("checkpoints/student/latest.safetensors"));
    await succeed(...again);
    assert.deepEqual(await resultOf(at("killed")), expected);
  });

  await t.step("teachers that were stopped continue when the same command is given", async () => {
    const args = [
      ...["teachers", "--teachers", "MF", "--teacher-epochs", "60", "--data", at("small.dat")],
      ...["--teachers-folder", at("fourth teachers")],
    ];
    const { code, stderr } = await stopProgram(args, /^MF: 1\d of 60/m, "SIGTERM");
    assert.equal(code, 130);
    assert.match(stderr, /^stopped after epoch \d+; the same command continues from there$/m);
    await succeed(...args);
    assert.deepEqual(
      await Deno.readFile(at("fourth teachers/small/MF/trajectory.safetensors")),
      await Deno.readFile(at("teachers/small/MF/trajectory.safetensors")),
    );
  });
});

Deno.test("--resume refuses what it cannot continue, and changes nothing", posix, async (t) => {
  await using world = await prepared();
  const { at, run } = world;
  const resume = async (message: RegExp, name: string, ...more: string[]) => {
    const before = filesUnder(at(""));
    await fail(message, ["distill", "--resume", at(name), ...more]);
    assert.deepEqual(filesUnder(at("")), before);
  };
  await t.step(
    "a run that is complete",
    () => resume(/the run in \S+undisturbed is complete: see \S+report\.html$/, "undisturbed"),
  );
  await t.step("a folder that is not there, or is no run", async () => {
    await resume(/none is no run folder: it has no config\.json; expected one made by/, "none");
    await resume(/teachers is no run folder/, "teachers");
    await resume(/small\.dat is no run folder/, "small.dat");
  });
  await t.step("a configuration that is damaged, or of something else", async () => {
    await Deno.mkdir(at("foreign"));
    await Deno.writeTextFile(at("foreign/config.json"), '{"version": ');
    await resume(/config\.json is not JSON; the run cannot be resumed$/, "foreign");
    for (const content of ["{}", "null", "[]", '{"model_type": "bert"}']) {
      await Deno.writeTextFile(at("foreign/config.json"), content);
      await resume(/config\.json is not the configuration of a run: 'command' is absent/, "foreign");
    }
    const config = JSON.parse(await Deno.readTextFile(at("undisturbed/config.json")));
    for (
      const [change, message] of [
        [{ distill: { ...config.distill, dim: 0 } }, /the argument 'dim' is unusable: it is 0/],
        [
          { teachers: { ...config.teachers, kinds: [] } },
          /'teachers\.kinds' is \[\]; expected a list of texts$/,
        ],
        [{ data: null }, /'data\.source' is absent; expected text$/],
      ] as const
    ) {
      await Deno.writeTextFile(at("foreign/config.json"), JSON.stringify({ ...config, ...change }));
      await resume(message, "foreign");
    }
  });
  await stopProgram(run("stopped"), /^student: 1\d of 80/m, "SIGKILL");
  await t.step(
    "a run that is there already, without --resume",
    () =>
      fail(
        /stopped exists already; name another with --out, or continue it with --resume \S+stopped$/,
        run("stopped"),
      ),
  );
  await t.step("settings other than those of the run", async () => {
    const other = /was started with --dim 6, not 8; .*leave --dim out, or start a new run$/;
    await resume(other, "stopped", "--dim", "8");
    await resume(
      /was started with --minimum-interactions left out, not 5;/,
      "stopped",
      "--minimum-interactions",
      "5",
    );
    await resume(/goes on in its own folder: leave --out out$/, "stopped", "--out", at("elsewhere"));
  });
  const data = await Deno.readTextFile(at("small.dat"));
  await t.step("data that changed or is gone", async () => {
    await Deno.writeTextFile(at("small.dat"), data + "2 1 2\n");
    await resume(
      /the data of \S+small\.dat is not what \S+stopped was started with; start a new run$/,
      "stopped",
    );
    await Deno.remove(at("small.dat"));
    await resume(/small\.dat: there is no such dataset, file or folder/, "stopped");
  });
  await t.step("while the same settings and data are accepted", async () => {
    await Deno.writeTextFile(at("small.dat"), data);
    await succeed("distill", "--resume", at("stopped"), "--dim", "6", "--epochs", "80", "--teachers", "MF");
    assert.deepEqual(await resultOf(at("stopped")), await resultOf(at("undisturbed")));
  });
});
