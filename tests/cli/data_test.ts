import assert from "node:assert/strict";
import { runProgram } from "./run_program.ts";

Deno.test("data lists the registry, as a table and as JSON", async () => {
  const folder = await Deno.makeTempDir();
  const table = await runProgram(["data", "--folder", folder]);
  assert.equal(table.code, 0);
  assert.match(table.stdout, /^citeulike .* no +none stated +https:/m);
  assert.match(table.stdout, /deno task data NAME/);
  const json = await runProgram(["data", "--json", "--folder", folder]);
  const entries = JSON.parse(json.stdout);
  assert.ok(entries.length >= 4 && entries.every((entry: { present: boolean }) => entry.present === false));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("data NAME does not pass over --json", async () => {
  const { code, stderr } = await runProgram(["data", "citeulike", "--json"]);
  assert.equal(code, 1);
  assert.match(stderr, /'--json'.*citeulike is to be downloaded/);
});

Deno.test("data NAME says how to go on when the source cannot be reached, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  const flags = ["--allow-read", "--allow-write", "--allow-env"];
  const { code, stdout, stderr } = await runProgram(["data", "citeulike", "--folder", folder], { flags });
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /error: .*the download failed.*other means/);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});

/** Runs a command of a shell on a terminal, by the program `script`; null where that is absent. */
async function onTerminal(command: string): Promise<{ code: number; text: string } | null> {
  try {
    const output = await new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      cwd: new URL("../../", import.meta.url),
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(60_000),
    }).output();
    return { code: output.code, text: new TextDecoder().decode(output.stdout) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.warn("SKIPPED: there is no program 'script', which gives a terminal");
    return null;
  }
}

Deno.test("data NAME ends on a terminal too, where progress is a bar, though nothing could be loaded", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const folder = await Deno.makeTempDir();
  const flags = "--no-lock --no-prompt --allow-read --allow-write --allow-env";
  const run = await onTerminal(
    `'${Deno.execPath()}' run ${flags} src/cli/main.ts data citeulike --folder '${folder}'`,
  );
  if (run !== null) {
    assert.equal(run.code, 1);
    assert.match(run.text, /error: .*the download failed/);
  }
  await Deno.remove(folder, { recursive: true });
});

const shared = new URL("../../../shared/data/citeulike/users.dat", import.meta.url);
let present = true;
try {
  Deno.statSync(shared);
} catch {
  present = false;
  console.warn(`SKIPPED: ${shared.pathname} is absent`);
}

Deno.test(
  "data NAME accepts a file that is there with the right checksum",
  { ignore: !present },
  async () => {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/citeulike`);
    await Deno.copyFile(shared, `${folder}/citeulike/users.dat`);
    const { code, stdout } = await runProgram(["data", "citeulike", "--folder", folder], {
      flags: ["--allow-read", "--allow-env"],
    });
    assert.equal(code, 0);
    assert.match(stdout, /already there, checksums right/);
    const list = await runProgram(["data", "--folder", folder]);
    assert.match(list.stdout, /^citeulike .* yes /m);
    await Deno.remove(folder, { recursive: true });
  },
);
