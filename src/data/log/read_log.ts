/**
 * Reading a log of interactions in any of its forms. Needs Deno or Node.
 *
 * @module
 */
import { ArgumentError, DataError } from "../../errors.ts";
import { type ColumnNames, columnsLine, listed } from "./columns.ts";
import { fileBytes, firstBytes, type ReadHooks } from "./file_bytes.ts";
import { InteractionLog, type LogIds } from "./interaction_log.ts";
import { type FileForm, fileForm } from "./log_form.ts";
import { readDelimited } from "./read_delimited.ts";
import { readJsonLines } from "./read_json_lines.ts";
import { readParquet } from "./read_parquet.ts";

/** How a log is read. */
export interface LogOptions extends ReadHooks {
  /** Names of columns that cannot be guessed, or that are guessed wrong. */
  readonly columns?: ColumnNames | undefined;
  /**
   * What separates the fields of delimited text, one or two ASCII characters; by default a comma, a tab, a semicolon, a
   * bar or `::`, whichever the first line shows.
   */
  readonly delimiter?: string | undefined;
  /** Whether delimited text starts with a header; by default that is found out. */
  readonly header?: boolean | undefined;
  /** Rows with a smaller rating are left out. */
  readonly minimumRating?: number | undefined;
  /** Called with one line about each decision that was taken for the user: columns, merged rows, what filters left. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Whether any option is given that only a log has a use for. */
export function hasLogOptions({ columns, delimiter, header, minimumRating }: LogOptions): boolean {
  const named = Object.values(columns ?? {}).some((name) => name !== undefined);
  return named || delimiter !== undefined || header !== undefined || minimumRating !== undefined;
}

/**
 * Finds out the form of a file by its name and its first bytes; a delimiter that is given makes it delimited text.
 *
 * @throws {DataError} if its first line begins with no number, as one of users.dat form does, and nothing in it is known
 * to separate fields.
 */
export async function formOfFile(path: string, delimiter?: string): Promise<FileForm> {
  const { basename } = await import("node:path");
  const start = await firstBytes(path, 1 << 16);
  const form = fileForm(basename(path), start, delimiter);
  const line = new TextDecoder().decode(start).trim().split(/[\r\n]/, 1)[0]!;
  if (form.kind === "users.dat" && /^[^\d\s-]/.test(line)) {
    throw new DataError(
      { file: path, line: 1 },
      `nothing that separates fields is known in ${listed([line])}`,
      "commas, tabs, semicolons, bars or ::, or --delimiter with another; or numbers between blanks, as in users.dat",
    );
  }
  return form;
}

/**
 * Reads a log.
 *
 * @param path Path of the file.
 * @param form Its form.
 * @param options Columns, header, minimum rating, notices, progress, stop.
 * @param ids Numbers that other logs have given already.
 * @param mayBeEmpty Whether a header is enough.
 * @throws {DataError} naming file, line and column of what cannot be read.
 * @throws {ArgumentError} if the minimum rating is not a number.
 */
export async function readLog(
  path: string,
  form: Exclude<FileForm, { kind: "users.dat" }>,
  options: LogOptions,
  ids?: LogIds,
  mayBeEmpty = false,
): Promise<InteractionLog> {
  const { minimumRating, onNotice } = options;
  if (minimumRating !== undefined && !Number.isFinite(minimumRating)) {
    throw new ArgumentError("minimumRating", `it is ${minimumRating}`, "a number");
  }
  for (const name of ["header", "delimiter"] as const) {
    if (options[name] === undefined || form.kind === "delimited") continue;
    throw new DataError(
      { file: path },
      `--${name} is for delimited text, and the file is ${form.kind}`,
      `no --${name}`,
    );
  }
  const names = options.columns ?? {};
  const log = new InteractionLog(path, minimumRating, ids);
  const say = () => onNotice?.(columnsLine(log.columns!));
  if (form.kind === "parquet") await readParquet(names, log, say, options);
  else {
    const bytes = fileBytes(path, options);
    if (form.kind === "json lines") await readJsonLines(bytes, names, log, say);
    else await readDelimited(bytes, form.form, names, options.header, log, say, onNotice);
  }
  log.finish();
  if (log.rows === 0 && !mayBeEmpty) {
    throw new DataError({ file: path }, "there is no row below the header", "at least one interaction");
  }
  return log;
}
