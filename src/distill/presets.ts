/**
 * Settings of distillation by data set, where they differ from the defaults. This module is browser compatible.
 *
 * @module
 */
import type { DistillOptions } from "./options.ts";

const presets: Readonly<Record<string, DistillOptions>> = {
  // The first run should take minutes on a software driver; what more epochs add to the sample is small.
  sample: { epochs: 150 },
};

/** The settings with which a data set is distilled, to hand to {@linkcode distill}. */
export function distillPreset(dataset: string): DistillOptions {
  return presets[dataset] ?? {};
}
