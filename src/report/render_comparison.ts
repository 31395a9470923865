/**
 * The report of a comparison of methods as one HTML file without any external resource. This module is browser compatible.
 *
 * @module
 */
import { comparisonFigure } from "./comparison_figure.ts";
import { type ComparisonSummary, meanOf, shareKept } from "./comparison_summary.ts";
import {
  comparisonTable,
  costTable,
  generalizationTable,
  settingsList,
  testTable,
} from "./comparison_tables.ts";
import { definitions } from "./definitions.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatCount, formatMetric, formatPercent } from "./format.ts";
import { htmlPage } from "./page.ts";

function statement(summary: ComparisonSummary): string[] {
  const main = summary.methods.find(({ name, cells }) => name === summary.main && cells.length > 0);
  const done = summary.methods.reduce((sum, { cells }) => sum + cells.length, 0);
  const left = summary.missing === 0
    ? []
    : [`<strong>${summary.missing} trainings are still to be done.</strong>`];
  if (main === undefined) return [`${done} trainings are finished.`, ...left];
  const kept = shareKept(summary, main, "recall@50");
  const rivals = summary.methods.filter((method) =>
    method.group === "method" && method !== main && method.cells.length > 0
  )
    .toSorted((left, right) => meanOf(right, "recall@50") - meanOf(left, "recall@50"));
  const rival = rivals[0] === undefined ? [] : [
    `The best of the ${rivals.length} other methods is ${escapeHtml(rivals[0].title)} with ${
      formatMetric(meanOf(rivals[0], "recall@50"))
    }.`,
  ];
  return [
    `${escapeHtml(main.title)} reaches a test Recall@50 of <strong>${
      formatMetric(meanOf(main, "recall@50"))
    }</strong>${
      kept === undefined ? "" : ` and keeps ${formatPercent(kept)} of the ensemble's gain over w/o KD (BPR)`
    }.`,
    ...rival,
    ...left,
  ];
}

/**
 * Makes the report of a comparison: results and costs of every method, the models beside them, training curves, paired
 * tests, settings and how they were tuned, and what is needed to run it again. Like the report of a run, the page holds no
 * script and loads nothing.
 *
 * @example An empty comparison
 * ```ts
 * import { renderComparison } from "@hetcomp/hetcomp";
 * const html = renderComparison({
 *   title: "Methods on sample",
 *   dataset: { name: "sample", users: 10, items: 20, train: 60, valid: 20, test: 20, fingerprint: "9f2c" },
 *   setup: "benchmark", commands: ["hetcomp compare"], commit: "", started: "2026-01-01T00:00:00Z",
 *   adapter: { name: "llvmpipe", kind: "software" }, versions: {}, shared: {}, missing: 3, methods: [], references: [],
 *   main: "", tests: [],
 * });
 * console.assert(html.startsWith("<!DOCTYPE html>") && html.includes("3 trainings are still to be done"));
 * ```
 *
 * @param summary The comparison.
 * @returns The text of the HTML file.
 */
export function renderComparison(summary: ComparisonSummary): string {
  const { dataset } = summary;
  const setup = summary.setup === "benchmark"
    ? "benchmark: all users and their training items take part"
    : "generalization: a share of the users and of their training items takes part; others are folded in";
  const entries: [string, string][] = [
    ["Command", summary.commands.map((command) => `<code>${escapeHtml(command)}</code>`).join("<br/>")],
    ["Commit", summary.commit === "" ? "unknown" : `<code>${escapeHtml(summary.commit)}</code>`],
    ["Started", escapeHtml(summary.started)],
    [
      "Data set",
      `${escapeHtml(dataset.name)}: ${formatCount(dataset.users)} users, ${
        formatCount(dataset.items)
      } items; ${formatCount(dataset.train)} training, ${formatCount(dataset.valid)} validation and ${
        formatCount(dataset.test)
      } test interactions`,
    ],
    ["Split fingerprint", `<code>${escapeHtml(dataset.fingerprint)}</code>`],
    ["Setup", setup],
    [
      "Shared settings",
      Object.entries(summary.shared).map(([name, value]) =>
        `${escapeHtml(name)} ${escapeHtml(String(value))}`
      )
        .join(", "),
    ],
    ["Adapter", `${escapeHtml(summary.adapter.name)} (${escapeHtml(summary.adapter.kind)})`],
    [
      "Versions",
      Object.entries(summary.versions).map(([name, version]) => `${escapeHtml(name)} ${escapeHtml(version)}`)
        .join(", "),
    ],
  ];
  const settings = entries.map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join("\n");
  const groups = generalizationTable(summary, 3);
  const tests = testTable(summary, groups === "" ? 3 : 4);
  return htmlPage({
    title: summary.title,
    byline: `Methods of distillation with the same student, teachers, split and evaluation · ${dataset.name}`,
    sentences: statement(summary),
    sections: [
      {
        label: "Results",
        body: [comparisonTable(summary), costTable(summary), groups, comparisonFigure(summary)].join("\n"),
      },
      { heading: { id: "tests-heading", text: "Significance" }, body: tests },
      {
        heading: { id: "settings-heading", text: "Settings and environment" },
        body: `<dl class="settings">\n${settings}\n</dl>`,
      },
      { heading: { id: "methods-heading", text: "Settings of the methods" }, body: settingsList(summary) },
      { heading: { id: "definitions-heading", text: "Definitions" }, body: definitions({ student: true }) },
    ],
  });
}
