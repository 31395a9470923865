/**
 * Checking of settings. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** What a setting may be. */
export interface OptionRule {
  /** Whether a value is allowed. */
  readonly allows: (value: unknown) => boolean;
  /** What would be right, for the error. */
  readonly expected: string;
}

function finite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): OptionRule {
  return {
    allows: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    expected: `a whole number from ${least} to ${most}`,
  };
}

/** A whole number above 0. */
export const positiveInteger: OptionRule = {
  allows: (value) => Number.isInteger(value) && (value as number) > 0,
  expected: "a positive integer",
};

/** A finite number above 0. */
export const positiveNumber: OptionRule = {
  allows: (value) => finite(value) && value > 0,
  expected: "a number above 0",
};

/** A finite number, 0 or more. */
export const nonNegativeNumber: OptionRule = {
  allows: (value) => finite(value) && value >= 0,
  expected: "a number, 0 or more",
};

/** One of some words. */
export function oneOf(...words: string[]): OptionRule {
  return {
    allows: (value) => typeof value === "string" && words.includes(value),
    expected: words.map((word) => `"${word}"`).join(" or "),
  };
}

/** Rules of settings that every embedding model has. */
export const embeddingRules = {
  dim: wholeNumber(1, 1024),
  learningRate: positiveNumber,
  weightDecay: nonNegativeNumber,
  batch: wholeNumber(1, 65_536),
  reduction: oneOf("sum", "mean"),
  initialDeviation: nonNegativeNumber,
  seed: wholeNumber(0, 0xffffffff),
} as const;

/**
 * Completes settings with defaults and checks them. A setting that is `undefined` takes its default.
 *
 * @param given The settings that a caller chose.
 * @param defaults Every setting that exists, with its default.
 * @param rules What each may be.
 * @returns All settings.
 * @throws {ArgumentError} naming the setting, if one does not exist or has an unusable value.
 */
export function readOptions<T extends object>(
  given: object,
  defaults: T,
  rules: { readonly [K in keyof Required<T>]: OptionRule },
): T {
  const complete = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, name)) {
      throw new ArgumentError(name, "no such setting exists", Object.keys(defaults).join(", "));
    }
    const rule = rules[name as keyof T];
    if (!rule.allows(value)) throw new ArgumentError(name, `it is ${String(value)}`, rule.expected);
    complete[name] = value;
  }
  return complete as T;
}
