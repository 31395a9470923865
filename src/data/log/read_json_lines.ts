/**
 * Logs in JSON lines: one object a line. This module loads in a browser.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import { type ColumnNames, columnsByName, listed, type LogColumn, type LogColumns } from "./columns.ts";
import { DelimitedRecords } from "./delimited.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { idMember, type JsonObject } from "./json_line.ts";
import { TypedRows } from "./typed_rows.ts";

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
        const isId = column === columns!.user || column === columns!.item;
        return isId ? idMember(text, object, column.name) : object[column.name];
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
