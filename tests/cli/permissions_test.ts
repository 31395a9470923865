import assert from "node:assert/strict";
import configuration from "../../deno.json" with { type: "json" };
import { commandFlags, inheritedFlags, serveFlags } from "../../src/cli/permissions.ts";
import { createProgram } from "../../src/cli/main.ts";
import { datasetRegistry } from "../../src/data/registry.ts";
import { allowedHosts } from "../../src/cli/permissions.ts";

const tasks = configuration.tasks as Record<string, { command: string; description: string }>;

Deno.test("the task of the commands grants what commandFlags() says, and nothing else", () => {
  const path = "$(deno eval --no-config 'console.log(Deno.execPath())')";
  // The path of Deno may hold blanks.
  const program = (deno: string) =>
    `${commandFlags(deno).map((flag) => flag.includes("$(") ? `"${flag}"` : flag).join(" ")} src/cli/main.ts`;
  assert.equal(tasks.hetcomp!.command, `deno run ${program(path)}`);
  const install = "deno install --global --force --name hetcomp --config deno.json";
  // An installed program is run by the deno of its day.
  assert.equal(tasks.install!.command, `${install} ${program(`deno,${path}`)}`);
});

Deno.test("the task serve grants what it needs, which is less", () => {
  assert.equal(tasks.serve!.command, `deno run ${serveFlags.join(" ")} src/cli/main.ts serve`);
});

Deno.test("every command has a task, and no task grants everything", () => {
  for (const command of createProgram().commands) {
    if (command.name() === "serve") continue;
    assert.equal(tasks[command.name()]?.command, `deno task -q hetcomp ${command.name()}`);
  }
  for (const { command } of Object.values(tasks)) assert.doesNotMatch(command, / -A\b|--allow-all/);
});

Deno.test("the hosts of all datasets may be reached", () => {
  for (const { files } of datasetRegistry) {
    for (const { url } of files) if (url !== null) assert.ok(allowedHosts.includes(new URL(url).hostname));
  }
});

Deno.test("inheritedFlags() passes on what is granted, and no more", async () => {
  const script = new URL("./inherited_program.ts", import.meta.url).pathname;
  const flags = async (...given: string[]): Promise<string[]> => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...given, script],
    })
      .output();
    return JSON.parse(new TextDecoder().decode(stdout));
  };
  assert.deepEqual(await flags(), []);
  assert.deepEqual(await flags("--allow-read", "--allow-env=HOME,PATH"), [
    "--allow-read",
    "--allow-env=HOME",
  ]);
  const all = commandFlags(Deno.execPath());
  assert.deepEqual(await flags(...all), all);
  const everything = await flags("-A");
  assert.ok(everything.includes("--allow-ffi") && everything.includes("--allow-run"));
  assert.ok((await inheritedFlags()).length > 0);
});
