/**
 * The report of a distillation run as one HTML file without any external resource. This module is browser compatible.
 *
 * @module
 */
import { definitions } from "./definitions.ts";
import { escapeHtml } from "./escape_html.ts";
import { lossFigure } from "./loss_figure.ts";
import { recallFigure } from "./recall_figure.ts";
import { reportStyle } from "./report_style.ts";
import { resultStatement } from "./result_statement.ts";
import { resultTable } from "./result_table.ts";
import type { RunSummary } from "./run_summary.ts";
import { settingsSection } from "./settings_section.ts";
import { stateFigure } from "./state_figure.ts";
import { stateTable } from "./state_table.ts";

/**
 * Makes the report of a run: the result in a paragraph, the table of all models, the curves of Recall@50, trajectory
 * states and loss, the states themselves, settings, and the definitions of the metrics. The page holds no script,
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
  const title = escapeHtml(summary.title);
  const states = stateTable(summary);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>${title}</title>
<style>
${reportStyle}
</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p class="byline">Distillation of heterogeneous recommenders into one student · ${
    escapeHtml(summary.dataset.name)
  } · seed ${escapeHtml(String(summary.seed))}</p>
${resultStatement(summary)}
</header>
<section aria-label="Results">
${resultTable(summary)}
${recallFigure(summary)}
${stateFigure(summary)}
${lossFigure(summary)}
</section>
${
    states === "" ? "" : `<section aria-labelledby="states-heading">
<h2 id="states-heading">Trajectory states</h2>
${states}
</section>
`
  }<section aria-labelledby="settings-heading">
<h2 id="settings-heading">Settings and environment</h2>
${settingsSection(summary)}
</section>
<section aria-labelledby="definitions-heading">
<h2 id="definitions-heading">Definitions</h2>
${definitions}
</section>
</main>
</body>
</html>
`;
}
