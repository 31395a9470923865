/**
 * The settings of a method: defaults, checks, and the trials of tuning. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { readOptions } from "../models/model_options.ts";
import { permutation, stream } from "../random.ts";
import { checkFinalEpochs, distillRules } from "./options.ts";
import { studentKinds } from "./students.ts";
import type { DistillationMethod, MethodSettings, SettingValue, SharedSettings } from "./method.ts";

/** The settings that all methods share, where a method's own defaults do not differ. */
export const sharedDefaults: SharedSettings = {
  student: "MF",
  dim: 6,
  seed: 1,
  epochs: 300,
  learningRate: 3e-3,
  weightDecay: 1e-5,
  initialScale: 0.01,
  batchSize: 1024,
  every: 10,
  patience: 5,
  finalEpochs: 0,
};

/**
 * Completes a method's settings with its defaults and checks them.
 *
 * @throws {ArgumentError} naming the setting that is unknown or unusable.
 */
export function methodSettings(
  method: DistillationMethod,
  options: Readonly<Record<string, SettingValue | undefined>> = {},
): MethodSettings {
  const defaults: MethodSettings = { ...sharedDefaults, ...method.defaults };
  const settings = readOptions(options, defaults, { ...distillRules, ...method.rules });
  const trainable = method.students ?? studentKinds;
  if (!trainable.includes(settings.student)) {
    throw new ArgumentError(
      "student",
      `${method.title} cannot train "${settings.student}"`,
      trainable.join(", "),
    );
  }
  checkFinalEpochs(settings);
  method.check?.(settings);
  return settings;
}

/**
 * The trials of a random search over a method's grid: the default settings first, then distinct points of the grid in an
 * order that depends on the seed alone, in which learning rates come round evenly; as many as the grid has, if there are
 * fewer than `count`.
 *
 * @param method The method.
 * @param count How many trials.
 * @param seed Random seed.
 * @returns For each trial the values of the grid's settings.
 */
export function trialSettings(
  method: DistillationMethod,
  count: number,
  seed: number,
): Record<string, SettingValue>[] {
  const names = Object.keys(method.grid);
  const defaults: Record<string, SettingValue> = { ...sharedDefaults, ...method.defaults };
  const standard = Object.fromEntries(names.map((name) => [name, defaults[name]!]));
  const size = names.reduce((points, name) => points * method.grid[name]!.length, 1);
  const points = [...permutation(size, seed, stream.sample, 0)].map((point) => {
    let rest = point;
    return Object.fromEntries(names.map((name) => {
      const choices = method.grid[name]!;
      const value = choices[rest % choices.length]!;
      rest = Math.floor(rest / choices.length);
      return [name, value];
    }));
  }).filter((values) => names.some((name) => values[name] !== standard[name]));
  const trials = [standard];
  // So few trials must not miss a learning rate by chance: nothing else matters as much.
  const tried = (rate: SettingValue | undefined) =>
    trials.filter(({ learningRate }) => learningRate === rate).length;
  while (trials.length < count && points.length > 0) {
    const counts = points.map(({ learningRate }) => tried(learningRate));
    const next = counts.indexOf(Math.min(...counts));
    trials.push(...points.splice(next, 1));
  }
  return trials.slice(0, count);
}
