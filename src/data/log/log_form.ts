/**
 * Which form a file of interactions has, by its name and its first bytes. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../../errors.ts";
import type { DelimitedForm } from "./delimited.ts";

/** The forms of a file of interactions. */
export type FileForm =
  | { readonly kind: "users.dat" }
  | { readonly kind: "parquet" }
  | { readonly kind: "json lines" }
  | { readonly kind: "delimited"; readonly form: DelimitedForm };

/** A file's name without its folder, its extension and `.gz`. */
export function plainFileName(name: string): string {
  return name.replace(/\.gz$/i, "").replace(/(?<=.)\.[^.]+$/, "");
}

/**
 * Finds out the form of a file.
 *
 * @param name Its name without the folder.
 * @param start Its first bytes, decompressed: as many as a first line may have.
 * @param delimiter What separates its fields, if it is delimited text; undefined: found out.
 * @throws {ArgumentError} if the delimiter is not one or two ASCII characters, or is a quote or a line end.
 */
export function fileForm(name: string, start: Uint8Array, delimiter?: string): FileForm {
  if (delimiter !== undefined && !isDelimiter(delimiter)) {
    throw new ArgumentError("delimiter", `it is ${JSON.stringify(delimiter)}`, delimiterRule);
  }
  const plain = name.toLowerCase().replace(/\.gz$/, "");
  if (plain === "users.dat" && delimiter === undefined) return { kind: "users.dat" };
  const text = new TextDecoder().decode(start);
  if (/\.(parquet|parq|pq)$/.test(plain) || text.startsWith("PAR1")) return { kind: "parquet" };
  if (/\.(jsonl|ndjson|json)$/.test(plain) || /^\s*\{/.test(text)) return { kind: "json lines" };
  const lines = text.replace(/^\ufeff/, "").split(/[\r\n]+/).filter((each) => each.trim() !== "");
  const [line = "", second] = lines.slice(0, 2).map((each) => each.trimEnd());
  const found = delimiter ?? delimiterOf(plain, line, second || line);
  return found === null
    ? { kind: "users.dat" }
    : { kind: "delimited", form: { delimiter: found, quoted: isQuoted(found, line) } };
}

/** What a delimiter may be. */
export const delimiterRule = "one or two ASCII characters, none of them a double quote or a line end";

/** Whether fields can be separated by this. */
export function isDelimiter(text: string): boolean {
  const fits = (mark: string) => mark > "\0" && mark < "\x80" && !'"\r\n'.includes(mark);
  return (text.length === 1 || text.length === 2) && [...text].every(fits);
}

/** What separates the fields of a line; null if nothing does, or the line is of users.dat form. */
function delimiterOf(name: string, line: string, second: string): string | null {
  if (/\.(tsv|tab|inter)$/.test(name)) return "\t";
  const isCsv = name.endsWith(".csv");
  if (line.includes("::") && !isCsv) return "::";
  const unquoted = line.replaceAll(/"[^"]*"/g, "");
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: unquoted.split(mark).length - 1 }));
  const best = counts.reduce((one, two) => two.count > one.count ? two : one);
  if (best.count === 0) return isCsv ? "," : null;
  // A tab may also separate the numbers of users.dat form, whose first one says how many follow.
  if (best.mark === "\t" && name.endsWith(".dat")) {
    const isCounted = (each: string) => {
      const numbers = each.trim().split(/\s+/);
      return numbers.every((number) => /^\d+$/.test(number)) && Number(numbers[0]) === numbers.length - 1;
    };
    if ([line, second].every(isCounted)) return null;
  }
  return best.mark;
}

/**
 * Fields between tabs are seldom quoted, and a stray quote in a title would swallow lines: there, quotes count only if
 * the first line begins with one. Between `::` they never do.
 */
function isQuoted(delimiter: string, line: string): boolean {
  return delimiter === "\t" ? line.startsWith('"') : delimiter !== "::";
}
