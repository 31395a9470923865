import assert from "node:assert/strict";
import type { Command } from "commander";
import fc from "fast-check";
import { applyConfig, applyPreset, configText, readConfigFile } from "../../src/cli/config_file.ts";
import { createProgram } from "../../src/cli/main.ts";
import { distillSettingDefaults } from "../../src/cli/setting_options.ts";
import { DataError } from "../../src/errors.ts";
import { runProgram } from "./run_program.ts";
import { temporaryFolder } from "./small_run.ts";

/** A program whose command runs nothing, as it is after these arguments were parsed. */
async function parsed(name: string, ...args: string[]): Promise<{ program: Command; command: Command }> {
  const program = createProgram();
  const command = program.commands.find((candidate) => candidate.name() === name)!;
  command.action(() => {});
  await program.parseAsync([name, ...args], { from: "user" });
  return { program, command };
}

async function refused(name: string, content: string): Promise<string> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/${name}`, content);
  try {
    await readConfigFile(`${folder.path}/${name}`, createProgram());
  } catch (error) {
    assert.ok(error instanceof DataError, String(error));
    return error.message.replace(`${folder.path}/`, "");
  }
  throw new Error("it was accepted");
}

const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== "");
const positive = fc.integer({ min: 1, max: 100_000 });
const number = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
const values = fc.record({
  data: text,
  userColumn: text,
  delimiter: fc.constantFrom("^", " ", "\t", "||"),
  header: fc.constantFrom("yes", "no"),
  minimumRating: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  core: positive,
  split: fc.constantFrom("random", "leave-last-out", "temporal"),
  splitSeed: fc.integer({ min: 0, max: 0xffffffff }),
  teachers: fc.uniqueArray(fc.constantFrom("MF", "ML", "DL", "GNN", "AE", "I-AE"), { minLength: 1 }),
  teachersFolder: text,
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  learningRate: number,
  scores: fc.constantFrom("free", "clamped"),
  out: text,
  option: fc.record({ alpha: number, listLength: positive, advanceOnRegress: fc.boolean() }, {
    requiredKeys: [],
  }),
  teacherOption: fc.record({
    MF: fc.record({ dim: fc.integer({ min: 1, max: 1024 }), learningRate: number }, { requiredKeys: [] }),
    "I-AE": fc.record({ dropout: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
  }, { requiredKeys: [] }),
}, { requiredKeys: [] });

Deno.test("what configText() writes, readConfigFile() reads back the same, as TOML and as JSON", async () => {
  await using folder = await temporaryFolder();
  const { program, command } = await parsed("distill");
  await fc.assert(
    fc.asyncProperty(values, fc.constantFrom("toml" as const, "json" as const), async (chosen, form) => {
      const path = `${folder.path}/config.${form}`;
      await Deno.writeTextFile(path, await configText(command, form, chosen));
      const read = Object.fromEntries(await readConfigFile(path, program));
      // -0 and 0 are one number in JSON.
      const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
      assert.deepEqual(plain(read), plain({ ...command.opts(), ...chosen }));
    }),
  );
});

Deno.test("--print-config prints what gives the same configuration again", async () => {
  await using folder = await temporaryFolder();
  const commands = [
    ["distill", "--data", "citeulike", "--teachers", "AE,MF", "--option", "alpha=1.2", "--dim", "9"],
    [
      "distill",
      "--teacher-option",
      "I-AE.dropout=0.25",
      "--teacher-option",
      "DL.tower=64,32",
      "--teachers",
      "DL",
    ],
    ["teachers", "--seed", "7", "--teacher-epochs", "30", "--minimum-rating", "0"],
    ["evaluate", "--k", "5,20", "--header", "no"],
    ["compare", "--methods", "bpr,rrd", "--yardsticks", "none", "--seeds", "2,3", "--trial-epochs", "7"],
    ["search", "--model", "MF", "--space", "learningRate=log:1e-3..1e-1", "--space", "dim=8,16"],
  ];
  await Promise.all(commands.map(async (args, n) => {
    const form = n < 2 ? "json" : "toml";
    const path = `${folder.path}/${n}.${form}`;
    const first = await runProgram([...args, "--print-config", form]);
    assert.equal(first.code, 0, first.stderr);
    await Deno.writeTextFile(path, first.stdout);
    const again = await runProgram([args[0]!, "--config", path, "--print-config", form]);
    assert.equal(again.stdout, first.stdout, again.stderr);
  }));
  const citeulike = JSON.parse(await Deno.readTextFile(`${folder.path}/0.json`));
  // A flag, an option, a default, a preset of the teacher, and a default of the teacher.
  assert.equal(citeulike.dim, 9);
  assert.equal(citeulike.option.alpha, 1.2);
  assert.equal(citeulike.option.lambda, distillSettingDefaults.lambda);
  assert.equal(citeulike.teacherOption.AE.annealingSteps, 300);
  assert.equal(citeulike.teacherOption.MF.dim, 64);
  assert.equal(JSON.parse(await Deno.readTextFile(`${folder.path}/1.json`)).teacherOption.DL.tower, "64,32");
  const comparison = await Deno.readTextFile(`${folder.path}/4.toml`);
  assert.match(comparison, /^yardsticks = \[ *\]$/m);
  assert.match(comparison, /^epochs = 150$/m);
  const search = await Deno.readTextFile(`${folder.path}/5.toml`);
  assert.match(search, /^space = \[ "learningRate=log:1e-3\.\.1e-1", "dim=8,16" \]$/m);
  assert.match(search, /^firstRung = 34$/m);
});

Deno.test("flags win over the file, the file over presets, presets over defaults", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/config.toml`;
  await Deno.writeTextFile(
    path,
    "dim = 8\nseed = 3\npatience = 2\n[option]\nalpha = 1.3\nlambda = 5\n[teacherOption.MF]\ndim = 16\nevery = 7\n" +
      "[teacherOption.ML]\nmargin = 2\n",
  );
  const { command } = await parsed(
    ...["distill", "--config", path, "--dim", "9", "--option", "alpha=1.4"] as const,
    ...["--teacher-option", "MF.dim=32", "--teacher-option", "MF.batch=64"],
  );
  await applyConfig(command);
  applyPreset(command, { seed: 4, epochs: 150, learningRate: 0.5 });
  const { dim, seed, epochs, learningRate, patience, scores, option, teacherOption } = command.opts();
  assert.deepEqual({ dim, seed, epochs, learningRate, patience, scores }, {
    ...{ dim: 9, seed: 3, epochs: 150, learningRate: 0.5, patience: 2, scores: "free" },
  });
  assert.deepEqual(option, { alpha: 1.4, lambda: 5 });
  assert.deepEqual(teacherOption, { MF: { dim: 32, every: 7, batch: 64 }, ML: { margin: 2 } });
});

Deno.test("a key is read as the command means it that takes the file", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/config.toml`;
  await Deno.writeTextFile(path, "trials = 0\n");
  const { program, command } = await parsed("search", "--config", path);
  await assert.rejects(readConfigFile(path, program, command), /'trials' is 0; expected a positive integer/);
  const { command: compare } = await parsed("compare", "--config", path);
  await applyConfig(compare);
  assert.equal(compare.opts().trials, 0);
  // For another command it may be what either of the two that have it takes.
  for (
    const [text, isList] of [['against = "bpr"\n', false], ['against = ["a.tsv", "b.tsv"]\n', true]] as const
  ) {
    await Deno.writeTextFile(path, text);
    for (const [name, takes] of [["evaluate", isList], ["compare", !isList], ["distill", true]] as const) {
      const { program, command } = await parsed(name, "--config", path);
      if (takes) await applyConfig(command);
      else await assert.rejects(readConfigFile(path, program, command), /'against' is .*; expected/);
      if (takes && isList && name === "evaluate") {
        assert.deepEqual(command.opts().against, ["a.tsv", "b.tsv"]);
      }
    }
  }
  await Deno.writeTextFile(path, "select = true\n");
  const { program: same, command: teachers } = await parsed("teachers", "--config", path);
  await applyConfig(teachers);
  assert.equal(teachers.opts().select, true);
  await Deno.writeTextFile(path, 'select = "yes"\n');
  await assert.rejects(readConfigFile(path, same, teachers), /'select' is "yes"; expected true or false/);
});

Deno.test("readConfigFile() names file, line and the nearest key", async () => {
  const toml = (content: string) => refused("a.toml", content);
  assert.equal(
    await toml("dim = 8\nepohcs = 3\n"),
    'a.toml:2: there is no option "epohcs"; did you mean epochs?',
  );
  assert.match(
    await toml("\n\nlearning-rate = 1"),
    /^a\.toml:3: .*"learning-rate"; did you mean learningRate\?$/,
  );
  assert.match(await toml("[teacherOption.MF]\ndmi = 3"), /^a\.toml:2: .*'dmi' .* expected dim$/);
  assert.match(
    await toml("[teacherOption]\nMF.dim = 0.5"),
    /^a\.toml:2: .*'dim' .* it is 0\.5; expected a whole number/,
  );
  assert.match(
    await toml('[teacherOption."I-EA"]\n'),
    /^a\.toml:1: there is no teacher "I-EA"; did you mean I-AE\?$/,
  );
  assert.match(
    await toml("dim = 8\n[option]\nalpha = 1\ngain = 3"),
    /^a\.toml:4: .*'gain' .* it is 3; expected a string/,
  );
  assert.match(
    await toml("[option]\ndim = 8"),
    /^a\.toml:2: .*'dim' .*a flag and a key of its own; expected --dim/,
  );
  assert.match(await toml("option = 3"), /^a\.toml:1: 'option' is 3; expected a table$/);
  assert.match(await toml('dim = "8"'), /^a\.toml:1: 'dim' is "8"; expected an integer$/);
  assert.match(await toml("dim = 0"), /^a\.toml:1: 'dim' is 0; expected a positive integer$/);
  assert.match(await toml('teachers = ["MF", "X X"]'), /^a\.toml:1: .*there is no teacher "X X"/);
  assert.match(await toml('scores = "fre"'), /^a\.toml:1: .*Allowed choices are free, clamped/);
  assert.match(await toml("seed = 1\nseed = 2"), /^a\.toml:2: this is not TOML: /);
  assert.match(await toml('resume = "x"'), /there is no option "resume"/);
  const json = (content: string) => refused("a.json", content);
  assert.match(
    await json('{"dim": 8,\n "option": {\n"alpha": -1}}'),
    /^a\.json:3: .*'alpha' .*a positive number$/,
  );
  assert.match(await json('{"dim": 8,\n '), /^a\.json(:\d+)?: this is not JSON: /);
  assert.match(
    await json('{"command": "deno task distill --dim 8",\n "fingerprint": "ab"}'),
    /^a\.json:1: this is the record of a run, made by: deno task distill --dim 8$/,
  );
  assert.match(await json("[1]"), /^a\.json:1: this is \[1\]; expected an object of options$/);
  assert.match(await json('{"dim": null}'), /^a\.json:1: 'dim' is null; expected an integer$/);
});

Deno.test("an empty file changes nothing, and one file serves several commands", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/config.toml`;
  for (const content of ["", 'k = [5]\nteacherEpochs = 30\nepochs = 7\ndata = "sample"\n']) {
    await Deno.writeTextFile(path, content);
    const { command } = await parsed("teachers", "--config", path);
    const before = { ...command.opts() };
    await applyConfig(command);
    const expected = content === "" ? before : { ...before, teacherEpochs: 30 };
    assert.deepEqual({ ...command.opts() }, expected);
  }
});

Deno.test("--config beside --resume, and a file that is not there, are refused in one line", async () => {
  const both = await runProgram(["distill", "--config", "a.toml", "--resume", "runs/x"]);
  assert.match(
    both.stderr,
    /^error: option '--config <file>' cannot be used with option '--resume <folder>'/,
  );
  const absent = await runProgram(["teachers", "--config", "/nonexistent/a.toml"]);
  assert.equal(absent.stderr, "error: /nonexistent/a.toml: there is no such file\n");
  assert.equal(absent.code, 1);
});
