import assert from "node:assert/strict";
import { discardUnstarted, startRunFolder } from "../../src/cli/run_folder.ts";
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
