/**
 * Configuration files: TOML, or JSON where the name ends in `.json`.
 *
 * @module
 */
import { type Command, Option } from "commander";
import { readText } from "../data/files.ts";
import { DataError } from "../errors.ts";
import { loadPackage } from "../export/load_package.ts";
import { allConfigKeys, configKeys, KeyProblem, readKey } from "./config_keys.ts";
import { pathName } from "./options.ts";
import { suggestion } from "./setting_options.ts";

type TomlPackage = typeof import("npm:smol-toml@1.9.1");

/** How a configuration is printed. */
export type ConfigForm = "toml" | "json";

/** Adds the options `--config` and `--print-config`. */
export function configOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--config <file>",
        "options from a file, TOML or JSON (docs/configuration.md); flags win over it",
      )
        .argParser(pathName).conflicts("resume"),
    )
    .addOption(
      new Option("--print-config [form]", "print all options as such a file, and end").choices([
        "toml",
        "json",
      ])
        .preset("toml").conflicts("resume"),
    );
}

function loadToml(): Promise<TomlPackage> {
  return loadPackage<TomlPackage>("smol-toml@1.9.1");
}

/**
 * Reads the text of a TOML file, or of a JSON file if its name ends so.
 *
 * @throws {DataError} naming file and line, if it is neither.
 */
export async function parseConfigText(file: string, text: string): Promise<unknown> {
  if (file.toLowerCase().endsWith(".json")) {
    try {
      return JSON.parse(text);
    } catch (error) {
      const { message } = error as Error;
      const line = /line (\d+)/.exec(message)?.[1];
      throw new DataError(
        { file, ...(line === undefined ? {} : { line: Number(line) }) },
        `this is not JSON: ${message}`,
      );
    }
  }
  const toml = await loadToml();
  try {
    return toml.parse(text);
  } catch (error) {
    if (!(error instanceof toml.TomlError)) throw error;
    const reason = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    throw new DataError({ file, line: error.line }, `this is not TOML: ${reason}`);
  }
}

function parts(path: string): string[] {
  return [...path.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map((match) =>
    match[1] ?? match[2] ?? match[3]!
  );
}

/** The line of a TOML text, from 1, on which a key or its innermost table stands; undefined if it cannot be told. */
function tomlLine(text: string, path: readonly string[]): number | undefined {
  let table: string[] = [];
  let best: number | undefined;
  let depth = 0;
  for (const [n, line] of text.split("\n").entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line);
    const key = /^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=/.exec(line);
    if (header) table = parts(header[1]!);
    if (!header && !key) continue;
    const here = header ? table : [...table, ...parts(key![1]!)];
    if (here.length > depth && here.length <= path.length && here.every((part, p) => part === path[p])) {
      best = n + 1;
      depth = here.length;
    }
  }
  return best;
}

/** The same for a JSON text. */
function jsonLine(text: string, path: readonly string[]): number | undefined {
  let at = 0;
  for (const part of path) {
    const quoted = JSON.stringify(part).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const found = new RegExp(`${quoted}\\s*:`).exec(text.slice(at));
    if (!found) return undefined;
    at += found.index + found[0].length;
  }
  return text.slice(0, at).split("\n").length;
}

/**
 * Reads a configuration file and checks every key and value.
 *
 * @param program All commands: the file may also hold keys of others than the one that reads it.
 * @param command The one that reads it, where a key means something else for another.
 * @returns The values that are there, as options have them, by name.
 * @throws {DataError} naming file, line and key, if it cannot be read or something in it is wrong.
 */
export async function readConfigFile(
  file: string,
  program: Command,
  command?: Command,
): Promise<Map<string, unknown>> {
  const text = await readText(file);
  const content = await parseConfigText(file, text);
  const fail = (path: readonly string[], message: string): never => {
    const line = file.toLowerCase().endsWith(".json") ? jsonLine(text, path) : tomlLine(text, path);
    throw new DataError({ file, ...(line === undefined ? {} : { line }) }, message);
  };
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return fail([], `this is ${JSON.stringify(content)}; expected an object of options`);
  }
  if ("command" in content && "fingerprint" in content) {
    const { command } = content as { command: unknown };
    return fail(["command"], `this is the record of a run, made by: ${command}`);
  }
  const known = allConfigKeys(program);
  if (command !== undefined) { for (const key of configKeys(command)) known.set(key.name, [key]); }
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(content)) {
    // With it, editors find the schema.
    if (name === "$schema") continue;
    const keys = known.get(name);
    if (!keys) {
      const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const advice = known.has(camel) ? `did you mean ${camel}?` : suggestion(name, [...known.keys()]);
      return fail([name], `there is no option "${name}"; ${advice}`);
    }
    try {
      values.set(name, readKey(keys, value));
    } catch (error) {
      if (error instanceof KeyProblem) fail(error.path, error.message);
      throw error;
    }
  }
  return values;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function merged(under: unknown, over: unknown): unknown {
  if (!isTable(under) || !isTable(over)) return over;
  const entries = Object.entries(over).map(([name, value]) => [name, merged(under[name], value)]);
  return { ...under, ...Object.fromEntries(entries) };
}

/**
 * Gives the options of a command what the file of `--config` says, where no flag says otherwise; of tables, flags change
 * only what they name.
 */
export async function applyConfig(command: Command): Promise<void> {
  const { config } = command.opts<{ config?: string }>();
  if (config === undefined) return;
  const values = await readConfigFile(config, command.parent!, command);
  for (const { name } of configKeys(command)) {
    if (!values.has(name)) continue;
    const value = values.get(name);
    const isGiven = command.getOptionValueSource(name) === "cli";
    if (!isGiven) command.setOptionValueWithSource(name, value, "config");
    else command.setOptionValueWithSource(name, merged(value, command.getOptionValue(name)), "cli");
  }
}

/**
 * Makes sure that options are given which a file may give too, so that they cannot be mandatory while flags are parsed.
 *
 * @param names Their names in camelCase.
 */
export function requireOptions(command: Command, names: readonly string[]): void {
  const absent = command.options.find((option) =>
    names.includes(option.attributeName()) && command.getOptionValue(option.attributeName()) === undefined
  );
  if (absent !== undefined) command.error(`error: required option '${absent.flags}' not specified`);
}

/** Gives options that neither a flag nor a file sets what a preset says. */
export function applyPreset(command: Command, preset: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(preset)) {
    const source = command.getOptionValueSource(name);
    if (source === undefined || source === "default") command.setOptionValueWithSource(name, value, "preset");
  }
}

/** Values as TOML; those that are undefined are left out, and tables stand last. */
export async function tomlText(values: Readonly<Record<string, unknown>>): Promise<string> {
  // What stands behind a table would belong to it.
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  const ordered = [
    ...entries.filter(([, value]) => !isTable(value)),
    ...entries.filter(([, value]) => isTable(value)),
  ];
  return (await loadToml()).stringify(Object.fromEntries(ordered)).trimEnd();
}

/**
 * All options of a command as a configuration file.
 *
 * @param resolved Values beside or instead of the command's own.
 */
export async function configText(
  command: Command,
  form: ConfigForm,
  resolved: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const all = { ...command.opts(), ...resolved } as Record<string, unknown>;
  const names = configKeys(command).map(({ name }) => name);
  const isSet = (name: string) => all[name] !== undefined;
  const values = Object.fromEntries(names.filter(isSet).map((name) => [name, all[name]]));
  if (form === "json") return JSON.stringify(values, null, 2);
  const unset = names.filter((name) => !isSet(name));
  const remark = unset.length === 0 ? "" : `# not set: ${unset.join(", ")}\n`;
  return remark + await tomlText(values);
}
