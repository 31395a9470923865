import assert from "node:assert/strict";
import { takeClaim, untilFree } from "../../src/cli/claim.ts";
import { DataError } from "../../src/errors.ts";
import { filesUnder, temporaryFolder } from "./small_run.ts";

const posix = { ignore: Deno.build.os === "windows" };

function claiming(...args: string[]): Deno.Command {
  const script = new URL("./claiming_program.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--no-prompt", "--allow-read", "--allow-write", script, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  });
}

Deno.test("a claim is held once, and leaves no file", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deep/claim`;
  {
    using claim = await takeClaim(path);
    assert.ok(claim);
    assert.equal(await takeClaim(path), null);
    assert.deepEqual(filesUnder(folder.path), ["deep/claim"]);
  }
  assert.deepEqual(filesUnder(folder.path), ["deep/"]);
  using again = await takeClaim(path);
  assert.ok(again);
});

Deno.test("the claim of a killed process is free", posix, async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/claim`;
  const child = claiming(path).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader.read()).value, "held\n");
  assert.equal(await takeClaim(path), null);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  assert.deepEqual(filesUnder(folder.path), ["claim"]);
  using claim = await takeClaim(path);
  assert.ok(claim);
});

Deno.test("a claim that comes and goes excludes other processes every time", async () => {
  await using folder = await temporaryFolder();
  const [path, file] = [`${folder.path}/claim`, `${folder.path}/number`];
  await Deno.writeTextFile(file, "0");
  const ends = await Promise.all([1, 2, 3].map(() => claiming(path, file, "200").output()));
  assert.ok(ends.every(({ success }) => success));
  assert.equal(await Deno.readTextFile(file), "600");
});

Deno.test("untilFree() asks until there is something, or until it is to stop", async () => {
  let asked = 0;
  const { signal } = new AbortController();
  assert.equal(await untilFree(() => Promise.resolve(++asked < 3 ? null : asked), signal), 3);
  const stop = AbortSignal.abort();
  await assert.rejects(untilFree(() => Promise.resolve(null), stop), { name: "AbortError" });
});

Deno.test("takeClaim() names a file that cannot be locked", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await assert.rejects(
    takeClaim(`${folder.path}/file/claim`),
    (error) => error instanceof DataError && /file\/claim: the file cannot be locked/.test(error.message),
  );
});
