/**
 * The settings of one `distill` run: from options, from a config.json, and how the two are compared.
 *
 * @module
 */
import configuration from "../../deno.json" with { type: "json" };
import { isDelimiter } from "../data/log/log_form.ts";
import { splitMethods } from "../data/split.ts";
import { distillPreset } from "../distill/presets.ts";
import { type DistillSettings, distillSettings } from "../distill/options.ts";
import { HetcompError, RunError } from "../errors.ts";
import type { Hyperparameters } from "../models/model.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { fitDefaults } from "../teachers/fit.ts";
import type { ConfigForm } from "./config_file.ts";
import {
  resolvedTeachers,
  type TeacherChoice,
  teacherChoice,
  type TeacherChoiceFlags,
} from "./ensure_teachers.ts";
import { invocation } from "./invocation.ts";
import { type DataChoice, dataDefaults } from "./load_split.ts";
import { checkTeacherSetting, distillSettingDefaults, flagOf } from "./setting_options.ts";
import { dataChoice, type DataFlags } from "./options.ts";
import { configName, type RunConfig } from "./run_folder.ts";

/** The content of a run's config.json. */
export interface DistillConfig extends RunConfig {
  /** The command line that started the run. */
  readonly command: string;
  /** When, ISO 8601. */
  readonly started: string;
  /** Which adapter may be used. */
  readonly adapter: AdapterChoice;
  /** The data. */
  readonly data: DataChoice;
  /** Fingerprint of the split that the data gave. */
  readonly fingerprint: string;
  /** The teachers. */
  readonly teachers: TeacherChoice;
  /** Most epochs of the model without distillation; null: the default. */
  readonly baselineEpochs: number | null;
  /** Every setting of the distillation. */
  readonly distill: DistillSettings;
}

/** The options of the command, as parsed. */
export interface DistillFlags extends DataFlags, TeacherChoiceFlags {
  student: DistillSettings["student"];
  dim: number;
  epochs?: number;
  learningRate: number;
  scores: "free" | "clamped";
  patience: number;
  baselineEpochs?: number;
  out?: string;
  option?: Hyperparameters;
  resume?: string;
  printConfig?: ConfigForm;
  adapter: AdapterChoice;
  quiet?: boolean;
}

/** A word as a shell would have to be given it. */
export function shellWord(text: string): string {
  return /^[\w./:=,@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command line of this process. */
export function commandLine(command: string): string {
  const words = [...Deno.args];
  words.splice(words.indexOf(command), 1);
  return [invocation(command), ...words.map(shellWord)].join(" ");
}

/** What a data set's preset says of the options that have a flag of their own, by name. */
export function commandPreset(data: string): Readonly<Record<string, unknown>> {
  const flagged = Object.entries(distillPreset(data)).filter(([name]) => !(name in distillSettingDefaults));
  return Object.fromEntries(flagged);
}

/**
 * The configuration that options ask for; the fingerprint is known when the data is loaded.
 *
 * @throws {ArgumentError} if a setting is out of range.
 */
export function configOf(flags: DistillFlags): Omit<DistillConfig, "fingerprint"> {
  const { seed, student, dim, epochs, learningRate, scores, patience } = flags;
  return {
    version: configuration.version,
    command: commandLine("distill"),
    started: new Date().toISOString(),
    adapter: flags.adapter,
    data: dataChoice(flags),
    teachers: teacherChoice(flags),
    baselineEpochs: flags.baselineEpochs ?? null,
    distill: distillSettings({
      ...distillPreset(flags.data),
      seed,
      student,
      dim,
      learningRate,
      scores,
      patience,
      ...(epochs === undefined ? {} : { epochs }),
      ...flags.option,
    }),
  };
}

const text = { right: "text", fits: (value: unknown) => typeof value === "string" };
const name = {
  right: "text or null",
  fits: (value: unknown) => value === null || typeof value === "string",
};
const seed = { right: "an integer from 0 up", fits: (value: unknown) => Number.isInteger(value) };
const count = {
  right: "a positive integer or null",
  fits: (value: unknown) => value === null || (Number.isInteger(value) && (value as number) > 0),
};
const members: Readonly<Record<string, { right: string; fits: (value: unknown) => boolean }>> = {
  command: text,
  started: text,
  adapter: {
    right: "any, hardware or software",
    fits: (value) => ["any", "hardware", "software"].includes(value as string),
  },
  fingerprint: text,
  "data.source": text,
  "data.columns.user": name,
  "data.columns.item": name,
  "data.columns.rating": name,
  "data.columns.time": name,
  "data.delimiter": {
    right: "one or two characters, or absent",
    fits: (value) => value === undefined || (typeof value === "string" && isDelimiter(value)),
  },
  "data.header": {
    right: "true, false or null",
    fits: (value) => value === null || typeof value === "boolean",
  },
  "data.minimumRating": {
    right: "a number or null",
    fits: (value) => value === null || typeof value === "number",
  },
  "data.minimumInteractions": count,
  "data.core": count,
  "data.splitMethod": {
    right: splitMethods.join(", "),
    fits: (value) => (splitMethods as readonly unknown[]).includes(value),
  },
  "data.splitSeed": seed,
  "teachers.folder": text,
  "teachers.kinds": {
    right: "a list of texts",
    fits: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((kind) => typeof kind === "string"),
  },
  "teachers.seed": seed,
  "teachers.epochs": count,
  "teachers.options": { right: "an object", fits: isObject },
  baselineEpochs: count,
  distill: { right: "an object", fits: isObject },
};

function memberOf(content: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (value, name) => typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
    content,
  );
}

/** The content of a config.json; settings that runs of earlier programs do not have are those they ran with. */
function withDefaults(content: unknown): unknown {
  const data = memberOf(content, "data");
  const teachers = memberOf(content, "teachers");
  if (!isObject(data) || !isObject(teachers)) return content;
  const { columns, header, minimumRating, core, splitMethod } = dataDefaults;
  return {
    ...content as object,
    data: { columns, header, minimumRating, core, splitMethod, ...data },
    teachers: { options: {}, ...teachers },
  };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * Checks the content of a config.json.
 *
 * @param content What the file holds.
 * @param folder The run folder, for messages.
 * @throws {RunError} naming the first member that is wrong.
 */
export function parseConfig(content: unknown, folder: string): DistillConfig {
  const fail = (reason: string): never => {
    throw new RunError(`${folder}/${configName} is not the configuration of a run: ${reason}`);
  };
  const completed = withDefaults(content);
  for (const [path, { right, fits }] of Object.entries(members)) {
    const value = memberOf(completed, path);
    if (!fits(value)) fail(`'${path}' is ${JSON.stringify(value) ?? "absent"}; expected ${right}`);
  }
  const config = completed as DistillConfig;
  try {
    for (const [kind, settings] of Object.entries(config.teachers.options)) {
      for (const [name, value] of Object.entries(settings)) checkTeacherSetting(kind, name, value);
    }
    return { ...config, distill: distillSettings(config.distill) };
  } catch (error) {
    if (error instanceof HetcompError) fail(error.message);
    throw error;
  }
}

/** What each option sets. */
const settings: Readonly<
  Record<
    Exclude<keyof DistillFlags, "out" | "resume" | "quiet" | "printConfig" | "option" | "teacherOption">,
    (config: Omit<DistillConfig, "fingerprint">) => unknown
  >
> = {
  data: (config) => config.data.source,
  userColumn: (config) => config.data.columns.user,
  itemColumn: (config) => config.data.columns.item,
  ratingColumn: (config) => config.data.columns.rating,
  timeColumn: (config) => config.data.columns.time,
  delimiter: (config) => config.data.delimiter ?? null,
  header: ({ data: { header } }) => header === null ? null : header ? "yes" : "no",
  minimumRating: (config) => config.data.minimumRating,
  minimumInteractions: (config) => config.data.minimumInteractions,
  core: (config) => config.data.core,
  split: (config) => config.data.splitMethod,
  splitSeed: (config) => config.data.splitSeed,
  teachers: (config) => config.teachers.kinds.join(","),
  teachersFolder: (config) => config.teachers.folder,
  teacherEpochs: (config) => config.teachers.epochs,
  seed: (config) => config.distill.seed,
  student: (config) => config.distill.student,
  dim: (config) => config.distill.dim,
  epochs: (config) => config.distill.epochs,
  learningRate: (config) => config.distill.learningRate,
  scores: (config) => config.distill.scores,
  patience: (config) => config.distill.patience,
  baselineEpochs: (config) => config.baselineEpochs,
  adapter: (config) => config.adapter,
};

/**
 * Makes sure that options given beside `--resume` do not contradict the run: they would have no effect.
 *
 * @param given Names of the options that stand on the command line.
 * @throws {RunError} naming the first that does.
 */
export function checkResumed(config: DistillConfig, flags: DistillFlags, given: readonly string[]): void {
  if (flags.out !== undefined && flags.out !== flags.resume) {
    throw new RunError(`--resume ${flags.resume} goes on in its own folder: leave --out out`);
  }
  const refuse = (option: string, had: unknown, asks: unknown): never => {
    throw new RunError(
      `the run in ${flags.resume} was started with ${option} ${
        had ?? "left out"
      }, not ${asks}; a run is continued ` +
        `with its own settings: leave ${option} out, or start a new run`,
    );
  };
  const asked = configOf(flags);
  for (const [name, value] of Object.entries(settings)) {
    if (!given.includes(name) || value(asked) === value(config)) continue;
    refuse(flagOf(name), value(config), value(asked));
  }
  for (const [name, value] of Object.entries(flags.option ?? {})) {
    const had = Reflect.get(config.distill, name);
    if (value !== had) refuse(`--option ${name}`, had, value);
  }
  for (const [kind, chosen] of Object.entries(flags.teacherOption ?? {})) {
    for (const [name, value] of Object.entries(chosen)) {
      const had = config.teachers.options[kind]?.[name];
      if (value !== had) refuse(`--teacher-option ${kind}.${name}`, had, value);
    }
  }
}

/** The options with every value that presets and defaults give them, by name: what `--print-config` shows. */
export async function resolvedOptions(
  config: Omit<DistillConfig, "fingerprint">,
): Promise<Record<string, unknown>> {
  const { epochs } = config.distill;
  return {
    ...await resolvedTeachers(config.data, config.teachers),
    epochs,
    baselineEpochs: config.baselineEpochs ?? fitDefaults.epochs,
    option: Object.fromEntries(
      Object.keys(distillSettingDefaults).map((name) => [name, Reflect.get(config.distill, name)]),
    ),
  };
}
