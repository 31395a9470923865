import assert from "node:assert/strict";
import { modelFactories, modelSettings } from "../../src/models/registry.ts";
import { createYardstick, yardstickKinds, yardstickSettings } from "../../src/models/yardsticks.ts";
import { ragged } from "../../src/ragged.ts";
import {
  teacherDefaults,
  teacherExpectation,
  teacherPreset,
  teacherSettings,
} from "../../src/teachers/presets.ts";

Deno.test("teacherSettings() puts what is given over the preset, and the preset over the defaults", () => {
  const settings = teacherSettings("MF", "sample", { patience: 9, dim: 8 });
  assert.deepEqual(settings, {
    ...teacherDefaults("MF"),
    learningRate: 0.002,
    every: 5,
    patience: 9,
    dim: 8,
  });
  assert.deepEqual(teacherSettings("MF", "sample-2"), teacherSettings("MF", "sample"));
  assert.deepEqual(teacherSettings("GNN", "sample"), teacherDefaults("GNN"));
});

Deno.test("teacherSettings() refuses unknown names, the seed, and values out of range", () => {
  assert.throws(
    () => teacherSettings("MF", "", { margin: 1 }),
    /'margin' is unusable: no such setting exists/,
  );
  assert.throws(() => teacherSettings("MF", "", { seed: 1 }), /'seed' is unusable/);
  assert.throws(() => teacherSettings("MF", "", { every: 0 }), /'every' is unusable: it is 0/);
  assert.throws(() => teacherSettings("AE", "", { dim: 128 }), /'dim' is unusable/);
});

Deno.test("every kind of model has settings, whose defaults obey its rules, and every preset is valid", () => {
  assert.deepEqual(Object.keys(modelSettings), Object.keys(modelFactories));
  for (const kind of ["MF", "ML", "DL", "GNN", "AE", "I-AE"] as const) {
    const { defaults, rules } = modelSettings[kind]!;
    assert.deepEqual(Object.keys(rules).toSorted(), Object.keys(defaults).toSorted());
    for (const [name, value] of Object.entries(defaults)) {
      assert.ok(rules[name]!.allows(value), `${kind}.${name}`);
    }
    for (const name of Object.keys(teacherDefaults(kind))) {
      assert.notEqual(teacherExpectation(kind, name), "");
    }
    for (const dataset of ["citeulike", "sample"]) {
      const preset = teacherPreset(dataset, kind);
      assert.deepEqual(teacherSettings(kind, dataset), { ...teacherDefaults(kind), ...preset });
    }
  }
});

Deno.test("every kind of yardstick has settings, whose defaults obey its rules and are those that it uses", () => {
  const training = { users: 2, items: 3, interactions: ragged([[0, 1], [1, 2]]) };
  for (const kind of yardstickKinds) {
    const { defaults, rules } = yardstickSettings[kind];
    assert.deepEqual(Object.keys(rules), Object.keys(defaults));
    for (const [name, value] of Object.entries(defaults)) {
      assert.ok(rules[name]!.allows(value), `${kind}.${name}`);
      assert.notEqual(teacherExpectation(kind, name), "");
    }
    assert.deepEqual(createYardstick(training, kind).hyperparameters, defaults);
    assert.deepEqual(teacherSettings(kind, "sample"), teacherDefaults(kind));
  }
  assert.deepEqual(teacherSettings("EASE", "", { lambda: 3 }), { lambda: 3 });
  assert.throws(() => teacherSettings("EASE", "", { lambda: 0 }), /'lambda' is unusable/);
  assert.throws(
    () => teacherSettings("TopPop", "", { every: 5 }),
    /'every' is unusable: no such setting exists/,
  );
});
