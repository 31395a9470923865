/**
 * Tables for terminals and for Markdown files. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { formatNumber, isMeasured, missing } from "./format.ts";

/** A column: its title, or its title and alignment. Without an alignment, columns of numbers go to the right. */
export type TableColumn = string | {
  /** The heading. */
  title: string;
  /** Where the cells of the column stand. */
  align?: "left" | "right";
};

/** A column of numbers. */
export function numberColumn(title: string): TableColumn {
  return { title, align: "right" };
}

/** A cell: text as it is; a number to 4 digits (integers in full); nothing measured as an en dash. */
export type TableCell = string | number | null | undefined;

interface Layout {
  titles: string[];
  cells: string[][];
  rightAligned: boolean[];
}

const numberLike = /^[<+-]?\.?\d/;

function cellText(cell: TableCell): string {
  if (typeof cell === "string") return cell.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  if (!isMeasured(cell)) return missing;
  return Number.isSafeInteger(cell) ? String(cell) : formatNumber(cell);
}

function layout(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[]): Layout {
  rows.forEach((row, r) => {
    if (row.length !== columns.length) {
      throw new ArgumentError(
        "rows",
        `row ${r} has ${row.length} cells`,
        `${columns.length} cells, one per column`,
      );
    }
  });
  const cells = rows.map((row) => row.map(cellText));
  return {
    titles: columns.map((column) => cellText(typeof column === "string" ? column : column.title)),
    cells,
    rightAligned: columns.map((column, c) => {
      if (typeof column !== "string" && column.align !== undefined) return column.align === "right";
      const values = cells.map((row) => row[c]!).filter((text) => text !== "" && text !== missing);
      return values.length > 0 && values.every((text) => numberLike.test(text));
    }),
  };
}

const noWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;
const doubleWidth =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function terminalWidth(text: string): number {
  let width = 0;
  for (const character of text) width += noWidth.test(character) ? 0 : doubleWidth.test(character) ? 2 : 1;
  return width;
}

function pad(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - terminalWidth(text)));
  return right ? space + text : text + space;
}

function columnWidths(titles: readonly string[], cells: readonly string[][]): number[] {
  return titles.map((title, c) =>
    cells.reduce((widest, row) => Math.max(widest, terminalWidth(row[c]!)), terminalWidth(title))
  );
}

/**
 * A table for a terminal: columns two spaces apart, a rule under the titles, numbers aligned to the right. Control
 * characters are replaced by a space, so that a name cannot move the cursor.
 *
 * @param columns The columns.
 * @param rows One array of cells per row, as many cells as there are columns.
 * @returns The lines, joined by newlines, without spaces at their ends and without a last newline.
 * @throws {ArgumentError} if a row has another number of cells than there are columns.
 */
export function textTable(columns: readonly TableColumn[], rows: readonly (readonly TableCell[])[]): string {
  const { titles, cells, rightAligned } = layout(columns, rows);
  const widths = columnWidths(titles, cells);
  const line = (texts: readonly string[]) =>
    texts.map((text, c) => pad(text, widths[c]!, rightAligned[c]!)).join("  ").trimEnd();
  return [line(titles), widths.map((width) => "─".repeat(width)).join("  "), ...cells.map(line)].join("\n");
}
