/**
 * Settings that have no flag of their own: of teachers (`--teacher-option MF.dim=32`) and of the distillation
 * (`--option alpha=1.1`). In a configuration file they are tables: `[teacherOption.MF]` and `[option]`.
 *
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";
import { distillDefaults, type DistillOptions, distillSettings } from "../distill/options.ts";
import { ArgumentError, HetcompError } from "../errors.ts";
import type { Hyperparameters } from "../models/model.ts";
import { modelFactories } from "../models/registry.ts";
import { yardstickKinds } from "../models/yardsticks.ts";
import { meantName } from "../nearest_ids.ts";
import { type BuiltInTeacher, teacherDefaults, teacherSettings } from "../teachers/presets.ts";
import type { TeacherKind } from "../teachers/train_teacher.ts";

/** Settings of teachers that somebody chose, by kind. */
export type TeacherSettingTable = Readonly<Record<string, Hyperparameters>>;

/** Every kind of teacher that is trained here. */
export const trainedKindNames: readonly TeacherKind[] = Object.keys(modelFactories) as TeacherKind[];

/** Every kind of teacher that is made here. */
export const teacherKindNames: readonly BuiltInTeacher[] = [...trainedKindNames, ...yardstickKinds];

/** Whether a teacher of this name is made here. */
export function isBuiltIn(name: string): name is BuiltInTeacher {
  return (teacherKindNames as readonly string[]).includes(name);
}

const ownFlags = ["student", "dim", "seed", "epochs", "learningRate", "scores", "patience"];

/** The settings of the distillation that have no flag of their own, with their defaults. */
export const distillSettingDefaults: Hyperparameters = Object.fromEntries(
  Object.entries(distillDefaults).filter(([name]) => !ownFlags.includes(name)),
);

/** "did you mean x?", or else all that there is. */
export function suggestion(unknown: string, known: readonly string[]): string {
  const found = meantName(unknown, known);
  return found === undefined ? `expected some of ${known.join(", ")}` : `did you mean ${found}?`;
}

/** What is right in place of an unknown name: the one that was meant, or else all that there is. */
function near(unknown: string, known: readonly string[]): string {
  return meantName(unknown, known) ?? `one of ${known.join(", ")}`;
}

function requireKnown(what: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new ArgumentError(name, `${what} has no setting of this name`, near(name, known));
}

/**
 * Checks one setting of a kind of teacher.
 *
 * @throws {ArgumentError} if there is no such kind or setting, or the value is unusable.
 */
export function checkTeacherSetting(kind: string, name: string, value: unknown): void {
  requireTeacher(kind);
  requireKnown(`the teacher ${kind}`, name, Object.keys(teacherDefaults(kind as BuiltInTeacher)));
  teacherSettings(kind as BuiltInTeacher, "", { [name]: value });
}

function requireTeacher(kind: string): void {
  if (isBuiltIn(kind)) return;
  throw new ArgumentError(kind, "there is no such teacher", teacherKindNames.join(", "));
}

/**
 * Checks one setting of the distillation.
 *
 * @throws {ArgumentError} if there is no such setting, it has a flag of its own, or the value is unusable.
 */
export function checkDistillSetting(name: string, value: unknown): void {
  if (ownFlags.includes(name)) {
    throw new ArgumentError(name, "it has a flag and a key of its own", `${flagOf(name)}, or ${name} = ...`);
  }
  requireKnown("the distillation", name, Object.keys(distillSettingDefaults));
  const expected: string = typeof distillSettingDefaults[name];
  const found: string = typeof value;
  if (found !== expected) {
    throw new ArgumentError(name, `it is ${JSON.stringify(value)}`, `a ${expected}`);
  }
  distillSettings({ [name]: value } as DistillOptions);
}

/** An option's name as a flag. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function typed(text: string, like: unknown): string | number | boolean {
  if (typeof like === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (typeof like === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  return text;
}

function parsed(text: string, form: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(`expected ${form}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Commander adds its own words around the message of this class only. */
function asInvalidArgument(check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof HetcompError ? new InvalidArgumentError(error.message) : error;
  }
}

/** Reads KIND.NAME=VALUE of a command line and adds it to those before. */
export function teacherSetting(text: string, earlier: TeacherSettingTable = {}): TeacherSettingTable {
  const [path, given] = parsed(text, "KIND.NAME=VALUE, such as MF.dim=32");
  const [kind, name, ...rest] = path.split(".") as [string, string | undefined, ...string[]];
  if (name === undefined || rest.length > 0) {
    throw new InvalidArgumentError("expected KIND.NAME=VALUE, such as MF.dim=32");
  }
  let value: string | number | boolean = given;
  asInvalidArgument(() => {
    requireTeacher(kind);
    value = typed(given, teacherDefaults(kind as BuiltInTeacher)[name]);
    checkTeacherSetting(kind, name, value);
  });
  return { ...earlier, [kind]: { ...earlier[kind], [name]: value } };
}

/** Reads NAME=VALUE of a command line and adds it to those before. */
export function distillSetting(text: string, earlier: Hyperparameters = {}): Hyperparameters {
  const [name, given] = parsed(text, "NAME=VALUE, such as alpha=1.1");
  const value = typed(given, distillSettingDefaults[name]);
  asInvalidArgument(() => checkDistillSetting(name, value));
  return { ...earlier, [name]: value };
}

/** Adds the option that sets hyperparameters of teachers. */
export function teacherSettingOption(command: Command): Command {
  return command.option(
    "--teacher-option <kind.name=value>",
    "a hyperparameter of a teacher, such as MF.dim=32; may be given again",
    teacherSetting,
  );
}
