import assert from "node:assert/strict";
import { takeClaim } from "../../src/cli/claim.ts";
import { folderCheckpoints } from "../../src/teachers/checkpoint_store.ts";
import { facts, results, untimedTable } from "./comparison_facts.ts";
import { runProgram } from "./run_program.ts";
import { filesUnder, smallData, succeed, temporaryFolder } from "./small_run.ts";
import { stopProgram } from "./stopped_program.ts";

const posix = { ignore: Deno.build.os === "windows" };

async function until(fulfilled: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!fulfilled()) {
    assert.ok(performance.now() < deadline, "nothing came of it in two minutes");
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

Deno.test("processes share a comparison and come to the results of one", posix, async (t) => {
  await using folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("small.dat"), smallData());
  const command = (name: string, teachers = "teachers") => [
    ...["compare", "--data", at("small.dat"), "--teachers", "MF,ML", "--teacher-epochs", "40"],
    ...["--teachers-folder", at(teachers), "--epochs", "20", "--yardsticks", "TopPop"],
    ...["--methods", "bpr,rrd", "--seeds", "1,2", "--trials", "2", "--out", at(name)],
  ];
  const claims = (name: string) => filesUnder(at(name)).filter((file) => /claim/.test(file));
  const holds = (name: string, ...paths: string[]) => {
    const files = filesUnder(at(name));
    return paths.every((path) => files.includes(path));
  };
  await succeed(...command("alone"));
  const expected = facts(await results(at("alone")));
  const same = async (name: string) => {
    assert.deepEqual(facts(await results(at(name))), expected);
    assert.deepEqual(await untimedTable(at(name)), await untimedTable(at("alone")));
    assert.deepEqual(filesUnder(at(name)), filesUnder(at("alone")));
  };

  await t.step("the same command twice, each teacher trained by one of them", async () => {
    const both = await Promise.all([1, 2].map(() => succeed(...command("twice", "new teachers"))));
    for (const kind of ["MF", "ML"]) {
      const trained = both.filter(({ stderr }) => new RegExp(`^${kind}: \\d+ epochs in`, "m").test(stderr));
      assert.equal(trained.length, 1, kind);
    }
    assert.equal(both[0]!.stdout.replaceAll(/ \d.*s$/gm, ""), both[1]!.stdout.replaceAll(/ \d.*s$/gm, ""));
    assert.deepEqual(filesUnder(at("new teachers")), filesUnder(at("teachers")));
    await same("twice");
  });

  await t.step("what was left behind a finished training is put away", async () => {
    for (const finished of ["twice/cells/rrd-2", "twice/trials/bpr-1", "new teachers/small/MF"]) {
      const checkpoints = folderCheckpoints(at(`${finished}/checkpoints`));
      await checkpoints.put("latest", { arrays: {}, facts: { epoch: 20 } });
      await Deno.writeTextFile(at(`${finished}/claim`), "");
    }
    await succeed(...command("twice", "new teachers"));
    await same("twice");
    assert.deepEqual(filesUnder(at("new teachers")), filesUnder(at("teachers")));
  });

  await t.step("--workers", async () => {
    const { stderr } = await succeed(...command("workers"), "--workers", "3");
    assert.doesNotMatch(stderr, /failed/);
    await same("workers");
    const { commands } = await results(at("workers"));
    assert.deepEqual(commands.length, 1);
    assert.match(commands[0]!, /--workers 3$/);
  });

  await t.step("what another process is at is left to it, and waited for in the end", async () => {
    const claim = await takeClaim(at("held/trials/bpr-1/claim"));
    await Deno.copyFile(at("alone/config.json"), at("held/config.json"));
    const running = runProgram(command("held"));
    await until(() =>
      holds("held", "cells/rrd-1/cell.json", "cells/rrd-2/cell.json", "trials/bpr-2/cell.json")
    );
    await new Promise((resume) => setTimeout(resume, 1500));
    assert.deepEqual(filesUnder(at("held/trials/bpr-1")), ["claim"]);
    assert.ok(!holds("held", "cells/bpr-2/cell.json"));
    claim![Symbol.dispose]();
    const { code, stderr } = await running;
    assert.equal(code, 0, stderr);
    await same("held");
  });

  await t.step("a process that is killed leaves nothing that keeps others from its work", async () => {
    const killed = stopProgram(command("killed"), /^compare: \d+ of \d+ epochs/m, "SIGKILL");
    const other = succeed(...command("killed"));
    assert.equal((await killed).signal, "SIGKILL");
    await other;
    await same("killed");
    assert.equal((await stopProgram(command("again"), /^compare: \d+ of/m, "SIGKILL")).signal, "SIGKILL");
    assert.notDeepEqual(claims("again"), []);
    await succeed(...command("again"));
    await same("again");
  });

  await t.step("what --workers started goes on to the end when its parent is killed", async () => {
    const args = [...command("orphan"), "--workers", "2"];
    assert.equal((await stopProgram(args, /^compare: \d+ of \d+ epochs/m, "SIGKILL")).signal, "SIGKILL");
    // Standard error is the helper's too: it has ended by now.
    await same("orphan");
  });

  await t.step("Ctrl-C reaches the processes that --workers started", async () => {
    const stopped = await stopProgram(
      [...command("stopped"), "--workers", "2"],
      /^compare: \d+ of \d+ epochs/m,
      "SIGINT",
    );
    assert.equal(stopped.code, 130);
    assert.deepEqual(claims("stopped"), []);
    await succeed(...command("stopped"));
    await same("stopped");
  });
});
