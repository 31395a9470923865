/**
 * What can be compared: the methods of the registry, weighted lists with students of their own, and HetComp from each
 * teacher alone.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";
import type { SettingValue } from "../distill/method.ts";
import { ArgumentError } from "../errors.ts";
import { distillationMethods, methodOf } from "../distill/methods/registry.ts";
import { type YardstickKind, yardstickKinds } from "../models/yardsticks.ts";
import { isTeacherName } from "../teachers/import_trajectory.ts";
import { meantName } from "../nearest_ids.ts";
import type { MethodSummary } from "../report/comparison_summary.ts";
import { teacherKindNames } from "./setting_options.ts";

/** One method with its student and teachers. */
export interface Entry {
  /** Name in commands and files. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /** Key of the method. */
  readonly method: string;
  /** Kind of student. */
  readonly student: string;
  /** The only teacher; null: all. */
  readonly teacher: string | null;
  /** Settings that differ from the method's defaults. */
  readonly settings?: Readonly<Record<string, SettingValue>>;
  /** What it is compared as. */
  readonly group: MethodSummary["group"];
}

const singlePrefix = "only-";
/** What trains another student than MF by weighted lists, beside methods that train MF. */
const ownStudents: Readonly<Record<string, Pick<Entry, "title" | "student" | "settings">>> = {
  quadrics: { title: "Quadrics (ours)", student: "Quadric" },
  sirens: { title: "Sirens (ours)", student: "Siren", settings: { finalEpochs: 20 } },
};

/** The method against which the others are tested unless another is asked for. */
export const mainMethod = "hetcomp";

function entryOf(name: string, student: string): Entry {
  if (name.startsWith(singlePrefix)) {
    const teacher = name.slice(singlePrefix.length);
    const title = `HetComp from ${teacher} alone`;
    return { name, title, method: mainMethod, student, teacher, group: "single" };
  }
  if (Object.hasOwn(ownStudents, name)) {
    const own = ownStudents[name]!;
    if (student !== "MF") {
      throw new ArgumentError("student", `${name} trains "${own.student}" beside MF, not "${student}"`, "MF");
    }
    return { name, ...own, method: "weighted", teacher: null, group: "own" };
  }
  const { title, own } = methodOf(name);
  const group = own ? "own" : name.startsWith(`${mainMethod}-`) ? "ablation" : "method";
  return { name, title, method: name, student, teacher: null, group };
}

/** Reads a list of methods; "all" stands for those there are. */
export function methodNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const known = [
    ...Object.keys(distillationMethods),
    ...Object.keys(ownStudents),
    ...teacherKindNames.map((kind) => singlePrefix + kind),
  ];
  for (const name of names) {
    const isSingle = name.startsWith(singlePrefix) && isTeacherName(name.slice(singlePrefix.length));
    if (name !== "all" && !known.includes(name) && !isSingle) {
      const meant = meantName(name, known);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      throw new InvalidArgumentError(
        `there is no method "${name}"; expected all, or some of ${known.join(",")}${hint}`,
      );
    }
  }
  return names;
}

/** Reads a list of yardsticks; "none", as an empty list does, stands for none of them. */
export function yardstickNames(text: string): YardstickKind[] {
  if (["", "none"].includes(text.trim())) return [];
  return text.split(",").map((name) => {
    const kind = yardstickKinds.find((known) => known === name.trim());
    if (!kind) throw new InvalidArgumentError(`expected none, or some of ${yardstickKinds.join(",")}`);
    return kind;
  });
}

/** Reads the name of one method. */
export function oneMethod(text: string): string {
  const [name, ...others] = methodNames(text);
  if (name === "all" || others.length > 0) throw new InvalidArgumentError("expected one method");
  return name!;
}

/**
 * The methods that names stand for, in the order of the tables, each once. "all" includes each of the teachers alone if
 * there are several, and leaves out what cannot train the student.
 *
 * @throws {ArgumentError} if a method named has another student than these are compared with.
 */
export function entriesOf(names: readonly string[], teachers: readonly string[], student = "MF"): Entry[] {
  const wanted = new Set(names);
  const singles = teachers.length > 1 ? teachers.map((kind) => singlePrefix + kind) : [];
  const all = [...Object.keys(distillationMethods), ...Object.keys(ownStudents), ...singles];
  const fits = (name: string) =>
    Object.hasOwn(ownStudents, name)
      ? student === "MF"
      : distillationMethods[name]?.students?.includes(student) ?? true;
  if (wanted.has("all")) { for (const name of all.filter(fits)) wanted.add(name); }
  const others = [...wanted].filter((name) => name !== "all" && !all.includes(name));
  return [...all.filter((name) => wanted.has(name)), ...others].map((name) => entryOf(name, student));
}
