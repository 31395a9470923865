import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };
import { createProgram } from "../../src/cli/main.ts";
import { runProgram } from "./run_program.ts";

const program = new URL("../../src/cli/main.ts", import.meta.url).pathname;

Deno.test("hetcomp --version prints the version of deno.json", async () => {
  const { code, stdout } = await runProgram(["--version"]);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), configuration.version);
});

Deno.test("every command has a description, and examples in its help", async () => {
  const names = createProgram().commands.map((command) => command.name());
  assert.ok(names.includes("doctor") && names.includes("data"));
  const overview = await runProgram(["--help"]);
  assert.equal(overview.code, 0);
  for (const command of createProgram().commands) {
    assert.notEqual(command.description(), "");
    assert.match(overview.stdout, new RegExp(`^  ${command.name()}\\b`, "m"));
  }
  const helps = await Promise.all(names.map((name) => runProgram([name, "--help"])));
  helps.forEach(({ code, stdout }, n) => {
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Examples:\n  deno task ${names[n]}`));
  });
});

Deno.test("outside the repository, what to type is named as the program is installed", async () => {
  const folder = await Deno.makeTempDir();
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--no-prompt", "--allow-read", "--allow-env", program, "recommend", "--help"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(output.stdout);
  assert.ok(text.includes("Examples:\n  hetcomp recommend "), text);
  assert.doesNotMatch(text, /deno task/);
  await Deno.remove(folder);
});

Deno.test("an unknown command or option is named, with a hint, on standard error", async () => {
  const command = await runProgram(["docter"]);
  assert.equal(command.code, 1);
  assert.match(command.stderr, /error: unknown command 'docter'/);
  assert.match(command.stderr, /Did you mean doctor\?/);
  assert.match(command.stderr, /--help/);
  const option = await runProgram(["doctor", "--jsno"]);
  assert.equal(option.code, 1);
  assert.match(option.stderr, /error: unknown option '--jsno'/);
  assert.equal(command.stdout + option.stdout, "");
});

Deno.test("without a command the help is shown and the exit code is 1", async () => {
  const { code, stderr } = await runProgram([]);
  assert.equal(code, 1);
  assert.match(stderr, /Usage: hetcomp/);
});

Deno.test("a user's mistake gives one line without a stack and exit code 1", async () => {
  const { code, stdout, stderr } = await runProgram(["data", "movielens"]);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: movielens: .*citeulike/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

Deno.test("a -- before the options of a command, as npm wants it, changes nothing", async () => {
  const { code, stdout } = await runProgram(["data", "--", "--help"]);
  assert.equal(code, 0);
  assert.match(stdout, /Usage: hetcomp data/);
});
