/**
 * The tables of a comparison. This module is browser compatible.
 *
 * @module
 */
import {
  comparedMetrics,
  type ComparisonSummary,
  meanOf,
  type MethodSummary,
  shareKept,
  spreadOf,
  type TestSummary,
} from "./comparison_summary.ts";
import { formatBytes, formatCount, formatDuration, formatMetric, formatPercent, missing } from "./format.ts";
import { headerRow, type HtmlCell, htmlTable } from "./html_table.ts";

/** A metric over the seeds: mean ± standard deviation. */
export function formatSpread(values: readonly number[]): string {
  if (values.length === 0) return missing;
  const { mean, deviation } = spreadOf(values);
  return deviation === undefined ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(deviation)}`;
}

function costs(method: MethodSummary): string[] {
  const average = (of: (cell: MethodSummary["cells"][number]) => number) =>
    spreadOf(method.cells.map(of)).mean;
  return [
    formatCount(method.parameters),
    formatBytes(average(({ bytes }) => bytes)),
    `${(1000 * average(({ inferenceSeconds }) => inferenceSeconds)).toPrecision(3)} ms`,
    formatDuration(average(({ seconds }) => seconds)),
    formatCount(average(({ epochs }) => epochs)),
  ];
}

/** Table 1: every method's results and costs, and the models beside them. */
export function comparisonTable(summary: ComparisonSummary): string {
  const metrics = Object.keys(comparedMetrics);
  const finished = summary.methods.filter(({ cells }) => cells.length > 0);
  const best = new Map(
    metrics.map((
      metric,
    ) => [metric, formatMetric(Math.max(...finished.map((method) => meanOf(method, metric))))]),
  );
  const rows: { className?: string; cells: HtmlCell[] }[] = summary.references.map((reference, n, all) => ({
    className: `${reference.role === "yardstick" ? "baseline" : reference.role}${
      n > 0 && all[n - 1]!.role !== reference.role ? " first" : ""
    }`,
    cells: [
      { text: reference.name },
      ...metrics.map((metric) => ({ text: formatMetric(reference.metrics[metric]) })),
      { text: missing },
      { text: formatCount(reference.parameters) },
      { text: missing },
      { text: missing },
      { text: formatDuration(reference.seconds) },
      { text: missing },
    ],
  }));
  finished.forEach((method, n) => {
    const first = n === 0 || finished[n - 1]!.group !== method.group;
    rows.push({
      className: `${method.name === summary.main ? "student" : "baseline"}${first ? " first" : ""}`,
      cells: [
        { text: method.title, note: method.cells.length > 1 ? `${method.cells.length} seeds` : "one seed" },
        ...metrics.map((metric) => ({
          text: formatSpread(method.cells.map((cell) => cell.metrics[metric]!)),
          best: finished.length > 1 && formatMetric(meanOf(method, metric)) === best.get(metric),
        })),
        { text: formatPercent(shareKept(summary, method, "recall@50")) },
        ...costs(method).map((text) => ({ text })),
      ],
    });
  });
  return htmlTable({
    caption:
      "<b>Table 1.</b> Test results: mean ± standard deviation over the seeds; the best student of each column " +
      "is bold. Kept: share of the ensemble's gain over w/o KD (BPR) in Recall@50.",
    head: headerRow([
      "Model",
      ...Object.values(comparedMetrics),
      "Kept",
      "Parameters",
      "File",
      "Per user",
      "Training",
      "Epochs",
    ]),
    rows,
  });
}

/** A table of the generalization setup: users inside and outside; nothing in the benchmark setup. */
export function generalizationTable(summary: ComparisonSummary, number: number): string {
  if (summary.setup !== "generalization") return "";
  const metrics = Object.keys(comparedMetrics);
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> The same students for users who took part in teaching and for users who did not; the ` +
      "latter's vectors are folded in from their training items.",
    head: headerRow([
      "Student",
      ...Object.values(comparedMetrics).map((title) => `${title}, inside`),
      ...Object.values(comparedMetrics).map((title) => `${title}, outside`),
    ]),
    rows: summary.methods.filter(({ cells }) => cells.length > 0).map((method) => ({
      ...(method.name === summary.main ? { className: "student" } : {}),
      cells: [
        { text: method.title },
        ...metrics.map((metric) => ({
          text: formatSpread(method.cells.map((cell) => cell.metrics[metric]!)),
        })),
        ...metrics.map((metric) => ({
          text: formatSpread(method.cells.map((cell) => cell.outsideMetrics?.[metric] ?? NaN)),
        })),
      ],
    })),
  });
}

/** A p-value to 2 significant digits; very small ones as a bound. */
export function formatP(p: number): string {
  if (!Number.isFinite(p)) return missing;
  if (p < 1e-4) return "<.0001";
  return p > 0.995 ? "1" : p.toFixed(p < 0.01 ? 4 : p < 0.1 ? 3 : 2).replace(/^0/, "");
}

/** A table of the paired tests; a note if there was nothing to test. */
export function testTable(summary: ComparisonSummary, number: number): string {
  if (summary.tests.length === 0) {
    return `<p class="empty">No tests: they need HetComp and at least one other method.</p>`;
  }
  const main = summary.methods.find(({ name }) => name === summary.main)!;
  const metrics = Object.keys(comparedMetrics);
  const names = summary.methods.map(({ name }) => name).filter((name) =>
    summary.tests.some((test) => test.name === name)
  );
  const cell = (test: TestSummary | undefined): HtmlCell =>
    test === undefined ? { text: missing } : {
      text: `${test.difference < 0 ? "−" : "+"}${formatMetric(Math.abs(test.difference))} ± ${
        formatMetric(test.margin)
      }`,
      note: `t ${formatP(test.t)}, W ${formatP(test.wilcoxon)}`,
    };
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> ${main.title} minus each other method: mean difference over the users with its 95 % ` +
      "confidence interval, and two-sided p-values of the paired t-test (t) and of Wilcoxon's signed-rank test (W). A " +
      "user's values are averaged over the seeds; p-values are corrected after Holm over the methods of a column.",
    head: headerRow(["Against", ...Object.values(comparedMetrics)]),
    rows: names.map((name) => ({
      cells: [
        { text: summary.methods.find((method) => method.name === name)!.title },
        ...metrics.map((metric) =>
          cell(summary.tests.find((test) => test.name === name && test.metric === metric))
        ),
      ],
    })),
  });
}

/** A table of every method's chosen settings and how they were found. */
export function tuningTable(summary: ComparisonSummary, number: number): string {
  const own = ({ settings }: MethodSummary) =>
    Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> Settings of every method, and the best validation Recall@50 of each trial of its ` +
      "tuning (the chosen one first).",
    head: headerRow(["Method", "Settings", "Trials"]),
    rows: summary.methods.filter(({ cells }) => cells.length > 0).map((method) => ({
      cells: [
        { text: method.title },
        { text: "", note: own(method) },
        {
          text: "",
          note: method.trials.length === 0
            ? "not tuned"
            : method.trials.toSorted((left, right) => right.value - left.value)
              .map(({ settings, value }) =>
                `${formatMetric(value)} (${
                  Object.entries(settings).map(([name, setting]) => `${name} ${setting}`).join(", ")
                })`
              ).join("; "),
        },
      ],
    })),
  });
}
