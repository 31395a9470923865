import assert from "node:assert/strict";
import { discardUnstarted, requireNewFolder, startRunFolder } from "../../src/cli/run_folder.ts";
import { filesUnder, temporaryFolder } from "./small_run.ts";

Deno.test("discardUnstarted() takes away a run that nothing came of, and no other", async () => {
  await using folder = await temporaryFolder();
  const run = `${folder.path}/run`;
  await startRunFolder(run, { version: "1" });
  assert.equal(await discardUnstarted(run), true);
  assert.deepEqual(filesUnder(folder.path), []);
  for (const left of ["checkpoints/student/latest", "summary.json"]) {
    await startRunFolder(run, { version: "1" });
    await Deno.mkdir(`${run}/checkpoints/student`, { recursive: true });
    await Deno.writeTextFile(`${run}/${left}`, "");
    if (left === "summary.json") await Deno.remove(`${run}/checkpoints`, { recursive: true });
    assert.equal(await discardUnstarted(run), false);
    assert.ok(filesUnder(run).includes("config.json"));
    await Deno.remove(run, { recursive: true });
  }
});

Deno.test("requireNewFolder() takes an empty folder, and advises to resume only what is a run", async () => {
  await using folder = await temporaryFolder();
  const run = `${folder.path}/run`;
  await requireNewFolder(run);
  await Deno.mkdir(run);
  await requireNewFolder(run);
  await startRunFolder(run, { version: "1" });
  await assert.rejects(
    requireNewFolder(run),
    /run exists already; name another with --out, or continue it with --resume .*run$/,
  );
  await Deno.writeTextFile(`${run}/summary.json`, "{}");
  await assert.rejects(requireNewFolder(run), /run exists already; name another with --out$/);
  await Deno.rename(`${run}/config.json`, `${run}/other.json`);
  await assert.rejects(requireNewFolder(run), /run exists already; name another with --out$/);
});
