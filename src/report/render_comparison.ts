/**
 * The report of a comparison of methods as one HTML file without any external resource. This module is browser compatible.
 *
 * @module
 */
import { comparisonFigure } from "./comparison_figure.ts";
import {
  type ComparisonSummary,
  divergences,
  meanOf,
  type MethodSummary,
  shareKept,
} from "./comparison_summary.ts";
import {
  comparisonTable,
  costTable,
  formatP,
  generalizationTable,
  leaderTable,
  settingsList,
  testTable,
} from "./comparison_tables.ts";
import { definitions } from "./definitions.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatMetric, formatPercent } from "./format.ts";
import { htmlPage } from "./page.ts";
import { resultsFigure } from "./results_figure.ts";
import { definitionList, originEntries } from "./settings_section.ts";

/** Where students were trained; where that was not noted, what the report was written on. */
function adapters({ methods, adapter }: ComparisonSummary): string {
  const noted = new Set(methods.flatMap(({ cells }) => cells.flatMap((cell) => cell.adapter ?? [])));
  if (noted.size === 0) return `${escapeHtml(adapter.name)} (${escapeHtml(adapter.kind)})`;
  return [...noted].map(escapeHtml).join("<br/>");
}

function statement(summary: ComparisonSummary): string[] {
  const main = summary.methods.find(({ name, cells }) => name === summary.main && cells.length > 0);
  const done = summary.methods.reduce((sum, { cells }) => sum + cells.length, 0);
  const left = summary.missing === 0
    ? []
    : [`<strong>${summary.missing} trainings are still to be done.</strong>`];
  left.push(...divergences(summary).map((sentence) => escapeHtml(sentence)));
  if (main === undefined) return [`${done} trainings are finished.`, ...left];
  const kept = shareKept(summary, main, "recall@50");
  const best = (group: MethodSummary["group"]): string | undefined => {
    const [rival] = summary.methods.filter((method) =>
      method.group === group && method !== main && method.cells.length > 0
    )
      .toSorted((left, right) => meanOf(right, "recall@50") - meanOf(left, "recall@50"));
    if (rival === undefined) return undefined;
    const test = summary.tests.find(({ name, metric }) => name === rival.name && metric === "recall@50");
    const p = test === undefined
      ? ""
      : ` (p ${formatP(test.t).replace(/^(?!<)/, "= ").replace(/^</, "&lt; ")})`;
    return `${escapeHtml(rival.title)} with ${formatMetric(meanOf(rival, "recall@50"))}${p}`;
  };
  const [published, own] = [best("method"), best("own")];
  const rivals = [
    ...(published === undefined ? [] : [`The best other published method is ${published}.`]),
    ...(own === undefined ? [] : [`The best of this project's own is ${own}.`]),
    ...(summary.tests.length > 0 ? ["p is that of the paired t-test over users, after Holm."] : []),
  ];
  return [
    `${escapeHtml(main.title)} reaches a test Recall@50 of <strong>${
      formatMetric(meanOf(main, "recall@50"))
    }</strong>${
      kept === undefined ? "" : ` and keeps ${formatPercent(kept)} of the ensemble's gain over w/o KD (BPR)`
    }.`,
    ...rivals,
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
 *   main: "", tests: [], leaders: [],
 * });
 * console.assert(html.startsWith("<!DOCTYPE html>") && html.includes("3 trainings are still to be done"));
 * ```
 *
 * @param summary The comparison.
 * @returns The text of the HTML file.
 */
export function renderComparison(summary: ComparisonSummary): string {
  const setup = summary.setup === "benchmark"
    ? "benchmark: all users and their training items take part"
    : "generalization: a share of the users and of their training items takes part; others are folded in";
  const { started, dataset, fingerprint, versions } = originEntries(summary);
  const settings = definitionList([
    ["Command", summary.commands.map((command) => `<code>${escapeHtml(command)}</code>`).join("<br/>")],
    ["Commit", summary.commit === "" ? "unknown" : `<code>${escapeHtml(summary.commit)}</code>`],
    started,
    dataset,
    fingerprint,
    ["Setup", setup],
    [
      "Shared settings",
      Object.entries(summary.shared).map(([name, value]) =>
        `${escapeHtml(name)} ${escapeHtml(String(value))}`
      )
        .join(", "),
    ],
    ["Adapter", adapters(summary)],
    versions,
  ]);
  const groups = generalizationTable(summary, 3);
  const number = groups === "" ? 3 : 4;
  const tests = [testTable(summary, number), leaderTable(summary, number + 1)].join("\n");
  return htmlPage({
    title: summary.title,
    byline:
      `Methods of distillation with the same student, teachers, split and evaluation · ${summary.dataset.name}`,
    sentences: statement(summary),
    sections: [
      {
        label: "Results",
        body: [
          resultsFigure(summary),
          comparisonTable(summary),
          costTable(summary),
          groups,
          comparisonFigure(summary),
        ].join("\n"),
      },
      { heading: { id: "tests-heading", text: "Significance" }, body: tests },
      {
        heading: { id: "settings-heading", text: "Settings and environment" },
        body: settings,
      },
      { heading: { id: "methods-heading", text: "Settings of the methods" }, body: settingsList(summary) },
      { heading: { id: "definitions-heading", text: "Definitions" }, body: definitions({ student: true }) },
    ],
  });
}
