import { type LineStyle, teacherStyle } from "./palette.ts";
import type { RunSummary } from "./run_summary.ts";

/** One line style per teacher of a run, the same in every figure: those of the table first, in its order. */
export function teacherStyles(summary: RunSummary): Map<string, LineStyle> {
  const names = new Set<string>();
  for (const row of summary.rows) if (row.role === "teacher") names.add(row.name);
  for (const record of summary.history) {
    for (const name of Object.keys(record.meanState ?? {})) names.add(name);
  }
  return new Map([...names].map((name, n) => [name, teacherStyle(n)]));
}
