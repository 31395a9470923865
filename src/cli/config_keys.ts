/**
 * What a configuration file may say: a key for every option of the commands that take `--config`, named as the flag in
 * camelCase. All is derived from the options themselves.
 *
 * @module
 */
import type { Command, Option } from "commander";
import { HetcompError } from "../errors.ts";
import { yardstickKinds } from "../models/yardsticks.ts";
import { teacherDefaults, teacherExpectation } from "../teachers/presets.ts";
import { methodNames, oneMethod, yardstickNames } from "./compare_entries.ts";
import {
  columnName,
  countNumber,
  delimiterText,
  finiteNumber,
  numberList,
  pathName,
  positiveInteger,
  positiveNumber,
  seedNumber,
  seedNumbers,
  teacherKinds,
  textEntry,
} from "./options.ts";
import {
  checkDistillSetting,
  checkTeacherSetting,
  distillSetting,
  distillSettingDefaults,
  isBuiltIn,
  suggestion,
  teacherKindNames,
  teacherSetting,
  type TeacherSettingTable,
} from "./setting_options.ts";

/** A piece of a JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** Something wrong with a value of a file, and where in the file. */
export class KeyProblem extends Error {
  /** Names the keys that lead to the place, outermost first. */
  constructor(/** See the class. */ readonly path: readonly string[], message: string) {
    super(message);
  }
}

/** A key of a configuration file. */
export interface ConfigKey {
  /** The option's name in camelCase. */
  readonly name: string;
  /** What is allowed. */
  readonly schema: Schema;
  /** The option's value for a value of the file; throws {@linkcode KeyProblem}. */
  readonly read: (value: unknown) => unknown;
}

/** Options that say how a command is run, not what it does. */
const withoutKey = ["config", "printConfig", "resume", "help", "version", "quiet", "log"];

type Parser = (text: string, earlier: never) => unknown;

function typeOf(value: unknown): Schema {
  return typeof value === "number" ? { type: "number" } : { type: typeof value };
}

function closed(properties: Record<string, Schema>): Schema {
  return { type: "object", additionalProperties: false, properties };
}

const schemas = new Map<Parser, Schema>([
  [positiveInteger, { type: "integer", minimum: 1 }],
  [countNumber, { type: "integer", minimum: 0 }],
  [positiveNumber, { type: "number", exclusiveMinimum: 0 }],
  [finiteNumber, { type: "number" }],
  [seedNumber, { type: "integer", minimum: 0, maximum: 0xffffffff }],
  [seedNumbers, {
    type: "array",
    minItems: 1,
    uniqueItems: true,
    items: { type: "integer", minimum: 0, maximum: 0xffffffff },
  }],
  [columnName, { type: "string", minLength: 1 }],
  [delimiterText, { type: "string", minLength: 1 }],
  [pathName, { type: "string", minLength: 1 }],
  [numberList, { type: "array", minItems: 1, items: { type: "integer", minimum: 1 } }],
  [teacherKinds, {
    type: "array",
    minItems: 1,
    uniqueItems: true,
    // Imported teachers have names of their own.
    items: { type: "string", examples: teacherKindNames },
  }],
  [methodNames, { type: "array", minItems: 1, items: { type: "string" } }],
  [oneMethod, { type: "string", minLength: 1 }],
  [yardstickNames, { type: "array", items: { type: "string", enum: yardstickKinds } }],
  [textEntry, { type: "array", minItems: 1, items: { type: "string", minLength: 1 } }],
  [
    distillSetting,
    closed(Object.fromEntries(
      Object.entries(distillSettingDefaults).map((
        [name, value],
      ) => [name, { ...typeOf(value), default: value }]),
    )),
  ],
  [
    teacherSetting,
    closed(Object.fromEntries(teacherKindNames.map((kind) => [
      kind,
      closed(Object.fromEntries(
        Object.entries(teacherDefaults(kind)).map(([name, value]) => [
          name,
          { ...typeOf(value), description: teacherExpectation(kind, name), default: value },
        ]),
      )),
    ]))),
  ],
]);

function table(value: unknown, path: readonly string[]): [string, unknown][] {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)) {
    return Object.entries(value);
  }
  throw new KeyProblem(path, `'${path.join(".")}' is ${JSON.stringify(value)}; expected a table`);
}

function checked(path: readonly string[], check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof HetcompError ? new KeyProblem(path, error.message) : error;
  }
}

function readTeacherSettings(value: unknown, name: string): TeacherSettingTable {
  const kinds = table(value, [name]).map(([kind, settings]) => {
    if (!isBuiltIn(kind)) {
      throw new KeyProblem(
        [name, kind],
        `there is no teacher "${kind}"; ${suggestion(kind, teacherKindNames)}`,
      );
    }
    const entries = table(settings, [name, kind]);
    for (const [setting, given] of entries) {
      checked([name, kind, setting], () => checkTeacherSetting(kind, setting, given));
    }
    return [kind, Object.fromEntries(entries)];
  });
  return Object.fromEntries(kinds);
}

function readDistillSettings(value: unknown, name: string): unknown {
  const entries = table(value, [name]);
  for (const [setting, given] of entries) {
    checked([name, setting], () => checkDistillSetting(setting, given));
  }
  return Object.fromEntries(entries);
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (schema.type === "array") {
    return Array.isArray(value) && value.every((element) => isOfType(element, schema.items as Schema));
  }
  const found: string = typeof value;
  return found === (schema.type === "integer" ? "number" : schema.type);
}

function right(schema: Schema): string {
  if (schema.enum !== undefined) {
    return (schema.enum as string[]).map((word) => JSON.stringify(word)).join(" or ");
  }
  if (schema.type === "array") {
    return `a list of ${(schema.items as Schema).type === "integer" ? "integers" : "texts"}`;
  }
  if (schema.type === "boolean") return "true or false";
  return schema.type === "string" ? "text" : schema.type === "integer" ? "an integer" : `a ${schema.type}`;
}

function readValue(option: Option, schema: Schema, name: string, value: unknown): unknown {
  const shown = `'${name}' is ${typeof value === "number" ? value : JSON.stringify(value)}`;
  if (!isOfType(value, schema)) throw new KeyProblem([name], `${shown}; expected ${right(schema)}`);
  if (option.isBoolean()) return value;
  const text = Array.isArray(value) ? value.join(",") : String(value);
  const parser = option.parseArg as Parser | undefined;
  if (parser === undefined) return text;
  try {
    // The one kind of list whose flag names one element each time that it is given.
    if (parser === textEntry) return (value as string[]).flatMap((entry) => textEntry(entry));
    return parser(text, undefined as never);
  } catch (error) {
    throw new KeyProblem([name], `${shown}; ${(error as Error).message}`);
  }
}

function keyOf(option: Option): ConfigKey {
  const name = option.attributeName();
  const parser = option.parseArg as Parser | undefined;
  const form: Schema = option.argChoices
    ? { type: "string", enum: option.argChoices }
    : option.isBoolean()
    ? { type: "boolean" }
    : parser === undefined
    ? { type: "string" }
    : schemas.get(parser)!;
  if (form === undefined) throw new Error(`the option ${option.flags} has no schema in config_keys.ts`);
  const preset = option.defaultValue === undefined ? {} : { default: option.defaultValue };
  return {
    name,
    schema: { description: option.description, ...form, ...preset },
    read: parser === teacherSetting
      ? (value) => readTeacherSettings(value, name)
      : parser === distillSetting
      ? (value) => readDistillSettings(value, name)
      : (value) => readValue(option, form, name, value),
  };
}

/** The keys that a command reads, in the order of its options. */
export function configKeys(command: Command): ConfigKey[] {
  return command.options.filter((option) => !option.hidden && !withoutKey.includes(option.attributeName()))
    .map(keyOf);
}

/** Whether a command takes a configuration file. */
export function takesConfig(command: Command): boolean {
  return command.options.some((option) => option.attributeName() === "config");
}

/** The keys of one file that is meant for all commands that take one, by name; several where commands differ in the type. */
export function allConfigKeys(program: Command): Map<string, ConfigKey[]> {
  const keys = new Map<string, ConfigKey[]>();
  for (const command of program.commands.filter(takesConfig)) {
    for (const key of configKeys(command)) {
      const others = keys.get(key.name) ?? [];
      if (others.some(({ schema }) => schema.type === key.schema.type)) continue;
      keys.set(key.name, [...others, key]);
    }
  }
  return keys;
}

/**
 * The value of a key that a file holds.
 *
 * @param keys What commands understand by it; the first that takes the value decides.
 * @throws {KeyProblem} if none does.
 */
export function readKey(keys: readonly ConfigKey[], value: unknown): unknown {
  let problem: unknown;
  for (const { read } of keys) {
    try {
      return read(value);
    } catch (error) {
      if (!(error instanceof KeyProblem)) throw error;
      problem ??= error;
    }
  }
  throw problem;
}
