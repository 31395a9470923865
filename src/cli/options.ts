import { type Command, InvalidArgumentError, Option } from "commander";
import { delimiterRule, isDelimiter } from "../data/log/log_form.ts";
import { type SplitMethod, splitMethods } from "../data/split.ts";
import { yardstickKinds } from "../models/yardsticks.ts";
import { isTeacherName } from "../teachers/import_trajectory.ts";
import type { ColumnChoice, DataChoice, LogChoice } from "./load_split.ts";
import { teacherKindNames, trainedKindNames } from "./setting_options.ts";

/** Reads a positive integer of a command line. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a positive integer");
  return value;
}

/** Reads a positive number of a command line. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError("expected a positive number");
  return value;
}

/** Reads a number of a command line. */
export function finiteNumber(text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("expected a number");
  return value;
}

/** Reads what separates fields on a command line, where a tab is hard to type. */
export function delimiterText(text: string): string {
  const meant = text === "tab" || text === "\\t" ? "\t" : text;
  if (!isDelimiter(meant)) throw new InvalidArgumentError(`expected ${delimiterRule}, or: tab`);
  return meant;
}

/** Reads the name of a column on a command line. */
export function columnName(text: string): string {
  if (text === "") throw new InvalidArgumentError("expected the name of a column, or its number");
  return text;
}

/** Reads a path of a command line. */
export function pathName(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("expected a path");
  return text;
}

/** Reads one more text of an option that takes several. */
export function textEntry(text: string, earlier: readonly string[] = []): string[] {
  if (text.trim() === "") throw new InvalidArgumentError("it is empty");
  return [...earlier, text];
}

/**
 * Reads ids of a command line: separated by commas, or, where ids hold commas, a JSON array. An option that is given
 * again adds to its list.
 */
export function idList(text: string, earlier: readonly string[] = []): string[] {
  if (!text.startsWith("[")) {
    const ids = text.split(",").map((id) => id.trim());
    if (ids.includes("")) throw new InvalidArgumentError("an id is empty");
    return [...earlier, ...ids];
  }
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch { /* said below */ }
  if (Array.isArray(ids) && ids.every((id) => typeof id === "string")) return [...earlier, ...ids];
  throw new InvalidArgumentError("expected ids separated by commas, or a JSON array of strings");
}

/** Reads a list of positive integers of a command line, such as 10,50. */
export function numberList(text: string): number[] {
  const numbers = text.split(",").map(positiveInteger);
  if (new Set(numbers).size < numbers.length) throw new InvalidArgumentError("a number is there twice");
  return numbers;
}

/** Reads a seed of a command line. */
export function seedNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new InvalidArgumentError("expected an integer from 0 to 4294967295");
  }
  return value;
}

/** Reads a list of different seeds, such as 1,2,3. */
export function seedNumbers(text: string): number[] {
  const seeds = text.split(",").map((seed) => seedNumber(seed.trim() || "-"));
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError("a seed is named twice");
  return seeds;
}

/** Reads an integer from 0 up of a command line. */
export function countNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError("expected an integer from 0 up");
  }
  return value;
}

/** Reads a list of teachers, such as MF,ML,mine; whether an imported one is there is found out when the data is known. */
export function teacherKinds(text: string): string[] {
  const kinds = text.split(",").map((part) => {
    const kind = part.trim();
    // An imported teacher's name cannot differ from a built-in one in case alone.
    return teacherKindNames.find((known) => known.toLowerCase() === kind.toLowerCase()) ?? kind;
  });
  for (const kind of kinds) {
    if (isTeacherName(kind)) continue;
    throw new InvalidArgumentError(
      `there is no teacher "${kind}"; expected some of ${
        teacherKindNames.join(",")
      }, or names of imported teachers`,
    );
  }
  if (new Set(kinds).size < kinds.length) throw new InvalidArgumentError("a teacher is named twice");
  return kinds;
}

/** The option that says which adapters may be used. */
export function adapterOption(): Option {
  return new Option("--adapter <kind>", "which WebGPU adapter").choices(["any", "hardware", "software"])
    .default("any");
}

/** Adds the options that name a student and say how lists are shown. */
export function listOptions(command: Command): Command {
  return command
    .requiredOption("--student <file>", "the student, a .safetensors file", pathName)
    .option("-k, --k <number>", "how many items at most", positiveInteger, 10)
    .addOption(
      new Option("--format <form>", "how the list is printed").choices(["table", "csv", "json"])
        .default("table"),
    );
}

/** The options that say how a log is read, as parsed. */
export interface LogFlags {
  userColumn?: string;
  itemColumn?: string;
  ratingColumn?: string;
  timeColumn?: string;
  delimiter?: string;
  header?: "yes" | "no";
  minimumRating?: number;
}

/** The options that choose data and split, as parsed. */
export interface DataFlags extends LogFlags {
  data: string;
  minimumInteractions?: number;
  core?: number;
  split: SplitMethod;
  splitSeed: number;
}

/** Adds the options that say how a log is read. */
export function logOptions(command: Command): Command {
  return command
    .option("--user-column <name>", "column of user ids, or its number (default: guessed)", columnName)
    .option("--item-column <name>", "column of item ids", columnName)
    .option("--rating-column <name>", "column of ratings; none: do not read it", columnName)
    .option("--time-column <name>", "column of times; none: do not read it", columnName)
    .option(
      "--delimiter <text>",
      "what separates the fields of a line, such as ^ or tab (default: guessed)",
      delimiterText,
    )
    .addOption(
      new Option("--header <yes|no>", "whether the first line names the columns (default: guessed)")
        .choices(["yes", "no"]),
    )
    .option("--minimum-rating <number>", "leave out lines with a smaller rating", finiteNumber);
}

/** Adds the options that choose data and split. */
export function dataOptions(command: Command): Command {
  command
    .option(
      "--data <source>",
      "sample, a downloaded data set (see: deno task data), a log (CSV, TSV, JSON lines, Parquet, ...: docs/data.md), " +
        "a users.dat file, or a folder with train.txt, valid.txt, test.txt (or train.csv, ...)",
      "sample",
    );
  return splitOptions(command);
}

/** Adds the options that say how data is read, filtered and split. */
export function splitOptions(command: Command): Command {
  return logOptions(command)
    .option(
      "--minimum-interactions <number>",
      "leave out users with fewer, in one pass (default: the data set's own)",
      positiveInteger,
    )
    .option(
      "--core <number>",
      "then leave out users and items with fewer, until all have as many",
      positiveInteger,
    )
    .addOption(
      new Option("--split <method>", "which interactions are held out (random: 60/20/20 per user)")
        .choices(splitMethods).default("random"),
    )
    .option("--split-seed <number>", "seed of the split, and of the sample", seedNumber, 1);
}

/** The columns that options name; null: guessed. */
function columnChoice(flags: LogFlags): ColumnChoice {
  return {
    user: flags.userColumn ?? null,
    item: flags.itemColumn ?? null,
    rating: flags.ratingColumn ?? null,
    time: flags.timeColumn ?? null,
  };
}

/** How options say that a log is read. */
export function logChoice(flags: LogFlags): LogChoice {
  return {
    columns: columnChoice(flags),
    ...(flags.delimiter === undefined ? {} : { delimiter: flags.delimiter }),
    header: flags.header === undefined ? null : flags.header === "yes",
    minimumRating: flags.minimumRating ?? null,
  };
}

/** The data that options ask for. */
export function dataChoice(flags: DataFlags): DataChoice {
  return {
    source: flags.data,
    ...logChoice(flags),
    minimumInteractions: flags.minimumInteractions ?? null,
    core: flags.core ?? null,
    splitMethod: flags.split,
    splitSeed: flags.splitSeed,
  };
}

/** Adds the options that choose teachers; `seedText` says what their `--seed` is for. */
export function teacherOptions(command: Command, seedText = "seed of all training"): Command {
  return command
    .option(
      "--teachers <kinds>",
      `which teachers: some of ${trainedKindNames.join(",")}, of ${
        yardstickKinds.join(",")
      } (without training), and imported ones (teachers import)`,
      teacherKinds,
      [
        "MF",
        "ML",
      ],
    )
    .option("--teachers-folder <folder>", "where trajectories are kept", pathName, "Teachers")
    .option("--teacher-epochs <number>", "most epochs of a teacher (default 500)", positiveInteger)
    .option("--seed <number>", seedText, seedNumber, 1);
}
