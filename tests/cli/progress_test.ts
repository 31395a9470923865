import assert from "node:assert/strict";
import { createProgress, type ProgressOptions } from "../../src/cli/progress.ts";

function recorded(options: Omit<ProgressOptions, "stream" | "now" | "label">) {
  const clock = { milliseconds: 0 };
  let text = "";
  const progress = createProgress({
    label: "student",
    ...options,
    now: () => clock.milliseconds,
    stream: {
      isTerminal: () => false,
      writeSync(bytes) {
        text += new TextDecoder().decode(bytes);
        return bytes.length;
      },
    },
  });
  return { progress, clock, lines: () => text.split("\n").slice(0, -1) };
}

Deno.test("createProgress() prints a line for each tenth, with rate and remaining time", () => {
  const { progress, clock, lines } = recorded({ total: 100, unit: "epochs" });
  for (let epoch = 1; epoch <= 100; epoch++) {
    clock.milliseconds += 50;
    progress.update(epoch, `loss ${epoch}`);
  }
  progress.stop("done");
  assert.equal(lines().length, 10);
  assert.equal(lines()[0], "student: 10 of 100 epochs (10 %), 20.00 epochs/s, 4.5 s left  loss 10");
  assert.equal(lines().at(-1), "student: 100 epochs in 5.0 s, 20.00 epochs/s  done");
});

Deno.test("createProgress() prints a line every five seconds when tenths take longer", () => {
  const { progress, clock, lines } = recorded({ total: 1000, unit: "epochs" });
  for (let epoch = 1; epoch <= 24; epoch++) {
    clock.milliseconds += 1000;
    progress.update(epoch);
  }
  assert.deepEqual(
    lines().map((line) => line.split(",")[0]),
    [5, 10, 15, 20].map((n) => `student: ${n} of 1000 epochs (${Math.floor(n / 10)} %)`),
  );
});

Deno.test("createProgress() does not count an earlier run for the rate", () => {
  const { progress, clock, lines } = recorded({ total: 100, unit: "epochs", done: 80 });
  clock.milliseconds = 10_000;
  progress.update(85);
  assert.equal(lines()[0], "student: 85 of 100 epochs (85 %), 0.5000 epochs/s, 30.0 s left");
});

Deno.test("createProgress() shows bytes as sizes, and works without a total", () => {
  const known = recorded({ total: 4_000_000, unit: "bytes" });
  known.clock.milliseconds = 1000;
  known.progress.update(1_000_000);
  assert.equal(known.lines()[0], "student: 1.00 MB of 4.00 MB (25 %), 1.00 MB/s, 3.0 s left");
  const unknown = recorded({ total: 0, unit: "users" });
  unknown.clock.milliseconds = 6000;
  unknown.progress.update(12);
  unknown.progress.stop();
  assert.deepEqual(unknown.lines(), [
    "student: 12 users, 2.000 users/s",
    "student: 12 users in 6.0 s, 2.000 users/s",
  ]);
});

Deno.test("createProgress() writes nothing when quiet, and no rate before time has passed", () => {
  const quiet = recorded({ total: 2, unit: "epochs", quiet: true });
  quiet.progress.update(1);
  quiet.progress.stop();
  assert.deepEqual(quiet.lines(), []);
  const early = recorded({ total: 2, unit: "epochs" });
  early.progress.update(1);
  early.progress.stop();
  assert.deepEqual(early.lines(), ["student: 1 of 2 epochs (50 %)", "student: 1 epochs in 0 s"]);
});
