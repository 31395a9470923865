import assert from "node:assert/strict";
import { distillDefaults, distillSettings } from "../../src/distill/options.ts";

Deno.test("distillSettings() fills in the defaults", () => {
  assert.deepEqual(distillSettings({}), distillDefaults);
  assert.equal(distillSettings({ dim: 12 }).dim, 12);
});

Deno.test("distillSettings() names the option that is unknown or out of range", () => {
  assert.throws(() => distillSettings({ dimension: 6 } as never), /'dimension'.*no such option/);
  assert.throws(() => distillSettings({ dim: 0 }), /'dim'.*positive integer/);
  assert.throws(() => distillSettings({ dim: 2.5 }), /'dim'/);
  assert.throws(() => distillSettings({ dim: 129 }), /'dim'.*at most 128/);
  for (const [student, most] of [["MF", 128], ["Quadric", 64], ["Siren", 118]] as const) {
    assert.equal(distillSettings({ student, dim: most }).dim, most);
    assert.throws(
      () => distillSettings({ student, dim: most + 1 }),
      new RegExp(`'dim'.*it is ${most + 1}.*at most ${most}$`),
    );
  }
  assert.throws(
    () => distillSettings({ student: "DL" as never }),
    /'student'.*MF or Quadric or Siren or GNN or AE/,
  );
  assert.throws(() => distillSettings({ toString: 1 } as never), /'toString'.*no such option/);
  assert.throws(
    () => distillSettings({ advanceOnRegress: "no" as never }),
    /'advanceOnRegress'.*true or false/,
  );
  for (const seed of [NaN, -1, 1.5, 2 ** 32, "1" as never]) {
    assert.throws(() => distillSettings({ seed }), /'seed'.*from 0 to 4294967295/);
  }
  assert.throws(
    () => distillSettings({ student: "GNN", start: "spectral" }),
    /'start'.*GNN.*random, or one of/,
  );
  assert.equal(distillSettings({ student: "Quadric", start: "spectral" }).start, "spectral");
  assert.throws(() => distillSettings({ learningRate: NaN }), /'learningRate'/);
  assert.throws(() => distillSettings({ weightDecay: -1 }), /'weightDecay'/);
  assert.throws(() => distillSettings({ scores: "other" as never }), /'scores'.*free or clamped/);
});
