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
import { escapeHtml } from "./escape_html.ts";
import { formatBytes, formatCount, formatDuration, formatMetric, formatPercent, missing } from "./format.ts";
import { headerRow, type HtmlCell, htmlTable } from "./html_table.ts";
import { definitionList } from "./settings_section.ts";

/** A metric over the seeds: mean ± standard deviation. */
export function formatSpread(values: readonly number[]): string {
  if (values.length === 0) return missing;
  const { mean, deviation } = spreadOf(values);
  return deviation === undefined ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(deviation)}`;
}

function finishedOf({ methods }: ComparisonSummary): MethodSummary[] {
  return methods.filter(({ cells }) => cells.length > 0);
}

/** Whether a row is the first of its kind, above which a rule is drawn. */
function starts<Row>(rows: readonly Row[], n: number, kind: (row: Row) => string): boolean {
  return n === 0 || kind(rows[n - 1]!) !== kind(rows[n]!);
}

/** Table 1: the results of every method, and of the models beside them. */
export function comparisonTable(summary: ComparisonSummary): string {
  const metrics = Object.keys(comparedMetrics);
  const finished = finishedOf(summary);
  const best = new Map(
    metrics.map((metric) => [
      metric,
      formatMetric(Math.max(...finished.map((method) => meanOf(method, metric)))),
    ]),
  );
  const { references } = summary;
  const rows: { className?: string; cells: HtmlCell[] }[] = references.map((reference, n) => ({
    className: n > 0 && starts(references, n, ({ role }) => role)
      ? `${reference.role} first`
      : reference.role,
    cells: [
      { text: reference.name },
      ...metrics.map((metric) => ({ text: formatMetric(reference.metrics[metric]) })),
      { text: missing },
      { text: missing },
    ],
  }));
  finished.forEach((method, n) => {
    const first = starts(finished, n, ({ group }) => group);
    rows.push({
      className: `${method.name === summary.main ? "student" : "baseline"}${first ? " first" : ""}`,
      cells: [
        { text: method.title },
        ...metrics.map((metric) => ({
          text: formatSpread(method.cells.map((cell) => cell.metrics[metric]!)),
          best: finished.length > 1 && formatMetric(meanOf(method, metric)) === best.get(metric),
        })),
        { text: formatPercent(shareKept(summary, method, "recall@50")) },
        { text: formatCount(method.cells.length) },
      ],
    });
  });
  return htmlTable({
    caption:
      `<b>Table 1.</b> Test results${
        summary.setup === "generalization" ? " of the users who took part" : ""
      }: mean ± standard deviation over the seeds; the best student of ` +
      "each column is bold. Kept: share of the ensemble's gain over w/o KD (BPR) in Recall@50.",
    head: headerRow(["Model", ...Object.values(comparedMetrics), "Kept", "Seeds"]),
    rows,
  });
}

/** Table 2: what every method and the models beside them cost. */
export function costTable(summary: ComparisonSummary): string {
  const finished = finishedOf(summary);
  const average = (method: MethodSummary, of: (cell: MethodSummary["cells"][number]) => number) =>
    spreadOf(method.cells.map(of)).mean;
  const { references } = summary;
  return htmlTable({
    caption:
      "<b>Table 2.</b> Costs, means over the seeds. File: the saved student with its ids and the users' known " +
      "items. Per user: time for the best 50 items on one core, without a GPU. Training includes the evaluations.",
    head: headerRow(["Model", "Parameters", "File", "Per user", "Training", "Epochs", "Best epoch"]),
    rows: [
      ...references.map(({ name, role, parameters, seconds }, n) => ({
        className: n > 0 && starts(references, n, (reference) => reference.role) ? `${role} first` : role,
        cells: [
          { text: name },
          { text: formatCount(parameters) },
          { text: missing },
          { text: missing },
          { text: formatDuration(seconds) },
          { text: missing },
          { text: missing },
        ],
      })),
      ...finished.map((method, n) => ({
        className: `${method.name === summary.main ? "student" : "baseline"}${
          starts(finished, n, ({ group }) => group) ? " first" : ""
        }`,
        cells: [
          { text: method.title },
          { text: formatCount(method.parameters) },
          { text: formatBytes(average(method, ({ bytes }) => bytes)) },
          {
            text: `${(1000 * average(method, ({ inferenceSeconds }) => inferenceSeconds)).toPrecision(3)} ms`,
          },
          { text: formatDuration(average(method, ({ seconds }) => seconds)) },
          { text: formatCount(average(method, ({ epochs }) => epochs)) },
          { text: formatCount(average(method, ({ bestEpoch }) => bestEpoch)) },
        ],
      })),
    ],
  });
}

/** A table of the generalization setup: users inside and outside; nothing in the benchmark setup. */
export function generalizationTable(summary: ComparisonSummary, number: number): string {
  if (summary.setup !== "generalization") return "";
  const metrics = Object.keys(comparedMetrics);
  const spread = (method: MethodSummary, of: (cell: MethodSummary["cells"][number]) => number) =>
    formatSpread(method.cells.map(of));
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> The same students for users who took part in teaching and, below, for users outside, whose ` +
      "vectors are folded in from their training items.",
    head: headerRow(["Student", ...Object.values(comparedMetrics)]),
    rows: finishedOf(summary).map((method) => ({
      ...(method.name === summary.main ? { className: "student" } : {}),
      cells: [
        { text: method.title },
        ...metrics.map((metric) => ({
          text: spread(method, (cell) => cell.metrics[metric]!),
          note: `outside ${spread(method, (cell) => cell.outsideMetrics?.[metric] ?? NaN)}`,
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

function signed(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${formatMetric(Math.abs(difference))}`;
}

/** A table of the paired tests; a note if there was nothing to test. */
export function testTable(summary: ComparisonSummary, number: number): string {
  if (summary.tests.length === 0) {
    return `<p class="empty">No tests: they need the method that others are tested against, and another one.</p>`;
  }
  const main = summary.methods.find(({ name }) => name === summary.main)!;
  const metrics = Object.keys(comparedMetrics);
  const names = summary.methods.map(({ name }) => name).filter((name) =>
    summary.tests.some((test) => test.name === name)
  );
  const cell = (test: TestSummary | undefined): HtmlCell =>
    test === undefined ? { text: missing } : {
      text: `${signed(test.difference)} ± ${formatMetric(test.margin)}`,
      note: `t ${formatP(test.t)}, W ${formatP(test.wilcoxon)}`,
    };
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> ${
        escapeHtml(main.title)
      } minus each other method: mean difference over the users with its 95 % ` +
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

/**
 * A table of the best published method in each metric, of the next best and of the best of this project's own, each
 * tested against it; nothing where there are no two methods.
 */
export function leaderTable({ leaders, methods }: ComparisonSummary, number: number): string {
  if (!leaders.some(({ second, own }) => second ?? own)) return "";
  const cell = (metric: string, name: string, note = ""): HtmlCell => {
    const method = methods.find((one) => one.name === name)!;
    return { text: method.title, note: `${formatMetric(meanOf(method, metric))}${note}` };
  };
  const rival = (test: TestSummary | undefined): HtmlCell =>
    test === undefined ? { text: missing } : cell(
      test.metric,
      test.name,
      `: ${signed(-test.difference)} ± ${formatMetric(test.margin)}, t ${formatP(test.t)}, W ${
        formatP(test.wilcoxon)
      }`,
    );
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> The best published method in each metric, variants left out, and how the next ones ` +
      "differ from it: mean over the users with its 95 % confidence interval, p-values as in the table before, corrected " +
      "over all published methods and those of this project.",
    head: headerRow(["Metric", "Best published", "Second best published", "Best of this project"]),
    rows: leaders.map(({ metric, best, second, own }) => ({
      cells: [{ text: comparedMetrics[metric]! }, cell(metric, best), rival(second), rival(own)],
    })),
  });
}

/** Every method's settings, and how they were chosen, as an HTML list. */
export function settingsList(summary: ComparisonSummary): string {
  const told = (settings: MethodSummary["settings"]) =>
    Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", ");
  const entries = finishedOf(summary).map(({ title, settings, trials, tunedIn }) => {
    const tuning = trials.length === 0
      ? ""
      : `<br/>Trials${
        tunedIn === undefined ? "" : ` in ${escapeHtml(tunedIn)}`
      }, best validation Recall@50 first: ${
        trials.toSorted((left, right) => right.value - left.value)
          .map((trial) => `${formatMetric(trial.value)} (${escapeHtml(told(trial.settings))})`).join("; ")
      }`;
    return [escapeHtml(title), `${escapeHtml(told(settings))}${tuning}`] satisfies [string, string];
  });
  return definitionList(entries);
}
