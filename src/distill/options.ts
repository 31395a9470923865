/**
 * The settings of a distillation. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkEmbedding, longestEmbedding } from "../kernels/exp_sum.ts";
import {
  nonNegativeNumber,
  oneOf,
  type OptionRule,
  positiveInteger,
  positiveNumber,
  readOptions,
  wholeNumber,
} from "../models/model_options.ts";
import { sirenOutputs } from "../models/siren.ts";
import type { UserSampling } from "./user_batches.ts";

/** Settings of {@linkcode distill}; the constants are those of HetComp (WWW 2023) unless said otherwise. */
export interface DistillOptions {
  /**
   * Kind of student: "MF" is matrix factorization; "Quadric" the same with twice the numbers for each user, which bend
   * the planes of equal scores among the items into quadrics; "Siren" the same with rows that a small network of sines
   * makes longer, `dim` numbers of each being stored; "GNN" LightGCN; "AE" an autoencoder of the users' items.
   * The last two start at random only. Default "MF".
   */
  readonly student?: "MF" | "Quadric" | "Siren" | "GNN" | "AE";
  /** Dimension of the student, at most 128; of a "Quadric" 64, of a "Siren" 118. Default 6. */
  readonly dim?: number;
  /** Random seed. Default 1. */
  readonly seed?: number;
  /** Most epochs. Default 300. */
  readonly epochs?: number;
  /** Adam's step size. Default 3e-3 (the paper: 1e-3). */
  readonly learningRate?: number;
  /** Coupled L2 weight decay. Default 1e-5. */
  readonly weightDecay?: number;
  /** Standard deviation of the initial embeddings. Default 0.01. */
  readonly initialScale?: number;
  /** Training interactions per batch, whose distinct users are visited. Default 1024. */
  readonly batchSize?: number;
  /**
   * "spectral": the student starts from {@linkcode spectralRows} of the final states instead of random numbers, and
   * is taught these all the time, by the ranked loss unless `loss` is "weighted". Default "random".
   */
  readonly start?: "random" | "spectral";
  /**
   * "phases": the coarse loss while the teachers' states advance, then the ranked one. "weighted": all the time, every
   * user's T_u under one softmax over the unobserved items, the n-th weighing exp(-n / `weightScale`), and each of P_u
   * against the same with `positivesWeight`. Default "phases".
   */
  readonly loss?: "phases" | "weighted";
  /** Places over which a distilled item's weight falls to 1/e, where the loss is "weighted". Default 10. */
  readonly weightScale?: number;
  /** Weight of an observed item, the first distilled one having 1, where the loss is "weighted". Default 0.1. */
  readonly positivesWeight?: number;
  /** How users come into batches. Default "interactions". */
  readonly sampling?: UserSampling;
  /** Distilled unobserved items per user (K). Default 100. */
  readonly listLength?: number;
  /** Observed items per user (K_obs). Default 10. */
  readonly observedLength?: number;
  /** Exact log-sum-exp, or the released form with scores clamped to [-40, 40]. Default "free". */
  readonly scores?: "free" | "clamped";
  /** Weight of the loss of the first phase. Default 0.01. */
  readonly overallWeight?: number;
  /** Weight of the loss of the second phase. Default 0.005. */
  readonly rankedWeight?: number;
  /** Weight of the loss that is "weighted". Default 0.02. */
  readonly weightedWeight?: number;
  /** Epochs between evaluations and between advances along the trajectories (p). Default 10. */
  readonly every?: number;
  /** Evaluations of the second phase without a better validation value after which training ends. Default 5. */
  readonly patience?: number;
  /**
   * How many of the epochs, half of them at most, are kept for the end: when all others are over, or patience is,
   * training goes back to the best evaluation and takes this many epochs of steps a tenth as long. Default 0.
   */
  readonly finalEpochs?: number;
  /** Cut-off of the discrepancy. Default 50. */
  readonly discrepancyLength?: number;
  /** Scale of the discrepancy's gain. Default 10. */
  readonly lambda?: number;
  /** Whose rank is the discrepancy's gain taken at. Default "teacher". */
  readonly gain?: "teacher" | "student";
  /** The threshold of an advance, before it is lowered. Default 1.05. */
  readonly alpha?: number;
  /** What lowers the threshold at every advance, as a factor. Default 0.995. */
  readonly anneal?: number;
  /** Whether a pair advances also when its discrepancy has grown. Default true. */
  readonly advanceOnRegress?: boolean;
}

/** {@linkcode DistillOptions} with every value given. */
export type DistillSettings = Required<DistillOptions>;

/** The defaults. */
export const distillDefaults: DistillSettings = {
  student: "MF",
  dim: 6,
  seed: 1,
  epochs: 300,
  learningRate: 3e-3,
  weightDecay: 1e-5,
  initialScale: 0.01,
  batchSize: 1024,
  start: "random",
  loss: "phases",
  weightScale: 10,
  positivesWeight: 0.1,
  sampling: "interactions",
  listLength: 100,
  observedLength: 10,
  scores: "free",
  overallWeight: 0.01,
  rankedWeight: 0.005,
  weightedWeight: 0.02,
  every: 10,
  patience: 5,
  finalEpochs: 0,
  discrepancyLength: 50,
  lambda: 10,
  gain: "teacher",
  alpha: 1.05,
  anneal: 0.995,
  advanceOnRegress: true,
};

/** One of some words, told as they are typed on a command line. */
function word(...words: string[]): OptionRule {
  return { ...oneOf(...words), expected: words.join(" or ") };
}

const positive: OptionRule = { ...positiveNumber, expected: "a positive number" };

/** What each setting may be; how large `dim` may be hangs on the student. */
export const distillRules: { readonly [K in keyof DistillSettings]: OptionRule } = {
  student: word("MF", "Quadric", "Siren", "GNN", "AE"),
  dim: positiveInteger,
  seed: wholeNumber(0, 0xffffffff),
  epochs: positiveInteger,
  learningRate: positive,
  weightDecay: nonNegativeNumber,
  initialScale: positive,
  batchSize: positiveInteger,
  start: word("random", "spectral"),
  loss: word("phases", "weighted"),
  weightScale: positive,
  positivesWeight: nonNegativeNumber,
  sampling: word("interactions", "uniform"),
  listLength: positiveInteger,
  observedLength: positiveInteger,
  scores: word("free", "clamped"),
  overallWeight: positive,
  rankedWeight: positive,
  weightedWeight: positive,
  every: positiveInteger,
  patience: positiveInteger,
  finalEpochs: wholeNumber(0, 0xffffffff),
  discrepancyLength: positiveInteger,
  lambda: positive,
  gain: word("teacher", "student"),
  alpha: positive,
  anneal: positive,
  advanceOnRegress: { allows: (value) => typeof value === "boolean", expected: "true or false" },
};

/** The students that can take rows to start from. */
export const startable: readonly string[] = ["MF", "Quadric", "Siren"];

/**
 * Checks that a student can go back to its best, where it is to.
 *
 * @throws {ArgumentError} naming those that can.
 */
export function checkFinalEpochs(
  { finalEpochs, student }: { readonly finalEpochs: number; readonly student: string },
): void {
  if (finalEpochs === 0 || startable.includes(student)) return;
  const right = `0, or one of the students ${startable.join(", ")}`;
  throw new ArgumentError("finalEpochs", `it is ${finalEpochs} with the student ${student}`, right);
}

/**
 * Checks that a student is not too large for the kernels of the losses over all items.
 *
 * @throws {ArgumentError} naming the largest `dim`.
 */
export function checkStudentDim({ dim, student }: { readonly dim: number; readonly student: string }): void {
  const most: Record<string, number> = {
    Quadric: longestEmbedding / 2,
    Siren: longestEmbedding - sirenOutputs,
  };
  checkEmbedding(dim, most[student]);
}

/**
 * Fills in the defaults and checks every value.
 *
 * @throws {ArgumentError} if a name is unknown, a value is out of range, or the student cannot start or end so.
 */
export function distillSettings(options: DistillOptions): DistillSettings {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(distillDefaults, name)) {
      throw new ArgumentError(name, "there is no such option", Object.keys(distillDefaults).join(", "));
    }
  }
  const settings = readOptions(options, distillDefaults, distillRules);
  checkStudentDim(settings);
  checkFinalEpochs(settings);
  if (settings.start === "spectral" && !startable.includes(settings.student)) {
    throw new ArgumentError(
      "start",
      `it is spectral, and the rows of the student ${settings.student} are computed from other parameters`,
      `random, or one of the students ${startable.join(", ")}`,
    );
  }
  return settings;
}
