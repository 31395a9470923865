import { isDrawable } from "./axis.ts";
import type { ChartSeries } from "./chart_series.ts";
import { compareStudent } from "./comparison.ts";
import { figure, responsiveChart } from "./figure.ts";
import { formatCount, formatMetric, isMeasured } from "./format.ts";
import type { ChartReference } from "./line_chart.ts";
import { color } from "./palette.ts";
import type { EpochRecord, ModelRow, RunSummary } from "./run_summary.ts";
import { teacherStyles } from "./teacher_styles.ts";

const metric = "recall@50";
type Part = "test" | "valid";

function pointsOf(records: readonly EpochRecord[], part: Part): { x: number; y: number }[] {
  return records.flatMap((record) => {
    const y = record[part]?.[metric];
    return isMeasured(y) ? [{ x: record.epoch, y }] : [];
  });
}

function references(
  summary: RunSummary,
  part: Part,
  withBaseline: ModelRow | undefined,
): { lines: ChartReference[]; fromTest: boolean } {
  const styles = teacherStyles(summary);
  let fromTest = false;
  const lines = summary.rows.flatMap((row): ChartReference[] => {
    if (row.role !== "teacher" && row.role !== "ensemble" && row !== withBaseline) return [];
    const own = part === "test" ? row.metrics[metric] : row.validMetrics?.[metric];
    const y = own ?? row.metrics[metric];
    if (!isDrawable(y)) return [];
    fromTest ||= own === undefined;
    const { color: paint, dash } = styles.get(row.name) ?? { color: color("ink") };
    const line = row.role === "ensemble"
      ? { color: color("ink"), dash: "none", width: 2 }
      : row === withBaseline
      ? { color: color("baseline"), dash: "6 3" }
      : { color: paint, dash: dash ?? "none" };
    return [{ name: row.name, y, value: formatMetric(y), ...line }];
  });
  return { lines, fromTest };
}

interface Curve {
  name: string;
  points: { x: number; y: number }[];
  /** The point that counts: that of the chosen epoch, or the last one where none was chosen. */
  end: { x: number; y: number } | undefined;
  /** Epoch of the chosen point, if it is on the curve. */
  chosen: number | undefined;
}

function curve(name: string, records: readonly EpochRecord[], part: Part, chosenEpoch?: number): Curve {
  const points = pointsOf(records, part).sort((a, b) => a.x - b.x);
  const chosen = points.findLast((point) => point.x === chosenEpoch);
  return { name, points, end: chosen ?? points.at(-1), chosen: chosen?.x };
}

function bestOnValidation(records: readonly EpochRecord[]): number | undefined {
  const points = pointsOf(records, "valid");
  return points.length === 0 ? undefined : points.reduce((best, point) => point.y > best.y ? point : best).x;
}

/** Figure 1: Recall@50 of the student over its epochs, with w/o KD, the teachers and the ensemble. */
export function recallFigure(summary: RunSummary): string {
  const part: Part = pointsOf(summary.history, "test").length > 0 ? "test" : "valid";
  const word = part === "test" ? "test" : "validation";
  const rows = compareStudent(summary, metric);
  const own = curve(rows.student?.name ?? "Student", summary.history, part, summary.bestEpoch);
  const plain = curve(
    rows.withoutKd?.name ?? "w/o KD",
    summary.baseline,
    part,
    bestOnValidation(summary.baseline),
  );
  const hasPlain = plain.points.length > 0;
  const title = `${part === "test" ? "Test" : "Validation"} Recall@50 per epoch`;
  if (own.points.length === 0 && !hasPlain) {
    const body = `<p class="empty">No Recall@50 was recorded during training.</p>`;
    return figure({ number: 1, body, caption: "Recall@50 per epoch." });
  }
  const { lines, fromTest } = references(summary, part, hasPlain ? undefined : rows.withoutKd);
  const last = own.points.at(-1)?.x ?? Infinity;
  // A long training without distillation must not squeeze the student's curve into a corner.
  const cut = own.points.length > 1 && plain.end !== undefined && plain.end.x > 1.5 * last;
  const shownPlain = cut
    ? curve(plain.name, summary.baseline.filter(({ epoch }) => epoch <= last), part)
    : plain;
  const series: ChartSeries[] = [
    seriesOf(shownPlain, { color: color("baseline"), dash: "6 3", marker: "square" }),
    seriesOf(own, { color: color("student"), width: 2.75, marker: "circle" }),
  ].filter(({ points }) => points.length > 0);
  const events = [
    ...(isMeasured(summary.phaseSwitch) ? [{ x: summary.phaseSwitch, label: "ranked phase starts" }] : []),
    ...(own.chosen === undefined
      ? []
      : [{ x: own.chosen, label: `reported student (epoch ${formatCount(own.chosen)})` }]),
  ];
  const caption = [
    `${title}.`,
    lines.length === 0
      ? ""
      : `Horizontal lines: the finished ${
        hasPlain || rows.withoutKd === undefined ? "teachers and the ensemble" : "models"
      }${fromTest && part === "valid" ? " (their <em>test</em> values, so only roughly comparable)" : ""}.`,
    own.chosen === undefined && shownPlain.chosen === undefined
      ? ""
      : `Rings and the values at the right mark the epochs chosen on validation${
        cut ? "; the value of the line that is cut is its last one here" : ""
      }.`,
    cut
      ? `Training without distillation went on; its epoch ${formatCount(plain.end!.x)} reaches ${
        formatMetric(plain.end!.y)
      }.`
      : "",
  ].filter((sentence) => sentence !== "").join(" ");
  const first = own.points[0];
  return figure({
    number: 1,
    body: responsiveChart({
      id: "recall",
      title,
      description: [
        first === undefined
          ? ""
          : `${own.name}: ${formatMetric(first.y)} at epoch ${first.x}, ${
            formatMetric(own.end!.y)
          } at epoch ${own.end!.x}.`,
        plain.end === undefined ? "" : `${plain.name}: ${formatMetric(plain.end.y)} at epoch ${plain.end.x}.`,
        ...lines.map((line) => `${line.name}: ${line.value}.`),
      ].join(" ").trim(),
      xLabel: "Epoch",
      yLabel: `Recall@50 (${word})`,
      series,
      references: lines,
      events,
      yInclude: [0],
      format: formatMetric,
    }, 430),
    caption,
    values: valuesOf([own, plain]),
  });
}

function seriesOf(
  curve: Curve,
  style: Pick<ChartSeries, "color" | "dash" | "marker" | "width">,
): ChartSeries {
  return {
    name: curve.name,
    points: curve.points,
    value: formatMetric(curve.end?.y),
    ...style,
    ...(curve.chosen === undefined ? {} : { ring: curve.chosen }),
  };
}

function valuesOf(curves: readonly Curve[]): { titles: string[]; rows: string[][] } {
  const shown = curves.filter(({ points }) => points.length > 0);
  const epochs = new Set(shown.flatMap(({ points }) => points.map(({ x }) => x)));
  return {
    titles: ["Epoch", ...shown.map(({ name }) => name)],
    rows: [...epochs].sort((a, b) => a - b).map((epoch) => [
      formatCount(epoch),
      ...shown.map(({ points }) => formatMetric(points.findLast(({ x }) => x === epoch)?.y)),
    ]),
  };
}
