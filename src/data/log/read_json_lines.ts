/**
 * Logs in JSON lines: one object a line. This module loads in a browser.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import { type ColumnNames, columnsByName, listed, type LogColumn, type LogColumns } from "./columns.ts";
import { DelimitedRecords } from "./delimited.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { TypedRows } from "./typed_rows.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a log in JSON lines. Members that are not columns may be anything.
 *
 * @param bytes The bytes of the file, in pieces.
 * @param names Columns that were asked for.
 * @param log Takes the rows.
 * @param onColumns Called when the columns are known, before the first row.
 * @throws {DataError} naming file, line and column.
 */
export async function readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  names: ColumnNames,
  log: InteractionLog,
  onColumns: (columns: LogColumns) => void,
): Promise<void> {
  // A line of JSON holds no line end: a newline as the delimiter leaves one field a line.
  const lines = new DelimitedRecords({ delimiter: "\n", quoted: false }, log.file);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rows: TypedRows | null = null;
  let columns: LogColumns | null = null;
  const take = () => {
    while (lines.next()) {
      const place = { file: log.file, line: lines.line };
      let text: string;
      try {
        text = decoder.decode(lines.bytes.subarray(lines.starts[0]!, lines.ends[0]!));
      } catch {
        throw new DataError(place, "the line is not UTF-8", "UTF-8 text");
      }
      if (text.trim() === "") continue;
      const object = parseObject(text, place);
      if (columns === null || rows === null) {
        columns = columnsByName(Object.keys(object), names, place);
        log.start(columns, place);
        onColumns(columns);
        rows = new TypedRows(log, columns);
      }
      const member = (column: LogColumn | null): unknown => {
        if (column === null) return undefined;
        const value = object[column.name];
        // Digits beyond 2^53 are lost in a number: ids are taken from the text.
        const lossy = typeof value === "number" && !Number.isSafeInteger(value) &&
          (column === columns!.user || column === columns!.item);
        return lossy ? sourceOf(text, column.name) ?? value : value;
      };
      rows.take(
        member(columns.user),
        member(columns.item),
        member(columns.rating),
        member(columns.time),
        place,
      );
    }
  };
  for await (const piece of bytes) {
    lines.push(piece);
    take();
  }
  lines.end();
  take();
  if (rows === null) throw new DataError({ file: log.file }, "the file is empty", "one JSON object a line");
}

function parseObject(text: string, place: { file: string; line: number }): JsonObject {
  const right = "one JSON object a line";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DataError(place, `${listed([text])} is not JSON`, right);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new DataError(place, `${listed([text])} is not an object`, right);
}

/** A whole number as it is written in a member of the outermost object; anything else gives undefined. */
function sourceOf(text: string, name: string): string | undefined {
  const sources = new Map<unknown, string | undefined>();
  const root: unknown = JSON.parse(
    text,
    function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
      if (key === name) sources.set(this, context?.source);
      return value;
    },
  );
  const source = sources.get(root);
  return source !== undefined && /^-?\d+$/.test(source) ? source : undefined;
}
