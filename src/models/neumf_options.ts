import { embeddingRules, wholeNumber } from "./model_options.ts";

/** Settings of `createNeumf`. */
export interface NeumfOptions {
  /** Numbers a row of the table whose rows are multiplied (GMF). Default 64. */
  readonly dim?: number;
  /** Numbers a row of the table that feeds the tower (MLP). Default 32. */
  readonly towerDim?: number;
  /** Widths of the tower's hidden layers, separated by commas: "64,32"; "" for none. Default "32". */
  readonly tower?: string;
  /** Negative items for each positive one and epoch. Default 4. */
  readonly negatives?: number;
  /** Step length of Adam. Default 2e-3. */
  readonly learningRate?: number;
  /** Coupled L2 weight decay, of every parameter. Default 1e-3. */
  readonly weightDecay?: number;
  /** Training pairs a step; each brings 1 + `negatives` examples. Default 1,024. */
  readonly batch?: number;
  /** Whether a step follows the sum or the mean of its examples' losses. Default "sum". */
  readonly reduction?: "sum" | "mean";
  /** Standard deviation of the tables' normal start. Default 0.01. */
  readonly initialDeviation?: number;
  /** Seed of everything random. Default 0. */
  readonly seed?: number;
}

/** The settings of `createNeumf` that are used where none are given. */
export const neumfDefaults: Required<NeumfOptions> = {
  dim: 64,
  towerDim: 32,
  tower: "32",
  negatives: 4,
  learningRate: 2e-3,
  weightDecay: 1e-3,
  batch: 1024,
  reduction: "sum",
  initialDeviation: 0.01,
  seed: 0,
};

/** What each setting may be. */
export const neumfRules = {
  ...embeddingRules,
  towerDim: wholeNumber(1, 1024),
  negatives: wholeNumber(1, 64),
  tower: {
    allows: (value: unknown) => typeof value === "string" && hiddenWidths(value) !== null,
    expected: 'up to 16 widths from 1 to 1024, separated by commas, such as "64,32", or ""',
  },
};

/** The hidden layers' widths, or null where the text holds something else. */
export function hiddenWidths(text: string): number[] | null {
  const widths = text.trim() === "" ? [] : text.split(",").map((width) => Number(width.trim() || NaN));
  const usable = widths.every((width) => Number.isInteger(width) && width >= 1 && width <= 1024);
  return usable && widths.length <= 16 ? widths : null;
}
