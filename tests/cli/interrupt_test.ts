import assert from "node:assert/strict";

const posix = { ignore: Deno.build.os === "windows" };

function start(script: string, ...args: string[]): Deno.ChildProcess {
  const path = new URL(script, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-run", path, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Sends each signal after the program has printed the text in front of it, gives output and exit code. */
async function play(child: Deno.ChildProcess, ...steps: [string, number, Deno.Signal][]) {
  let stdout = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const stderr = new Response(child.stderr).text();
  for (const [text, wait, signal] of steps) {
    while (!stdout.includes(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the program ended before it printed '${text}': ${stdout}${await stderr}`);
      stdout += value;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill(signal);
  }
  while (true) {
    const { value, done } = await reader.read();
    if (done) break;
    stdout += value;
  }
  return { stdout, stderr: await stderr, code: (await child.status).code };
}

Deno.test(
  "untilInterrupted() aborts its signal at the first Ctrl-C and lets the program end by itself",
  posix,
  async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { stdout, stderr, code } = await play(start("./interrupted_program.ts"), ["ready", 0, signal]);
      assert.match(stdout, /aborted: AbortError/);
      assert.match(stderr, /stopping after the current epoch, a checkpoint is kept; press Ctrl-C again/);
      assert.equal(code, 7);
    }
  },
);

Deno.test(
  "the second Ctrl-C ends the program with 130, a duplicate of the first does not",
  posix,
  async () => {
    const child = start("./interrupted_program.ts", "stubborn", "twice");
    const { code, stdout } = await play(
      child,
      ["ready", 0, "SIGINT"],
      ["the next Ctrl-C counts", 0, "SIGINT"],
    );
    assert.equal(stdout.match(/aborted/g)!.length, 1);
    assert.equal(code, 130);
  },
);

Deno.test("a SIGTERM behind a Ctrl-C is no second one", posix, async () => {
  const child = start("./interrupted_program.ts", "stubborn");
  const { code, stdout } = await play(
    child,
    ["ready", 0, "SIGINT"],
    ["the next Ctrl-C counts", 0, "SIGTERM"],
    ["the next Ctrl-C counts", 500, "SIGINT"],
  );
  assert.equal(stdout.match(/aborted/g)!.length, 1);
  // 143 had it been the SIGTERM.
  assert.equal(code, 130);
});

Deno.test("runDeno() passes signals to the child, and its exit code back", posix, async () => {
  const { stdout, code } = await play(start("./parent_program.ts"), ["ready", 0, "SIGINT"]);
  assert.match(stdout, /aborted/);
  assert.equal(code, 7);
});
