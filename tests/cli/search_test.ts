import assert from "node:assert/strict";
import { claimFolder } from "../../src/cli/claim.ts";
import type { TrialRecord } from "../../src/cli/halving.ts";
import { fail, filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";
import { stopProgram } from "./stopped_program.ts";

Deno.test("search finds, keeps and prints the best, also after a kill and a Ctrl-C", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const search = (out: string, ...more: string[]) => [
    ...[
      "search",
      "--data",
      at("small.dat"),
      "--model",
      "MF",
      "--trials",
      "4",
      "--epochs",
      "40",
      "--first-rung",
      "10",
    ],
    ...[
      "--eta",
      "2",
      "--space",
      "learningRate=log:1e-3..1e-1",
      "--space",
      "dim=8,16",
      "--seed",
      "3",
      "--out",
      at(out),
    ],
    ...["--teacher-option", "MF.every=5", ...more],
  ];
  const undisturbed = await succeed(...search("undisturbed"));
  const trials = async (out: string) => {
    const lines = (await Deno.readTextFile(at(`${out}/trials.jsonl`))).trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as TrialRecord & { settings: Record<string, number> });
  };
  const expected = await trials("undisturbed");
  assert.deepEqual(expected.map(({ rungs }) => rungs.length).toSorted(), [1, 1, 2, 3]);
  assert.deepEqual(filesUnder(at("undisturbed")), ["best.toml", "search.json", "trials.jsonl"]);
  assert.doesNotMatch(await Deno.readTextFile(at("undisturbed/trials.jsonl")), /test/);

  {
    using _claim = await claimFolder(at("taken"));
    await fail(/another process is at work in .*taken/, search("taken"));
    assert.ok(!filesUnder(at("")).some((name) => name.startsWith("taken/")));
  }
  assert.equal((await stopProgram(search("stopped"), /^trial 1:/m, "SIGKILL")).signal, "SIGKILL");
  const stopped = await stopProgram(search("stopped"), /^trial \d: [23]\d of 40/m, "SIGINT");
  assert.equal(stopped.code, 130);
  await fail(
    /was started with other settings or data \(trials 4, not 5; see .*search\.json\)/,
    search("stopped", "--trials", "5"),
  );
  const resumed = await succeed(...search("stopped"));
  assert.deepEqual(await trials("stopped"), expected);
  assert.equal(
    resumed.stdout.replaceAll(at("stopped"), ""),
    undisturbed.stdout.replaceAll(at("undisturbed"), ""),
  );

  const best = expected.toSorted((a, b) => b.rungs.at(-1)!.value - a.rungs.at(-1)!.value)[0]!;
  const printed = await succeed(
    "teachers",
    "--config",
    at("undisturbed/best.toml"),
    "--print-config",
    "json",
  );
  const { teacherEpochs, teacherOption: { MF } } = JSON.parse(printed.stdout);
  assert.equal(teacherEpochs, 40);
  assert.deepEqual({ dim: MF.dim, learningRate: MF.learningRate, every: MF.every }, {
    ...best.settings,
    every: 5,
  });
});

Deno.test("search puts a trial that diverges behind the others", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  await succeed(
    ...["search", "--data", at("small.dat"), "--model", "MF", "--trials", "2", "--epochs", "20"],
    ...["--space", "learningRate=0.01,1e30", "--teacher-option", "MF.every=5", "--out", at("out")],
  );
  assert.match(await Deno.readTextFile(at("out/best.toml")), /learningRate = 0\.01/);
  const wild = [
    ...["search", "--data", at("small.dat"), "--model", "MF", "--trials", "2", "--epochs", "20"],
    ...["--space", "learningRate=1e29,1e30", "--teacher-option", "MF.every=5", "--out", at("wild")],
  ];
  await fail(/the numbers of every trial left the range of floats .*trials\.jsonl.*--space/, wild);
  assert.deepEqual(filesUnder(at("wild")).filter((name) => name === "best.toml"), []);
  const lines = (await Deno.readTextFile(at("wild/trials.jsonl"))).trimEnd().split("\n");
  assert.ok(lines.every((line) => (JSON.parse(line) as TrialRecord).rungs.at(-1)!.diverged === true));
});

Deno.test("search of the student keeps to its teachers, and refuses settings that do not go together", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const search = (...space: string[]) => [
    ...["search", "--data", at("small.dat"), "--model", "student", "--teachers", "RP3beta"],
    ...["--teachers-folder", at("teachers"), "--trials", "2", "--epochs", "4", "--option", "every=2"],
    ...space.flatMap((each) => ["--space", each]),
    ...["--out", at("out")],
  ];
  await fail(/'start' is unusable: it is spectral, .* GNN /, search("student=GNN", "start=spectral"));
  await fail(/'dim' is unusable: it is 128; expected at most 64/, search("student=Quadric", "dim=128"));
  assert.deepEqual(filesUnder(at("")), ["small.dat"]);
  await succeed(...search("learningRate=0.01,0.02"));
  await succeed(...search("learningRate=0.01,0.02"));
  await Deno.remove(at("teachers"), { recursive: true });
  const other = [...search("learningRate=0.01,0.02"), "--teacher-option", "RP3beta.beta=0.9"];
  await fail(/was started with other settings/, other);
  await succeed(
    ...["teachers", "--data", at("small.dat"), "--teachers", "RP3beta", "--teachers-folder", at("teachers")],
    ...["--teacher-option", "RP3beta.beta=0.9"],
  );
  await fail(/were taught by another RP3beta than the one there is now/, search("learningRate=0.01,0.02"));
});

Deno.test("search refuses settings that do not exist, before anything is made", async () => {
  await using folder = await temporaryFolder();
  const out = `${folder.path}/out`;
  const refused = (message: RegExp, ...args: string[]) => fail(message, ["search", "--out", out, ...args]);
  await refused(/'learnRate' .* expected learningRate$/, "--model", "MF", "--space", "learnRate=1");
  await refused(
    /'dim' is unusable: it is \d+\.\d+; expected a whole number .*dim=int:4\.\.32\)$/,
    "--model",
    "MF",
    "--space",
    "dim=4..32",
  );
  await refused(/'seed' .* a search cannot choose it/, "--model", "student", "--space", "seed=1,2");
  await refused(/required option '--model <kind>' not specified/, "--space", "dim=8");
  await refused(/required option '--space <.*>' not specified/, "--model", "MF");
  await refused(/--space dim' .* not in order/, "--model", "student", "--space", "dim=9..3");
  assert.deepEqual(filesUnder(folder.path), []);
});
