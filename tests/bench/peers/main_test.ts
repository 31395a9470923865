import assert from "node:assert/strict";
import { runScript } from "../../cli/run_program.ts";

/** Runs the comparison with the permissions of its task that matter here; gives what it leaves in its temporary folder. */
async function runPeers(args: string[], train = "0 0 1\n1 2 3\n") {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/split`);
    await Deno.mkdir(`${folder}/temporary`);
    for (const [name, text] of Object.entries({ train, valid: "0 400\n", test: "1 400\n" })) {
      await Deno.writeTextFile(`${folder}/split/${name}.txt`, text);
    }
    const outcome = await runScript("bench/peers/main.ts", ["--data", `${folder}/split`, ...args], {
      env: { TMPDIR: `${folder}/temporary` },
      flags: ["--allow-read", "--allow-write", "--allow-env=TMPDIR,NO_COLOR,FORCE_COLOR,CLICOLOR_FORCE"],
    });
    return { ...outcome, left: [...Deno.readDirSync(`${folder}/temporary`)].map(({ name }) => name) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("bench-peers refuses options it cannot use in one line each", async () => {
  for (
    const [args, message] of [
      [["--step", "2"], /^error: unknown option '--step'/],
      [["--steps", "2.5"], /^error: .*--steps.*'2\.5' is invalid.*integer/],
      [["--rounds", "0.5"], /^error: .*--rounds.*'0\.5' is invalid.*integer/],
      [["--limit", "-1"], /^error: .*--limit.*'-1' is invalid.*positive number/],
      [["--peers", "numpy"], /^error: .*--peers.*there is no peer numpy/],
      [["--searches", "2"], /^error: --searches above 1 needs --peers pytorch/],
    ] as const
  ) {
    const { code, stderr, left } = await runPeers([...args]);
    assert.match(stderr.split("\n")[0]!, message);
    assert.ok(stderr.trim().split("\n").length <= 2 && !stderr.includes("    at "), stderr);
    assert.equal(code, 1);
    assert.deepEqual(left, []);
  }
});

Deno.test("bench-peers explains itself, behind the two dashes of a task too", async () => {
  const flags = ["--allow-read", "--allow-env=NO_COLOR,FORCE_COLOR,CLICOLOR_FORCE"];
  for (const args of [["--help"], ["--", "--help"]]) {
    const { code, stdout } = await runScript("bench/peers/main.ts", args, { flags });
    assert.match(stdout, /^Usage: deno task bench-peers/);
    assert.equal(code, 0);
  }
});

Deno.test("bench-peers refuses a filter that names no work, and leaves no folder", async () => {
  const { code, stderr, left } = await runPeers(["--filter", "epoch of XY"]);
  assert.match(stderr, /^error: no work is named like "epoch of XY"; expected part of .*epoch of MF/);
  assert.equal(code, 1);
  assert.deepEqual(left, []);
});

Deno.test("bench-peers names a user with too few items left, and leaves no folder", async () => {
  const most = Array.from({ length: 350 }, (_, item) => item).join(" ");
  const { code, stderr, left } = await runPeers([], `0 0 1\n1 ${most}\n`);
  assert.match(
    stderr,
    /^error: .*user 1 has 350 of the 401 items in training, so that 51 are left.*100 others/,
  );
  assert.equal(code, 1);
  assert.deepEqual(left, []);
});
