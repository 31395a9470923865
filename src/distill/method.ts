/**
 * What a method of distillation is: everything but the loop, which all methods share. This module is browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import type { Gpu } from "../gpu/gpu.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import type { OptionRule } from "../models/model_options.ts";
import type { EpochRecord } from "../teachers/training.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import type { StudentModel, StudentOptions } from "./student_model.ts";

/** Settings that every method has. */
export interface SharedSettings extends StudentOptions {
  /** Kind of student, as in {@linkcode DistillOptions}. */
  readonly student: string;
  /** Most epochs. */
  readonly epochs: number;
  /** Training interactions per batch. */
  readonly batchSize: number;
  /** Epochs between evaluations, and between changes of what is taught. */
  readonly every: number;
  /** Evaluations that count without a better validation value after which training ends. */
  readonly patience: number;
  /** How many of the epochs are kept for the end, as in {@linkcode DistillOptions}. */
  readonly finalEpochs: number;
}

/** A setting's value. */
export type SettingValue = number | string | boolean;

/** All settings of one training: the shared ones and the method's own. */
export type MethodSettings = SharedSettings & Readonly<Record<string, SettingValue>>;

/** What a method works with. */
export interface MethodContext {
  /** The device. */
  readonly gpu: Gpu;
  /** The data. */
  readonly split: Split;
  /** The teachers; empty for a method without. */
  readonly trajectories: readonly Trajectory[];
  /** The student. */
  readonly student: StudentModel;
  /** Every setting. */
  readonly settings: MethodSettings;
}

/** What an epoch's record says beside loss and metrics. */
export type EpochFacts = Pick<EpochRecord, "phase" | "stage" | "meanState" | "teacherWeights">;

/** A method at work on one student. */
export interface MethodRun extends Disposable {
  /** What holds for the next epoch. */
  facts(epoch: number): EpochFacts;
  /** Reads from the device what the next epoch has to know before it is recorded. */
  prepare?(epoch: number): Promise<void>;
  /** Records the steps of one epoch, counted from 1, at once, then reads its losses: the mean per visit. */
  epoch(epoch: number): Promise<number>;
  /**
   * Changes what is taught, after the evaluations of epochs that are multiples of `every`.
   *
   * @param lists [users x width] the student's ranking without training items.
   */
  between?(epoch: number, lists: Uint32Array, width: number): Promise<void> | void;
  /** Whether an evaluation counts for early stopping; all do if this is absent. */
  counts?(record: EpochRecord): boolean;
  /** What the method has to remember, by names that neither a student ("step", "...table") nor the loop ("best") uses. */
  checkpoint?(): ModelCheckpoint;
  /** Continues from a checkpoint, which holds other arrays too. */
  restore?(checkpoint: ModelCheckpoint): void;
}

/** A method of distillation, or of training without. */
export interface DistillationMethod {
  /** Short name for commands and files, such as "rrd". */
  readonly key: string;
  /** Name for people, such as "RRD". */
  readonly title: string;
  /** Whether it is this project's own, and not published. Default: no. */
  readonly own?: boolean;
  /** Which teachers it wants. */
  readonly teachers: "all" | "none";
  /** Which kinds of students it can train. Default: all. */
  readonly students?: readonly string[];
  /** Settings that differ from the shared defaults, and the method's own. */
  readonly defaults: Readonly<Record<string, SettingValue>>;
  /** What each of the method's own settings may be; those that {@linkcode DistillOptions} has are as there. */
  readonly rules?: Readonly<Record<string, OptionRule>>;
  /** The values that tuning may choose, by setting. */
  readonly grid: Readonly<Record<string, readonly SettingValue[]>>;
  /** Length of the lists that `between` is given. Default: 100. */
  listLength?(settings: MethodSettings): number;
  /**
   * Checks the settings beyond their rules.
   *
   * @throws {ArgumentError} naming the setting that is unusable.
   */
  check?(settings: MethodSettings): void;
  /** Takes the method's device memory. */
  start(context: MethodContext): MethodRun;
}
