import { teacherTotals } from "./comparison.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatBytes, formatCount, formatDuration, formatMetric, isMeasured, missing } from "./format.ts";
import { headerRow, type HtmlCell, htmlTable } from "./html_table.ts";
import type { ModelRow, TeachersSummary } from "./run_summary.ts";

interface Column {
  title: string;
  value: (row: ModelRow) => number | undefined;
  format: (value: number | undefined) => string;
  better: "higher" | "lower" | "neither";
}

const order: readonly ModelRow["role"][] = [
  "yardstick",
  "teacher",
  "ensemble",
  "baseline",
  "student",
];

/** The rows of a run as tables show them: yardsticks, teachers, ensemble, baselines, student; within each, as they came. */
export function sortedRows(rows: readonly ModelRow[]): ModelRow[] {
  return order.flatMap((role) => rows.filter((row) => row.role === role));
}

function bestTexts(
  texts: readonly string[],
  values: readonly (number | undefined)[],
  column: Column,
): Set<string> {
  const measured = values.filter(isMeasured);
  if (column.better === "neither" || measured.length < 2) return new Set();
  const best = measured.reduce((a, b) => column.better === "higher" ? Math.max(a, b) : Math.min(a, b));
  // Values that look the same on the page are bold together.
  return new Set([texts[values.indexOf(best)]!]);
}

/** The table of test results and costs of every model, and what has to be known beside it. */
export function resultTable(summary: TeachersSummary): string {
  const rows = sortedRows(summary.rows);
  if (rows.length === 0) return `<p class="empty">No model was evaluated on the test items.</p>`;
  const sums = teacherTotals(rows);
  const metric = (key: string, title: string): Column => ({
    title,
    value: (row) => row.metrics[key],
    format: formatMetric,
    better: "higher",
  });
  const columns: Column[] = [
    metric("recall@10", "Recall@10"),
    metric("ndcg@10", "NDCG@10"),
    metric("recall@50", "Recall@50"),
    metric("ndcg@50", "NDCG@50"),
    { title: "Dim.", value: (row) => row.dim, format: formatCount, better: "neither" },
    {
      title: "Parameters",
      value: (row) => row.parameters ?? (row.role === "ensemble" ? sums.parameters : undefined),
      format: formatCount,
      better: "lower",
    },
    {
      title: "Size",
      value: (row) => row.bytes ?? (row.role === "ensemble" ? sums.bytes : undefined),
      format: formatBytes,
      better: "lower",
    },
    { title: "Training time", value: (row) => row.trainingSeconds, format: formatDuration, better: "lower" },
  ];
  const cells: HtmlCell[][] = rows.map((row) => [
    row.role === "ensemble" ? { text: row.name, note: "size: the sum of its teachers" } : { text: row.name },
  ]);
  for (const column of columns) {
    const values = rows.map(column.value);
    const texts = values.map(column.format);
    const best = bestTexts(texts, values, column);
    texts.forEach((text, r) => cells[r]!.push({ text, best: text !== missing && best.has(text) }));
  }
  const table = htmlTable({
    caption:
      "<b>Table 1.</b> Test results and costs. Means over the evaluated users; the best of each column is bold.",
    head: headerRow(["Model", ...columns.map((column) => column.title)]),
    rows: cells.map((row, r) => ({
      className: rows[r]!.role + (r > 0 && rows[r]!.role !== rows[r - 1]!.role ? " first" : ""),
      cells: row,
    })),
  });
  const notes = (summary.notes ?? []).map((note) => escapeHtml(note)).join(" ");
  return notes === "" ? table : `${table}\n<p class="note">${notes}</p>`;
}
