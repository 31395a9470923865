import { delimitedLine } from "../export/table_file.ts";
import type { Recommendation } from "../models/student.ts";
import { textTable } from "../report/table.ts";

/** How a list is printed. */
export type ListFormat = "table" | "csv" | "json";

/** The text of a list of recommended or similar items, with their ranks from 1. */
export function listText(list: readonly Recommendation[], format: ListFormat, scoreName = "score"): string {
  const ranked = list.map(({ item, score }, n) => ({ rank: n + 1, item, [scoreName]: score }));
  if (format === "json") return JSON.stringify(ranked, null, 2);
  const columns = ["rank", "item", scoreName];
  const rows = list.map(({ item, score }, n) => [n + 1, item, score]);
  if (format === "csv") return [columns, ...rows].map((row) => delimitedLine(row, ",")).join("").trimEnd();
  return textTable(columns.map((title, n) => n === 1 ? { title, align: "left" } : title), rows);
}
