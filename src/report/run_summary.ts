/**
 * Everything a report is made from: plain JSON data, so that a report can be made again from a run folder. This module is browser compatible.
 *
 * Metric records use the keys `recall@10`, `ndcg@10`, `recall@50` and `ndcg@50`. A value that is absent, `null` (as
 * JSON writes NaN) or not finite counts as not measured.
 *
 * @module
 */
import type { EpochRecord } from "../teachers/training.ts";

export type { EpochRecord };

/** The data set of a run, after filtering, and the sizes of its split. */
export interface DatasetSummary {
  /** Name of the data set. */
  name: string;
  /** Number of users. */
  users: number;
  /** Number of items. */
  items: number;
  /** Number of training interactions. */
  train: number;
  /** Number of validation interactions. */
  valid: number;
  /** Number of test interactions. */
  test: number;
  /** Hash of the split, to tell whether two runs saw the same data. */
  fingerprint: string;
}

/** One line of the table of results. */
export interface ModelRow {
  /** Name of the model, for example `MF`. */
  name: string;
  /** What the model is in this run. */
  role: "yardstick" | "teacher" | "ensemble" | "student" | "baseline";
  /** Embedding dimension. */
  dim?: number;
  /** Number of trained parameters. */
  parameters?: number;
  /** Size of the parameters in bytes. */
  bytes?: number;
  /** Wall time of the training in seconds. */
  trainingSeconds?: number;
  /** Test metrics. */
  metrics: Record<string, number>;
  /** Validation metrics, used for the horizontal lines of a figure that shows validation curves. */
  validMetrics?: Record<string, number>;
}

/** The kept states of one teacher's training trajectory. */
export interface TrajectorySummary {
  /** Name of the teacher. */
  teacher: string;
  /** The states, early to final: the epoch of the checkpoint and its metrics. */
  states: { epoch: number; metrics: Record<string, number> }[];
}

/** How much the leading places of the models' lists have in common. */
export interface OverlapSummary {
  /** How many leading places of the lists are compared. */
  k: number;
  /** The models. */
  names: string[];
  /** [model][model] the mean overlap over the users with test items, from 0 to 1; see `listOverlap`. */
  means: number[][];
}

/** Some teachers, their ensemble, and the yardsticks beside them. */
export interface TeachersSummary {
  /** Heading of the report. */
  title: string;
  /** The data. */
  dataset: DatasetSummary;
  /** The command line that made the run. */
  command: string;
  /** The WebGPU adapter. */
  adapter: { name: string; kind: string };
  /** Versions of the programs involved, by name. */
  versions: Record<string, string>;
  /** Random seed. */
  seed: number;
  /** When the run started, ISO 8601. */
  started: string;
  /** Wall time in seconds, by step. */
  seconds: Record<string, number>;
  /** Test results of every model. */
  rows: ModelRow[];
  /** What has to be known beside the results, in sentences: what was left out, and why. */
  notes?: string[];
  /** How much the lists of the teachers and of the ensemble have in common. */
  overlap?: OverlapSummary;
  /** The kept states of the teachers. */
  stateMetrics?: TrajectorySummary[];
  /** Which part of the split `stateMetrics` was measured on. */
  stateMetricsOn?: "valid" | "test";
}

/** One distillation run. */
export interface RunSummary extends TeachersSummary {
  /** The student: dimension, number of parameters, size of its file in bytes. */
  student: { dim: number; parameters: number; bytes: number };
  /** Epochs of the student. */
  history: EpochRecord[];
  /** Epochs of the model of the same size trained without distillation (w/o KD). */
  baseline: EpochRecord[];
  /** Epoch at which the ranked phase started; null if it never did. */
  phaseSwitch: number | null;
  /** Epoch of the reported student, the best on validation. */
  bestEpoch: number;
}
