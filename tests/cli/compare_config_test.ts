import assert from "node:assert/strict";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { commitOf } from "../../src/cli/compare_config.ts";
import { temporaryFolder } from "./small_run.ts";

async function commitAmong(files: Record<string, string>, place = "checkout"): Promise<string> {
  await using folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder.path}/${name}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, content.replace("FOLDER", folder.path));
  }
  return await commitOf(pathToFileURL(`${folder.path}/${place}/`));
}

const branch = { "checkout/.git/HEAD": "ref: refs/heads/one\n" };
const worktree = {
  "linked/.git": "gitdir: FOLDER/checkout/.git/worktrees/linked\n",
  "checkout/.git/worktrees/linked/HEAD": "ref: refs/heads/two\n",
  "checkout/.git/worktrees/linked/commondir": "../..\n",
};

Deno.test("commitOf() finds what is checked out: a branch, packed or not, a commit, a further worktree", async () => {
  const packed = "# pack-refs with: peeled\nbbb refs/heads/one\nccc refs/heads/two\n";
  assert.equal(await commitAmong({ ...branch, "checkout/.git/refs/heads/one": "aaa\n" }), "aaa");
  assert.equal(await commitAmong({ ...branch, "checkout/.git/packed-refs": packed }), "bbb");
  assert.equal(await commitAmong({ "checkout/.git/HEAD": "ddd\n" }), "ddd");
  const all = { ...branch, ...worktree, "checkout/.git/packed-refs": packed };
  assert.equal(await commitAmong(all, "linked"), "ccc");
  assert.equal(await commitAmong({ ...all, "checkout/.git/refs/heads/two": "eee\n" }, "linked"), "eee");
});

Deno.test("commitOf() is empty where that cannot be told", async () => {
  assert.equal(await commitAmong({ "checkout/deno.json": "{}" }), "");
  assert.equal(await commitAmong(branch), "");
  assert.equal(await commitOf(new URL("https://example.com/hetcomp/")), "");
});
