import assert from "node:assert/strict";
import type { BenchCase } from "../../bench/case.ts";
import { cost } from "../../bench/costs.ts";
import { enoughRepeats, measureCases } from "../../bench/measure.ts";
import { openGpu } from "../../src/gpu/gpu.ts";

/** A clock that finds a wait of so many milliseconds in every sample; how often each sample recorded is kept. */
function clockWith(wait: number, each: number, asked: number[] = []) {
  return (repeats: number) => {
    asked.push(repeats);
    return Promise.resolve(each + wait / repeats);
  };
}

Deno.test("enoughRepeats() lets short work by the host's clock take far longer than the wait", async () => {
  for (const each of [0.02, 0.05, 0.3, 2]) {
    const repeats = await enoughRepeats("host", clockWith(12, each));
    assert.ok(repeats * each > 55 && repeats <= 4000, `${repeats} of ${each} ms`);
  }
  assert.equal(await enoughRepeats("host", clockWith(12, 0.001)), 4000);
  assert.equal(await enoughRepeats("host", clockWith(12, 100)), 1);
});

Deno.test("enoughRepeats() keeps to forty by the other clocks, and asks at most twice without a wait", async () => {
  const asked: number[] = [];
  assert.equal(await enoughRepeats("device", clockWith(0, 0.01, asked)), 40);
  assert.deepEqual(asked, [1, 40]);
  assert.equal(await enoughRepeats("device", clockWith(0, 1)), 8);
  assert.equal(await enoughRepeats("processor", clockWith(0, 0.01)), 40);
  assert.equal(await enoughRepeats("processor", clockWith(0, 30)), 1);
});

Deno.test("measureCases() restores before each recording, and leaves the time of that out", async () => {
  using gpu = await openGpu();
  const busy = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };
  const calls: string[] = [];
  const measured: BenchCase = {
    family: "f",
    name: "n",
    shape: "s",
    quick: true,
    cost: cost({}),
    prepare: () => ({
      record() {
        calls.push("record");
        busy(80);
      },
      restore() {
        calls.push("restore");
        busy(160);
      },
      [Symbol.dispose]() {},
    }),
  };
  const { measurements } = await measureCases(gpu, [measured], { clock: "host", rounds: 1 });
  assert.ok(measurements[0]!.milliseconds < 200, `${measurements[0]!.milliseconds} ms`);
  for (const [n, call] of calls.entries()) {
    if (call === "record") assert.equal(calls[n - 1], "restore");
  }
});
