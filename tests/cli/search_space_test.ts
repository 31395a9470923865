import assert from "node:assert/strict";
import fc from "fast-check";
import {
  parseChoice,
  readSpace,
  sampleTrial,
  sampleTrials,
  type SearchSpace,
} from "../../src/cli/search_space.ts";

const noFile = () => Promise.reject(new Error("no file was named"));

Deno.test("parseChoice() reads values and ranges", () => {
  assert.deepEqual(parseChoice("dim", "16,32"), { kind: "choices", values: [16, 32] });
  assert.deepEqual(parseChoice("gain", "teacher"), { kind: "choices", values: ["teacher"] });
  assert.deepEqual(parseChoice("x", ["64,32", true, 0]), { kind: "choices", values: ["64,32", true, 0] });
  const range = { kind: "range", least: 0.1, most: 0.5, log: false, whole: false };
  assert.deepEqual(parseChoice("x", "0.1..0.5"), range);
  assert.deepEqual(parseChoice("x", "log:1e-4..1e-1"), { ...range, least: 1e-4, most: 0.1, log: true });
  assert.deepEqual(parseChoice("x", "log-int:8..128"), {
    kind: "range",
    least: 8,
    most: 128,
    log: true,
    whole: true,
  });
  assert.deepEqual(parseChoice("x", "-2..-1"), { ...range, least: -2, most: -1 });
});

Deno.test("parseChoice() refuses what is no choice", () => {
  for (
    const bad of ["", " ", "2..1", "a..b", "1..", "log:0..1", "log:-1..1", "int:0.5..2", "lg:1..2", [], [
      null,
    ], {}]
  ) {
    assert.throws(
      () => parseChoice("x", bad),
      /--space x.*expected values such as 16,32/,
      JSON.stringify(bad),
    );
  }
});

Deno.test("readSpace() joins flags and files, and refuses an empty space", async () => {
  await assert.rejects(readSpace([], noFile), /it names no setting/);
  const path = await Deno.makeTempFile();
  try {
    const file = () => Promise.resolve({ dim: [8, 16], rate: "log:1..2" });
    const space = await readSpace([path, "dim=4"], file);
    assert.deepEqual(space.dim, { kind: "choices", values: [4] });
    assert.equal(space.rate!.kind, "range");
    await assert.rejects(readSpace([path], () => Promise.resolve([1])), /holds no settings/);
  } finally {
    await Deno.remove(path);
  }
});

const ends = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }));
const choice = fc.oneof(
  fc.array(fc.oneof(fc.integer(), fc.boolean(), fc.string()), { minLength: 1 }).map((values) => ({
    kind: "choices" as const,
    values,
  })),
  fc.tuple(ends, fc.boolean(), fc.boolean()).map(([[a, b], log, whole]) => {
    return { kind: "range" as const, least: Math.min(a, b), most: Math.max(a, b), log, whole };
  }),
);
const space = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), choice, { minKeys: 1, maxKeys: 6 });

Deno.test("sampleTrial() stays within the space, and gives the same for the same seed and trial", () => {
  fc.assert(fc.property(space, fc.nat(), fc.nat(1000), (space: SearchSpace, seed, trial) => {
    const settings = sampleTrial(space, seed, trial);
    assert.deepEqual(Object.keys(settings), Object.keys(space).toSorted());
    for (const [name, value] of Object.entries(settings)) {
      const from = space[name]!;
      if (from.kind === "choices") assert.ok(from.values.includes(value));
      else {
        assert.ok(typeof value === "number" && value >= from.least && value <= from.most);
        assert.ok(!from.whole || Number.isInteger(value));
      }
    }
    const reversed = Object.fromEntries(Object.entries(space).reverse());
    assert.deepEqual(sampleTrial(reversed, seed, trial), settings);
  }));
});

Deno.test("sampleTrial() reaches the whole of a range, by its logarithm where asked", () => {
  const values = (text: string) =>
    Array.from(
      { length: 3000 },
      (_, trial) => sampleTrial({ x: parseChoice("x", text) }, 5, trial).x as number,
    );
  const share = (all: number[], below: number) => all.filter((value) => value < below).length / all.length;
  assert.ok(Math.abs(share(values("0..1"), 0.25) - 0.25) < 0.03);
  assert.ok(Math.abs(share(values("log:1e-4..1e-1"), 1e-3) - 1 / 3) < 0.03);
  const whole = values("int:1..4");
  for (const number of [1, 2, 3, 4]) {
    assert.ok(Math.abs(whole.filter((value) => value === number).length / 3000 - 0.25) < 0.03);
  }
});

Deno.test("sampleTrials() gives each point once, in the order drawn, and all points of a small space", () => {
  fc.assert(
    fc.property(space, fc.nat(), fc.integer({ min: 1, max: 30 }), (space: SearchSpace, seed, count) => {
      const trials = sampleTrials(space, seed, count);
      assert.ok(trials.length >= 1 && trials.length <= count);
      assert.equal(new Set(trials.map((trial) => JSON.stringify(trial))).size, trials.length);
      assert.deepEqual(trials[0], sampleTrial(space, seed, 0));
      assert.deepEqual(sampleTrials(space, seed, 1), trials.slice(0, 1));
    }),
  );
  const small = { a: parseChoice("a", "1,2"), b: parseChoice("b", "x,y,z") };
  assert.equal(sampleTrials(small, 3, 20).length, 6);
});
