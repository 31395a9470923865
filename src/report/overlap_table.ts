import { formatCount, formatShare, isMeasured } from "./format.ts";
import { headerRow, type HtmlCell, htmlTable } from "./html_table.ts";
import type { OverlapSummary, TeachersSummary } from "./run_summary.ts";
import { textTable } from "./table.ts";

/** The matrix of overlaps as an HTML table, darker where there is more; empty text where fewer than two lists were compared. */
export function overlapTable({ overlap }: TeachersSummary, number: number): string {
  if (overlap === undefined || overlap.names.length < 2) return "";
  const { k, names, means } = overlap;
  return htmlTable({
    caption: `<b>Table ${number}.</b> Overlap of the first ${formatCount(k)} places. ` +
      "Mean share of the items that two models' lists have in common, from 0 (none) to 1 (all), over the users with test items.",
    className: "matrix",
    head: headerRow(["Model", ...names]),
    rows: names.map((name, row) => ({
      cells: [
        { text: name },
        ...names.map((_, column): HtmlCell => {
          const mean = means[row]?.[column];
          // The diagonal says nothing: shaded, it would outshine the rest.
          return { text: formatShare(mean), ...(row !== column && isMeasured(mean) ? { shade: mean } : {}) };
        }),
      ],
    })),
  });
}

/** The matrix of overlaps, for a terminal. */
export function overlapLines({ k, names, means }: OverlapSummary): string {
  return textTable(
    [`overlap@${k}`, ...names.map((title) => ({ title, align: "right" as const }))],
    names.map((name, row) => [name, ...names.map((_, column) => formatShare(means[row]?.[column]))]),
  );
}
