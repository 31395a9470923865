import assert from "node:assert/strict";
import {
  distillSetting,
  distillSettingDefaults,
  flagOf,
  teacherSetting,
} from "../../src/cli/setting_options.ts";

Deno.test("teacherSetting() adds settings up, each of the type it has to be", () => {
  let table = teacherSetting("MF.dim=32");
  table = teacherSetting("MF.learningRate=1e-3", table);
  table = teacherSetting("DL.tower=64,32", table);
  table = teacherSetting("MF.dim=16", table);
  assert.deepEqual(table, { MF: { dim: 16, learningRate: 0.001 }, DL: { tower: "64,32" } });
});

Deno.test("teacherSetting() refuses what is no setting", () => {
  for (const text of ["", "MF", "MF.dim", "=3", "dim=3", "MF.a.b=3"]) {
    assert.throws(() => teacherSetting(text), /expected KIND\.NAME=VALUE/, text);
  }
  assert.throws(() => teacherSetting("MF.seed=3"), /'seed' is unusable: the teacher MF has no setting/);
  assert.throws(() => teacherSetting("MF.epochs=3"), /'epochs'/);
  assert.throws(() => teacherSetting("MF.dim="), /'dim' is unusable/);
  assert.throws(() => teacherSetting("MF.dim=1.5"), /'dim' is unusable: it is 1\.5; expected a whole number/);
  assert.throws(() => teacherSetting("AE.dropout=1"), /'dropout' is unusable/);
  assert.throws(() => teacherSetting("XY.dim=3"), /there is no such teacher; expected MF, ML/);
  assert.throws(() => teacherSetting("toString.dim=3"), /there is no such teacher/);
  assert.throws(() => teacherSetting("MF.constructor=3"), /no setting of this name/);
});

Deno.test("distillSetting() reads numbers, words and truth values, and refuses the rest", () => {
  const both = distillSetting("advanceOnRegress=false", distillSetting("alpha=1.1"));
  assert.deepEqual(both, { alpha: 1.1, advanceOnRegress: false });
  assert.deepEqual(distillSetting("gain=student"), { gain: "student" });
  for (
    const text of [
      "advanceOnRegress=no",
      "gain=3",
      "alpha=",
      "alpha=NaN",
      "listLength=0",
      "dim=3",
      "alpah=1",
      "x",
    ]
  ) {
    assert.throws(() => distillSetting(text), { code: "commander.invalidArgument" }, text);
  }
  assert.ok(!("dim" in distillSettingDefaults) && "alpha" in distillSettingDefaults);
  assert.equal(flagOf("teacherEpochs"), "--teacher-epochs");
});
