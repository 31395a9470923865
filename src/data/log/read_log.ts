/**
 * Reading a log of interactions in any of its forms. Needs Deno or Node.
 *
 * @module
 */
import { ArgumentError, DataError } from "../../errors.ts";
import { type ColumnNames, columnsLine } from "./columns.ts";
import { fileBytes, firstBytes, type ReadHooks } from "./file_bytes.ts";
import { InteractionLog } from "./interaction_log.ts";
import { type FileForm, fileForm } from "./log_form.ts";
import { readDelimited } from "./read_delimited.ts";
import { readJsonLines } from "./read_json_lines.ts";
import { readParquet } from "./read_parquet.ts";

/** How a log is read. */
export interface LogOptions extends ReadHooks {
  /** Names of columns that cannot be guessed, or that are guessed wrong. */
  readonly columns?: ColumnNames | undefined;
  /** Whether delimited text starts with a header; by default that is found out. */
  readonly header?: boolean | undefined;
  /** Rows with a smaller rating are left out. */
  readonly minimumRating?: number | undefined;
  /** Called with one line about each decision that was taken for the user: columns, merged rows, what filters left. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Whether any option is given that only a log has a use for. */
export function hasLogOptions({ columns, header, minimumRating }: LogOptions): boolean {
  const named = Object.values(columns ?? {}).some((name) => name !== undefined);
  return named || header !== undefined || minimumRating !== undefined;
}

/** Finds out the form of a file by its name and its first bytes. */
export async function formOfFile(path: string): Promise<FileForm> {
  const { basename } = await import("node:path");
  return fileForm(basename(path), await firstBytes(path, 1 << 16));
}

/**
 * Reads a log.
 *
 * @param path Path of the file.
 * @param form Its form.
 * @param options Columns, header, minimum rating, notices, progress, stop.
 * @throws {DataError} naming file, line and column of what cannot be read.
 * @throws {ArgumentError} if the minimum rating is not a number.
 */
export async function readLog(
  path: string,
  form: Exclude<FileForm, { kind: "users.dat" }>,
  options: LogOptions,
): Promise<InteractionLog> {
  const { minimumRating, onNotice } = options;
  if (minimumRating !== undefined && !Number.isFinite(minimumRating)) {
    throw new ArgumentError("minimumRating", `it is ${minimumRating}`, "a number");
  }
  if (options.header !== undefined && form.kind !== "delimited") {
    throw new DataError(
      { file: path },
      `--header is for delimited text, and the file is ${form.kind}`,
      "no --header",
    );
  }
  const names = options.columns ?? {};
  const log = new InteractionLog(path, minimumRating);
  const say = () => onNotice?.(columnsLine(log.columns!));
  if (form.kind === "parquet") await readParquet(names, log, say, options);
  else {
    const bytes = fileBytes(path, options);
    if (form.kind === "json lines") await readJsonLines(bytes, names, log, say);
    else await readDelimited(bytes, form.form, names, options.header, log, say);
  }
  log.finish();
  if (log.rows === 0) {
    throw new DataError({ file: path }, "there is no row below the header", "at least one interaction");
  }
  return log;
}
