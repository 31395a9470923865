/**
 * Which form a file of interactions has, by its name and its first bytes. This module is browser compatible.
 *
 * @module
 */
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
 */
export function fileForm(name: string, start: Uint8Array): FileForm {
  const plain = name.toLowerCase().replace(/\.gz$/, "");
  if (plain === "users.dat") return { kind: "users.dat" };
  const text = new TextDecoder().decode(start);
  if (/\.(parquet|parq|pq)$/.test(plain) || text.startsWith("PAR1")) return { kind: "parquet" };
  if (/\.(jsonl|ndjson|json)$/.test(plain) || /^\s*\{/.test(text)) return { kind: "json lines" };
  const line = /^\s*?([^\r\n]*\S)/m.exec(text)?.[1] ?? "";
  const delimiter = delimiterOf(plain, line);
  return delimiter === null
    ? { kind: "users.dat" }
    : { kind: "delimited", form: { delimiter, quoted: isQuoted(delimiter, line) } };
}

/** What separates the fields of a line; null if nothing does, or the line is of users.dat form. */
function delimiterOf(name: string, line: string): string | null {
  if (/\.(tsv|tab|inter)$/.test(name)) return "\t";
  const isCsv = name.endsWith(".csv");
  if (line.includes("::") && !isCsv) return "::";
  const unquoted = line.replaceAll(/"[^"]*"/g, "");
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: unquoted.split(mark).length - 1 }));
  const best = counts.reduce((one, two) => two.count > one.count ? two : one);
  if (best.count === 0) return isCsv ? "," : null;
  // A tab may also separate the numbers of users.dat form, whose first one says how many follow.
  if (best.mark === "\t" && name.endsWith(".dat")) {
    const numbers = line.trim().split(/\s+/);
    if (numbers.every((number) => /^\d+$/.test(number)) && Number(numbers[0]) === numbers.length - 1) {
      return null;
    }
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
