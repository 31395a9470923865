import assert from "node:assert/strict";
import { runProgram } from "./run_program.ts";
import { fail, succeed, temporaryFolder } from "./small_run.ts";

Deno.test("data describe prints what a file holds", async (t) => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/log.csv`;
  await Deno.writeTextFile(
    path,
    "userId,movieId,rating,timestamp\na,007,5,1112486027\nb,7,1,1112486028\na,007,4,1112486030\n",
  );
  await t.step("as text", async () => {
    const { stdout, stderr } = await succeed("data", "describe", path);
    assert.match(stderr, /^columns: user = userId, item = movieId, rating = rating, time = timestamp$/m);
    assert.match(stdout, /^rows +3$/m);
    assert.match(stdout, /^repeated pairs +1$/m);
    assert.match(stdout, /^density +50\.00 %$/m);
    assert.match(stdout, /^ratings +1 to 5$/m);
    assert.match(stdout, /^times +2005-04-02 23:53:47 to 2005-04-02 23:53:50$/m);
    assert.match(stdout, /^ +2 +0 +0 +0 +0 %$/m);
  });
  await t.step("as JSON, wherever --json stands", async () => {
    for (const args of [["data", "describe", path, "--json"], ["data", "--json", "describe", path]]) {
      const { stdout, stderr } = await runProgram(["--quiet", ...args, "--minimum-rating", "4"]);
      const found = JSON.parse(stdout);
      assert.deepEqual([found.rows, found.belowRating, found.pairs, found.cores.length], [3, 1, 1, 5]);
      assert.equal(stderr, "");
    }
  });
  await t.step("where no row is left, and where a time is no date", async () => {
    const none = await succeed("data", "describe", path, "--minimum-rating", "9");
    assert.match(none.stdout, /^times +none$/m);
    const odd = `${folder.path}/odd.csv`;
    await Deno.writeTextFile(odd, "user,item,timestamp\nu,i,-5\nv,j,1e30\n");
    assert.match((await succeed("data", "describe", odd)).stdout, /^times +-5 to 1e\+30$/m);
  });
  await t.step("and what is wrong with it", async () => {
    await fail(/log\.csv:1: there is no column "who" for --user-column/, [
      "data",
      "describe",
      path,
      "--user-column",
      "who",
    ]);
    await fail(/nowhere: there is no such dataset, file or folder/, ["data", "describe", "nowhere"]);
  });
});
