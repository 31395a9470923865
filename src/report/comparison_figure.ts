/**
 * The training curves of a comparison, in panels of few lines. This module is browser compatible.
 *
 * @module
 */
import type { ChartSeries } from "./chart_series.ts";
import type { ComparisonSummary, MethodSummary } from "./comparison_summary.ts";
import { figure, responsiveChart } from "./figure.ts";
import { formatCount, formatMetric, isMeasured } from "./format.ts";
import { color, teacherStyle } from "./palette.ts";

const metric = "recall@50";
interface Point {
  x: number;
  y: number;
}

/** Mean over the seeds of test Recall@50, at the epochs at which every seed was evaluated. */
export function meanCurve({ cells }: MethodSummary): Point[] {
  const [first, ...rest] = cells.map(({ curve }) =>
    new Map(
      curve.flatMap(({ epoch, test }) =>
        isMeasured(test?.[metric]) ? [[epoch, test![metric]!] as const] : []
      ),
    )
  );
  if (first === undefined) return [];
  return [...first].filter(([epoch]) => rest.every((curve) => curve.has(epoch))).map(([epoch, value]) => ({
    x: epoch,
    y: rest.reduce((sum, curve) => sum + curve.get(epoch)!, value) / cells.length,
  })).sort((left, right) => left.x - right.x);
}

const panels: readonly { group: MethodSummary["group"]; title: string }[] = [
  { group: "method", title: "published methods" },
  { group: "ablation", title: "variants of HetComp" },
  { group: "own", title: "methods of this project" },
  { group: "single", title: "HetComp from one teacher alone" },
];

/** Figure 2: test Recall@50 per epoch, one panel for each group of methods; the main method is in all of them. */
export function comparisonFigure(summary: ComparisonSummary): string {
  const ensemble = summary.references.find(({ role }) => role === "ensemble")?.metrics[metric];
  const main = summary.methods.find(({ name }) => name === summary.main);
  const lines = (group: MethodSummary["group"]) => {
    const others = summary.methods.filter((method) => method.group === group && method !== main);
    return [...others, ...(main ? [main] : [])]
      .map((method) => ({ method, points: meanCurve(method) })).filter(({ points }) => points.length > 0);
  };
  const drawn = panels.map((panel) => ({ ...panel, lines: lines(panel.group) }))
    .filter((panel) => panel.lines.some(({ method }) => method !== main) || panel.group === "method")
    .filter((panel) => panel.lines.length > 0);
  const caption =
    "Test Recall@50 of the students per epoch, the mean over the seeds where there are several" +
    (isMeasured(ensemble)
      ? `; the horizontal line is the ensemble of the teachers (${formatMetric(ensemble)})`
      : "") +
    ". The epochs reported in table 1 were chosen on validation.";
  if (drawn.length === 0) {
    return figure({ number: 2, body: `<p class="empty">No method was evaluated yet.</p>`, caption });
  }
  const shown = drawn.flatMap((panel) => panel.lines.flatMap(({ points }) => points.map(({ y }) => y)));
  const charts = drawn.map(({ group, title, lines }) => {
    const series = lines.map(({ method, points }, n): ChartSeries => ({
      name: method.title,
      points,
      ...(method === main
        ? { color: color("student"), width: 2.75, marker: "circle" }
        : method.name === "bpr"
        ? { color: color("baseline"), dash: "6 3", marker: "square" }
        : teacherStyle(n)),
    }));
    return responsiveChart({
      id: `comparison-${group}`,
      title,
      description: lines.map(({ method, points }) =>
        `${method.title}: ${formatMetric(points.at(-1)!.y)} at epoch ${points.at(-1)!.x}.`
      ).join(" "),
      xLabel: "Epoch",
      yLabel: `Recall@50 (test): ${title}`,
      series,
      references: isMeasured(ensemble)
        ? [{
          name: "ensemble",
          y: ensemble,
          color: color("ink"),
          dash: "none",
          value: formatMetric(ensemble),
        }]
        : [],
      // The charts share their scale.
      yInclude: [Math.min(...shown), Math.max(...shown)],
      format: formatMetric,
    }, 320);
  });
  const all = summary.methods.map((method) => ({ method, points: meanCurve(method) }))
    .filter(({ points }) => points.length > 0);
  const epochs = new Set(all.flatMap(({ points }) => points.map(({ x }) => x)));
  return figure({
    number: 2,
    body: charts.join("\n"),
    caption,
    values: {
      titles: ["Epoch", ...all.map(({ method }) => method.title)],
      rows: [...epochs].sort((left, right) => left - right).map((epoch) => [
        formatCount(epoch),
        ...all.map(({ points }) => formatMetric(points.find(({ x }) => x === epoch)?.y)),
      ]),
    },
  });
}
