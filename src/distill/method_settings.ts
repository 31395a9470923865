/**
 * The settings of a method: defaults, checks, and the trials of tuning. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkSeed, permutation, stream } from "../random.ts";
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
};

const mayBeZero = ["weightDecay", "seed", "negatives", "switchEpoch", "positivesWeight"];
const whole = [
  "dim",
  "seed",
  "epochs",
  "batchSize",
  "every",
  "patience",
  "listLength",
  "observedLength",
  "stageEpochs",
  "compareEvery",
];

/**
 * Completes a method's settings with its defaults and checks them.
 *
 * @throws {ArgumentError} naming the setting that is unknown, of another type than its default, or out of range.
 */
export function methodSettings(
  method: DistillationMethod,
  options: Readonly<Record<string, SettingValue | undefined>> = {},
): MethodSettings {
  const defaults: Record<string, SettingValue> = { ...sharedDefaults, ...method.defaults };
  const settings = { ...defaults };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined;
    if (standard === undefined) {
      throw new ArgumentError(name, `${method.title} has no such setting`, Object.keys(defaults).join(", "));
    }
    if (typeof value !== typeof standard) {
      throw new ArgumentError(name, `it is ${JSON.stringify(value)}`, `a ${typeof standard}`);
    }
    settings[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== "number") continue;
    const least = mayBeZero.includes(name) ? value >= 0 : value > 0;
    if (!(Number.isFinite(value) && least) || whole.includes(name) && !Number.isInteger(value)) {
      const kind = whole.includes(name) ? "integer" : "number";
      throw new ArgumentError(
        name,
        `it is ${value}`,
        mayBeZero.includes(name) ? `a ${kind} from 0 up` : `a positive ${kind}`,
      );
    }
  }
  checkSeed(settings.seed as number);
  if (!studentKinds.includes(settings.student as string)) {
    throw new ArgumentError("student", `there is no "${settings.student}"`, studentKinds.join(", "));
  }
  const trainable = method.students ?? studentKinds;
  if (!trainable.includes(settings.student as string)) {
    throw new ArgumentError(
      "student",
      `${method.title} cannot train "${settings.student}"`,
      trainable.join(", "),
    );
  }
  method.check?.(settings as MethodSettings);
  return settings as MethodSettings;
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
