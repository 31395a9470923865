import { loadDataset, logFile, type LogOptions } from "../data/dataset.ts";
import { exists, pathKind } from "../data/files.ts";
import { folderName } from "../data/read_split.ts";
import { splitTablesIn } from "../data/split_tables.ts";
import { readSplitFolder, type Split, splitDataset, type SplitMethod } from "../data/split.ts";
import { DataError } from "../errors.ts";
import type { Ragged } from "../ragged.ts";
import { logNotice } from "./log.ts";
import { createProgress, type Progress } from "./progress.ts";

/** The columns of a log; null: guessed. */
export interface ColumnChoice {
  /** User ids. */
  readonly user: string | null;
  /** Item ids. */
  readonly item: string | null;
  /** Ratings. */
  readonly rating: string | null;
  /** Times. */
  readonly time: string | null;
}

/** How a log is read. */
export interface LogChoice {
  /** The columns of a log. */
  readonly columns: ColumnChoice;
  /** What separates the fields of delimited text; absent: found out. */
  readonly delimiter?: string;
  /** Whether a log has a header; null: found out. */
  readonly header: boolean | null;
  /** Lines of a log with a smaller rating are left out; null: none. */
  readonly minimumRating: number | null;
}

/** Which data a command works on. */
export interface DataChoice extends LogChoice {
  /** "sample", a registry name, a file, or a folder (with train.txt and valid.txt or test.txt, or tables: as split). */
  readonly source: string;
  /** Users with fewer interactions are left out; null: the data set's own default. */
  readonly minimumInteractions: number | null;
  /** The core that is kept; null: everything. */
  readonly core: number | null;
  /** Which interactions are held out. */
  readonly splitMethod: SplitMethod;
  /** Seed of the split, and of the built-in sample. */
  readonly splitSeed: number;
}

/** What every choice of data has that says nothing else. */
export const dataDefaults: Omit<DataChoice, "source"> = {
  columns: { user: null, item: null, rating: null, time: null },
  header: null,
  minimumRating: null,
  minimumInteractions: null,
  core: null,
  splitMethod: "random",
  splitSeed: 1,
};

/** Files of this size and larger take long enough for progress to be shown. */
export const largeFile = 50_000_000;

/** How a log is read, and how that is shown: notices as lines, progress of a large file as a bar. */
export function logReading(
  { source, columns, delimiter, header, minimumRating }: LogChoice & { readonly source: string },
  quiet: boolean,
): LogOptions & Disposable {
  let progress: Progress | null = null;
  const stop = () => {
    progress?.stop();
    progress = null;
  };
  return {
    columns: Object.fromEntries(
      Object.entries(columns).map(([role, name]) => [role, name ?? undefined]),
    ),
    delimiter,
    header: header ?? undefined,
    minimumRating: minimumRating ?? undefined,
    onNotice: (line) => quiet || logNotice("data", line),
    onProgress: (read, total) => {
      if (total < largeFile) return;
      progress ??= createProgress({ label: `reading ${source}`, total, unit: "bytes", quiet });
      progress.update(read);
      if (read === total) stop();
    },
    [Symbol.dispose]: stop,
  };
}

/**
 * Loads the data and splits it (60/20/20 per user, unless another method is asked for), unless it comes as a split.
 *
 * @param choice The data.
 * @param quiet Whether to say nothing of columns, merged lines, filters and progress.
 * @throws {DataError} if the data is missing or malformed, or a setting does not apply to it.
 */
export async function loadSplit(choice: DataChoice, quiet = false): Promise<Split> {
  const { source, minimumInteractions, core, splitMethod, splitSeed } = choice;
  using reading = logReading(choice, quiet);
  const form = await splitFormOf(source);
  if (form !== null) {
    refuseForSplit(choice, form);
    return await readSplitFolder(source, reading);
  }
  const dataset = await loadDataset(source, {
    ...reading,
    seed: splitSeed,
    ...(minimumInteractions === null ? {} : { minimumInteractions }),
    ...(core === null ? {} : { core }),
  });
  if (splitMethod !== "random" && dataset.times === undefined) {
    const right = "a log with a column of times (--time-column), or --split random";
    throw new DataError({ file: source }, `there are no times for --split ${splitMethod}`, right);
  }
  const split = splitDataset(dataset, { test: 0.2, valid: 0.2, seed: splitSeed, method: splitMethod });
  return { ...split, name: [split.name, ...marksOf(choice)].join("-") };
}

/** The name that the split of some data has, without reading the data; a source that is not there has its own name. */
export async function splitName(choice: DataChoice): Promise<string> {
  const { source } = choice;
  if (await splitFormOf(source) !== null) return await folderName(`${source}/train.txt`);
  const known = source === "sample" || await pathKind(source) === "nothing";
  const name = known ? source : (await logFile(source))?.name ?? source;
  return [name, ...marksOf(choice)].join("-");
}

/** Teachers of one split are of no use to another: each has a folder of its own. */
function marksOf({ minimumRating, minimumInteractions, core, splitMethod, splitSeed }: DataChoice): string[] {
  return [
    ...minimumRating === null ? [] : [`rated${minimumRating}`],
    ...minimumInteractions === null ? [] : [`min${minimumInteractions}`],
    ...core === null ? [] : [`core${core}`],
    ...splitMethod === "random" ? [] : [splitMethod],
    ...splitSeed === 1 ? [] : [String(splitSeed)],
  ];
}

/** A published split is taken as it is: what would change it must not be passed over in silence. */
function refuseForSplit(choice: DataChoice, form: "row numbers" | "tables"): void {
  const { source, columns, delimiter, header, minimumRating } = choice;
  const { minimumInteractions, core, splitMethod, splitSeed } = choice;
  const reading = [
    ...Object.entries(columns).flatMap(([role, name]) => name === null ? [] : [`--${role}-column`]),
    ...delimiter === undefined ? [] : ["--delimiter"],
    ...header === null ? [] : ["--header"],
  ];
  const given = [
    ...form === "tables" ? [] : reading,
    ...minimumRating === null ? [] : ["--minimum-rating"],
    ...minimumInteractions === null ? [] : ["--minimum-interactions"],
    ...core === null ? [] : ["--core"],
    ...splitMethod === "random" ? [] : ["--split"],
    ...splitSeed === dataDefaults.splitSeed ? [] : ["--split-seed"],
  ];
  if (given.length === 0) return;
  const wrong = `the folder holds a split, which is taken as it is, without ${given.join(", ")}`;
  throw new DataError({ file: source }, wrong, "a log, or none of these options");
}

/**
 * Makes sure that training has something to be judged by.
 *
 * @throws {DataError} if no user has validation items, or none has test items, or there are so few items that every
 * ranking has the same Recall@50, by which all training is judged.
 */
export function requireEvaluated(split: Split, source: string): void {
  for (const [part, { items }] of Object.entries({ validation: split.valid, test: split.test })) {
    if (items.length > 0) continue;
    throw new DataError(
      { file: source },
      `nobody has ${part} items, so that no model can be evaluated`,
      "users with 5 items or more, some of which other users have too, or a folder with valid.txt and test.txt",
    );
  }
  const length = ({ offsets }: Ragged, user: number) => offsets[user + 1]! - offsets[user]!;
  for (let user = 0; user < split.users; user++) {
    const ranked = split.items - length(split.train, user) - length(split.test, user);
    if (length(split.valid, user) > 0 && ranked > 50) return;
  }
  throw new DataError(
    { file: source },
    `with ${split.items} items, no user has more than 50 to be ranked, so that Recall@50 is 1 for any model`,
    "more items",
  );
}

/** How the split that a folder holds is written; null if it holds none. */
async function splitFormOf(source: string): Promise<"row numbers" | "tables" | null> {
  if (await pathKind(source) !== "folder") return null;
  if (!await exists(`${source}/train.txt`)) return await splitTablesIn(source) === null ? null : "tables";
  return await exists(`${source}/valid.txt`) || await exists(`${source}/test.txt`) ? "row numbers" : null;
}
