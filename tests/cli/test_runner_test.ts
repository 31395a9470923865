import assert from "node:assert/strict";
import { closingLine, judge, parseSummary } from "../../src/cli/test_runner.ts";
import { runScript } from "./run_program.ts";

Deno.test("parseSummary() reads the summary lines of deno test, coloured or not", () => {
  assert.deepEqual(parseSummary("ok | 11 passed | 0 failed (162ms)"), { passed: 11, failed: 0, skipped: 0 });
  assert.deepEqual(parseSummary("FAILED | 3 passed (5 steps) | 2 failed | 1 ignored | 4 filtered out (3s)"), {
    passed: 3,
    failed: 2,
    skipped: 1,
  });
  assert.deepEqual(
    parseSummary("\x1b[32mok\x1b[0m | 1 passed | 0 failed | 7 ignored \x1b[38;5;245m(1ms)\x1b[0m"),
    {
      passed: 1,
      failed: 0,
      skipped: 7,
    },
  );
  for (const line of ["", "ok", "a test ... ok (3ms)", "ok | many passed | 0 failed"]) {
    assert.equal(parseSummary(line), null);
  }
});

Deno.test("closingLine() names skipped tests only where there are some", () => {
  assert.equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.equal(closingLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

Deno.test("judge() forgives a driver's crash after the last test, and nothing else", () => {
  const passed = { passed: 3, failed: 0, skipped: 0 };
  assert.deepEqual(judge(passed, { code: 0, signal: null }, true), { code: 0, remark: "" });
  const crashed = judge(passed, { code: 139, signal: "SIGSEGV" }, true);
  assert.equal(crashed.code, 0);
  assert.match(crashed.remark, /^WARNING: all tests ran and passed.*SIGSEGV/);
  assert.equal(judge(passed, { code: 1, signal: null }, true).code, 1);
  assert.equal(judge(passed, { code: 137, signal: "SIGKILL" }, true).code, 137);
  assert.equal(judge({ ...passed, failed: 1 }, { code: 139, signal: "SIGSEGV" }, true).code, 139);
  assert.equal(judge({ ...passed, failed: 1 }, { code: 0, signal: null }, true).code, 1);
  assert.equal(judge(null, { code: 139, signal: "SIGSEGV" }, true).code, 139);
  assert.equal(judge(passed, { code: 139, signal: "SIGSEGV" }, false).code, 139);
  assert.equal(judge(null, { code: 0, signal: null }, true).code, 1);
});

Deno.test("the test runner ends with the closing line and the exit code of the tests", async () => {
  const folder = await Deno.makeTempDir();
  const flags = [
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-run",
    "--allow-net=127.0.0.1,localhost",
  ];
  const run = async (name: string, code: string) => {
    await Deno.writeTextFile(`${folder}/${name}`, code);
    return await runScript("src/cli/test_runner.ts", [`${folder}/${name}`], {
      flags,
    });
  };
  const good = await run(
    "good_test.ts",
    `Deno.test("adapter", async () => { if (!await navigator.gpu.requestAdapter()) throw new Error("none"); });
     Deno.test("later", { ignore: true }, () => {});`,
  );
  assert.equal(good.code, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /\n1 passed, 0 failed, 1 skipped\n$/);
  const bad = await run(
    "bad_test.ts",
    `Deno.test("a", () => {}); Deno.test("b", () => { throw new Error("no"); });`,
  );
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /\n1 passed, 1 failed\n$/);
  const broken = await run("broken_test.ts", `const x: number = "text"; Deno.test("a", () => void x);`);
  assert.notEqual(broken.code, 0);
  assert.match(broken.stdout, /\n0 passed, 1 failed\n$/);
  const ended = await run(
    "ended_test.ts",
    `Deno.test("a", () => { console.log("ok | 5 passed | 0 failed (1s)"); Deno.kill(Deno.pid, "SIGABRT"); });`,
  );
  assert.equal(ended.code, 134);
  assert.match(ended.stdout, /\n0 passed, 1 failed\n$/);
  await Deno.remove(folder, { recursive: true });
});
