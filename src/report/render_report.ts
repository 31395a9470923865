/**
 * The report of a distillation run as one HTML file without any external resource. This module is browser compatible.
 *
 * @module
 */
import { commonSections } from "./common_sections.ts";
import { definitions } from "./definitions.ts";
import { formatBytes, formatCount, isMeasured } from "./format.ts";
import { lossFigure } from "./loss_figure.ts";
import { htmlPage } from "./page.ts";
import { recallFigure } from "./recall_figure.ts";
import { resultSentences } from "./result_statement.ts";
import { resultTable } from "./result_table.ts";
import type { RunSummary } from "./run_summary.ts";
import { stateFigure } from "./state_figure.ts";

/**
 * Makes the report of a run: the result in a paragraph, the table of all models, the curves of Recall@50, trajectory
 * states and loss, the overlaps of the teachers' lists, the states themselves, settings, and the definitions of the metrics. The page holds no script,
 * loads nothing, follows the reader's light or dark preference, and prints. Nothing in it depends on the time or
 * place at which it is made.
 *
 * @example A report of a run of one epoch
 * ```ts
 * import { renderReport } from "@hetcomp/hetcomp";
 * const html = renderReport({
 *   title: "A first run",
 *   dataset: { name: "sample", users: 10, items: 20, train: 60, valid: 20, test: 20, fingerprint: "9f2c" },
 *   command: "hetcomp distill sample", adapter: { name: "llvmpipe", kind: "software" }, versions: {}, seed: 1,
 *   started: "2026-01-01T00:00:00Z", seconds: {}, student: { dim: 6, parameters: 180, bytes: 720 }, rows: [],
 *   history: [{ epoch: 1, loss: 0.7, seconds: 1 }], baseline: [], phaseSwitch: null, bestEpoch: 1,
 * });
 * console.assert(html.startsWith("<!DOCTYPE html>") && html.includes("A first run"));
 * ```
 *
 * @param summary The run.
 * @returns The text of the HTML file.
 */
export function renderReport(summary: RunSummary): string {
  return htmlPage({
    title: summary.title,
    byline:
      `Distillation of heterogeneous recommenders into one student · ${summary.dataset.name} · seed ${summary.seed}`,
    sentences: resultSentences(summary),
    sections: [
      {
        label: "Results",
        body: [resultTable(summary), recallFigure(summary), stateFigure(summary), lossFigure(summary)].join(
          "\n",
        ),
      },
      ...commonSections(summary, [["Student", studentText(summary)]]),
      { heading: { id: "definitions-heading", text: "Definitions" }, body: definitions({ student: true }) },
    ],
  });
}

function studentText({ student, bestEpoch, phaseSwitch, history }: RunSummary): string {
  const reported = isMeasured(bestEpoch) ? `; reported from epoch ${formatCount(bestEpoch)}` : "";
  const ranked = isMeasured(phaseSwitch)
    ? `; ranked phase from epoch ${formatCount(phaseSwitch)}`
    : history.every(({ phase }) => phase === "weighted")
    ? "; weighted lists throughout"
    : "; the ranked phase was not reached";
  return `dimension ${formatCount(student.dim)}, ${formatCount(student.parameters)} parameters, ${
    formatBytes(student.bytes)
  }${reported}${ranked}`;
}
