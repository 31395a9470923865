/**
 * Settings of teachers that were tuned on validation, by data set. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { Hyperparameters } from "../models/model.ts";
import { readOptions, wholeNumber } from "../models/model_options.ts";
import { modelSettings } from "../models/registry.ts";
import { isYardstick, type YardstickKind, yardstickSettings } from "../models/yardsticks.ts";
import { fitDefaults } from "./fit.ts";
import type { TeacherKind, TeacherOptions } from "./train_teacher.ts";

type Settings = Omit<TeacherOptions, "kind">;

/** A teacher that is made here: one that is trained, or a yardstick. */
export type BuiltInTeacher = TeacherKind | YardstickKind;

/** By data set and kind; what is absent here has the model's own default. */
const presets: Readonly<Record<string, Partial<Record<TeacherKind, Settings>>>> = {
  // A slower annealing overfits before the divergence weighs anything.
  citeulike: {
    AE: { annealingSteps: 300, divergenceWeight: 0.4 },
    "I-AE": { annealingSteps: 1000, divergenceWeight: 0.4 },
  },
  // The best of six to ten random trials each on validation; ML and GNN: no trial beat the defaults.
  "amazon-music": {
    MF: { weightDecay: 0.03, initialDeviation: 0.1 },
    DL: { weightDecay: 0.01 },
    AE: { learningRate: 0.002, weightDecay: 0.0001, annealingSteps: 200, divergenceWeight: 0.4 },
    "I-AE": { dropout: 0.7, annealingSteps: 200, divergenceWeight: 0.8 },
  },
  // Half as many steps an epoch as CiteULike: longer steps, looked at more often.
  sample: {
    MF: { learningRate: 0.002, every: 5, patience: 4 },
    ML: { learningRate: 0.005, every: 5, patience: 4 },
  },
};

/**
 * The settings with which a kind of teacher is trained on a data set, to hand to {@linkcode trainTeacher}.
 *
 * @param dataset Name of the data set; a split of another seed ("sample-2") has the same settings.
 * @param kind The kind of teacher.
 */
export function teacherPreset(dataset: string, kind: TeacherKind): Settings {
  return presets[dataset.replace(/-\d+$/, "")]?.[kind] ?? {};
}

const evaluations = wholeNumber(1, 100_000);

/**
 * What can be set of one kind of teacher, with the value it has where neither a preset nor anybody sets it: the model's
 * hyperparameters, and `every` and `patience` where it is trained. Seed and epochs are the same for all teachers and set
 * elsewhere.
 */
export function teacherDefaults(kind: BuiltInTeacher): Hyperparameters {
  if (isYardstick(kind)) return yardstickSettings[kind].defaults;
  const { seed: _seed, ...defaults } = modelSettings[kind]!.defaults;
  return { ...defaults, every: fitDefaults.every, patience: fitDefaults.patience };
}

/**
 * Every setting of a teacher: what is given, over the data set's preset, over the defaults.
 *
 * @param kind The kind of teacher.
 * @param dataset Name of the data set, for the preset.
 * @param given Settings that somebody chose; see {@linkcode teacherDefaults} for their names.
 * @throws {ArgumentError} naming the setting, if one does not exist or has an unusable value.
 */
export function teacherSettings(kind: BuiltInTeacher, dataset: string, given: object = {}): Hyperparameters {
  if ("seed" in given) {
    throw new ArgumentError("seed", "it is no setting of one teacher", "the seed of all training");
  }
  const defaults = teacherDefaults(kind);
  if (isYardstick(kind)) return readOptions(given, defaults, yardstickSettings[kind].rules);
  const rules = { ...modelSettings[kind]!.rules, every: evaluations, patience: evaluations };
  return readOptions({ ...teacherPreset(dataset, kind), ...given }, defaults, rules);
}

/** What a setting of a teacher may be, in words. */
export function teacherExpectation(kind: BuiltInTeacher, name: string): string {
  const { rules } = isYardstick(kind) ? yardstickSettings[kind] : modelSettings[kind]!;
  return rules[name]?.expected ?? evaluations.expected;
}
