/**
 * The report of some teachers as one HTML file without any external resource. This module is browser compatible.
 *
 * @module
 */
import { commonSections } from "./common_sections.ts";
import { definitions } from "./definitions.ts";
import { ensembleSentences } from "./ensemble_statement.ts";
import { formatMetric, isMeasured } from "./format.ts";
import { escapeHtml } from "./escape_html.ts";
import { htmlPage } from "./page.ts";
import { resultTable } from "./result_table.ts";
import type { TeachersSummary } from "./run_summary.ts";

/**
 * Makes the report of teachers without a student: what their ensemble gains, the table of all models with the yardsticks,
 * the overlaps of their lists, their trajectory states, settings, and the definitions. In all else as `renderReport`.
 *
 * @example A report of one yardstick
 * ```ts
 * import { renderTeachersReport } from "@hetcomp/hetcomp";
 * const html = renderTeachersReport({
 *   title: "Teachers",
 *   dataset: { name: "sample", users: 10, items: 20, train: 60, valid: 20, test: 20, fingerprint: "9f2c" },
 *   command: "hetcomp teachers", adapter: { name: "llvmpipe", kind: "software" }, versions: {}, seed: 1,
 *   started: "2026-01-01T00:00:00Z", seconds: {},
 *   rows: [{ name: "TopPop", role: "yardstick", metrics: { "recall@50": 0.25 } }],
 * });
 * console.assert(html.includes("TopPop") && html.includes("0.2500"));
 * ```
 *
 * @param summary The teachers.
 * @returns The text of the HTML file.
 */
export function renderTeachersReport(summary: TeachersSummary): string {
  const { rows, dataset } = summary;
  const count = rows.filter(({ role }) => role === "teacher").length;
  const recall = rows.find(({ role }) => role === "ensemble")?.metrics["recall@50"];
  const first = isMeasured(recall)
    ? [
      `On ${escapeHtml(dataset.name)}, the ensemble of ${count} teacher${
        count === 1 ? "" : "s"
      } reaches a test Recall@50 of <strong>${formatMetric(recall)}</strong>.`,
    ]
    : [];
  return htmlPage({
    title: summary.title,
    byline: `Heterogeneous recommenders and their ensemble · ${dataset.name} · seed ${summary.seed}`,
    sentences: [...first, ...ensembleSentences(rows)],
    sections: [
      { label: "Results", body: resultTable(summary) },
      ...commonSections(summary, []),
      { heading: { id: "definitions-heading", text: "Definitions" }, body: definitions({ student: false }) },
    ],
  });
}
