/**
 * Settings of teachers that were tuned on validation, by data set. This module is browser compatible.
 *
 * @module
 */
import type { TeacherKind, TeacherOptions } from "./train_teacher.ts";

type Settings = Omit<TeacherOptions, "kind">;

/** By data set and kind; what is absent here has the model's own default. */
const presets: Readonly<Record<string, Partial<Record<TeacherKind, Settings>>>> = {
  // A slower annealing overfits before the divergence weighs anything.
  citeulike: {
    AE: { annealingSteps: 300, divergenceWeight: 0.4 },
    "I-AE": { annealingSteps: 1000, divergenceWeight: 0.4 },
  },
  // As CiteULike's, with fewer steps an epoch.
  "amazon-music": {
    AE: { annealingSteps: 300, divergenceWeight: 0.4 },
    "I-AE": { annealingSteps: 150, divergenceWeight: 0.4 },
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
