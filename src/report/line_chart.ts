/**
 * A line chart as one SVG element: no script, no external resource. This module is browser compatible.
 *
 * @module
 */
import { type Axis, axisOver, isDrawable, pixel, position, tickText } from "./axis.ts";
import { type ChartSeries, drawablePoints, hoverBands, seriesCurve, strokeOf } from "./chart_series.ts";
import { type ChartLabel, endLabels, eventLabels, legendRows, textWidth } from "./chart_text.ts";
import { escapeHtml } from "./escape_html.ts";
import { color } from "./palette.ts";

/** A horizontal line across the chart. */
export interface ChartReference {
  /** Name in the label. */
  readonly name: string;
  /** Vertical value. */
  readonly y: number;
  /** A CSS colour. */
  readonly color: string;
  /** SVG dash pattern. */
  readonly dash?: string;
  /** Width of the line in pixels, 1.25 unless told. */
  readonly width?: number;
  /** Value printed behind the name. */
  readonly value?: string;
}

/** What a chart shows and how large it is. */
export interface LineChart {
  /** Prefix of the ids within the SVG; unique in its document. */
  readonly id: string;
  /** Title for those who cannot see the chart. */
  readonly title: string;
  /** What the chart shows, in a sentence or two, for those who cannot see it. */
  readonly description: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Name of the horizontal axis. */
  readonly xLabel: string;
  /** Name of the vertical axis. */
  readonly yLabel: string;
  /** The lines; later ones are drawn over earlier ones. */
  readonly series: readonly ChartSeries[];
  /** Horizontal lines. */
  readonly references?: readonly ChartReference[];
  /** Vertical lines with a label above the plot. */
  readonly events?: readonly { readonly x: number; readonly label: string }[];
  /** Where the names of the lines stand: at their right ends (the default), in a legend above, or nowhere. */
  readonly names?: "ends" | "legend" | "none";
  /** Values that the vertical axis must show; by default those of the data. */
  readonly yInclude?: readonly number[];
  /** Fixed ticks of the vertical axis, with their texts. */
  readonly yTicks?: readonly { readonly y: number; readonly text: string }[];
  /** A value in the hover text. */
  readonly format: (value: number) => string;
}

const textSize = 12;

type Placing = (value: number) => number;

const leastPlotHeight = 60;

/**
 * Draws a line chart. Hovering shows the values of the nearest x through the browser's own tooltips.
 *
 * @param chart What to draw.
 * @returns One `<svg>` element, well-formed as XML.
 */
export function lineChart(chart: LineChart): string {
  const lines = chart.series.map((series) => ({ ...series, points: drawablePoints(series.points) }));
  const references = (chart.references ?? []).filter(({ y }) => isDrawable(y));
  const points = lines.flatMap((line) => line.points.filter(({ y }) => isDrawable(y)));
  const xs = points.map((point) => point.x);
  const x = axisOver(startsNearZero(xs) ? [0, ...xs] : xs, {
    intervals: chart.width < 600 ? 5 : 10,
    whole: true,
  });
  const y = axisOver(
    [...points.map((point) => point.y), ...references.map((line) => line.y), ...(chart.yInclude ?? [])],
    { widen: chart.yTicks === undefined },
  );
  const yTicks = chart.yTicks ?? y.ticks.map((tick) => ({ y: tick, text: tickText(y, tick) }));
  const events = (chart.events ?? []).filter((event) => event.x >= x.low && event.x <= x.high);

  const left = Math.ceil(yTicks.reduce((widest, tick) => Math.max(widest, textWidth(tick.text, 11)), 0)) + 14;
  const names = chart.names ?? "ends";
  const labels = names === "ends" ? labelsOf(lines, references) : [];
  const legend = names === "legend"
    ? legendRows(lines, chart.width < 600 ? 0 : left, chart.width, textSize)
    : { text: "", rows: 0 };
  const widestLabel = labels.reduce((widest, label) => Math.max(widest, labelWidth(label)), 0);
  const right = chart.width - (labels.length > 0 ? Math.min(widestLabel + 40, chart.width * 0.42) : 14);
  const legendHeight = legend.rows * 18;
  const placeX = (value: number) => pixel(position(x, value, left, right));
  const eventTexts = eventLabels(
    events.map((event) => ({ x: placeX(event.x), text: event.label })),
    chart.width,
    11,
  );
  const top = legendHeight + 24 + eventTexts.rows * 15;
  // A legend of many long names makes the chart taller, not its plot flat.
  const height = Math.max(chart.height, top + leastPlotHeight + 38);
  const bottom = height - 38;
  const placeY = (value: number) => pixel(position(y, value, bottom, top));

  const plot = { left, right, top, bottom, placeX, placeY };
  const parts = [axes(chart, x, yTicks, legendHeight + 12, plot)];
  eventTexts.labels.forEach((label) => {
    const from = legendHeight + 20 + label.row * 15;
    parts.push(
      `<path d="M${label.x} ${from + 13}V${bottom}" ${
        strokeOf({ color: color("muted"), width: 1, dash: "1 3" })
      }/>`,
      `<text x="${pixel(label.textX)}" y="${from + 10}" font-size="11" ${ink("muted")}>${
        escapeHtml(label.text)
      }</text>`,
    );
  });
  for (const line of references) {
    parts.push(
      `<path d="M${left} ${placeY(line.y)}H${pixel(right)}" ${strokeOf({ width: 1.25, ...line })}>` +
        `<title>${escapeHtml(`${line.name}: ${line.value ?? chart.format(line.y)}`)}</title></path>`,
    );
  }
  parts.push(
    hoverBands(lines, x, { ...plot, xLabel: chart.xLabel, format: chart.format }),
  );
  lines.forEach((line, n) => parts.push(seriesCurve(line, n, lines.length, placeX, placeY)));
  parts.push(
    endLabels(
      labels.map((label) => ({
        ...label,
        fromX: label.fromX === undefined ? pixel(right) : placeX(label.fromX),
        y: placeY(label.y),
      })),
      { right: pixel(right), top: top + 4, bottom: bottom - 4, width: chart.width, size: textSize },
    ),
    legend.text,
  );
  const id = escapeHtml(chart.id);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chart.width} ${height}" role="img" ` +
    `aria-labelledby="${id}-title ${id}-description" font-size="${textSize}" ` +
    `font-family="system-ui,'Helvetica Neue',Arial,sans-serif" fill="none" stroke-linejoin="round">\n` +
    `<title id="${id}-title">${escapeHtml(chart.title)}</title>\n` +
    `<desc id="${id}-description">${escapeHtml(chart.description)}</desc>\n` +
    `${parts.filter((part) => part !== "").join("\n")}\n</svg>`;
}

function startsNearZero(xs: readonly number[]): boolean {
  const [least, most] = [
    xs.reduce((a, b) => Math.min(a, b), Infinity),
    xs.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  return least > 0 && least < most && least <= most * 0.1;
}

function axes(
  chart: LineChart,
  x: Axis,
  yTicks: readonly { y: number; text: string }[],
  titleY: number,
  plot: { left: number; right: number; bottom: number; placeX: Placing; placeY: Placing },
): string {
  const { left, right, bottom, placeX, placeY } = plot;
  const parts: string[] = [];
  for (const tick of yTicks) {
    const at = placeY(tick.y);
    parts.push(
      `<path d="M${left} ${at}H${pixel(right)}" ${strokeOf({ color: color("grid"), width: 1 })}/>`,
      `<text x="${left - 7}" y="${pixel(at + 4)}" text-anchor="end" font-size="11" ${ink("muted")}>${
        escapeHtml(tick.text)
      }</text>`,
    );
  }
  parts.push(
    `<path d="M${left} ${bottom}H${pixel(right)}" ${strokeOf({ color: color("muted"), width: 1 })}/>`,
  );
  for (const tick of x.ticks) {
    const at = placeX(tick);
    parts.push(
      `<path d="M${at} ${bottom}v4" ${strokeOf({ color: color("muted"), width: 1 })}/>`,
      `<text x="${at}" y="${bottom + 16}" text-anchor="middle" font-size="11" ${ink("muted")}>${
        tickText(x, tick)
      }</text>`,
    );
  }
  parts.push(
    `<text x="${left}" y="${titleY}" ${ink("ink")}>${escapeHtml(chart.yLabel)}</text>`,
    `<text x="${pixel((left + right) / 2)}" y="${bottom + 33}" text-anchor="middle" ${ink("ink")}>${
      escapeHtml(chart.xLabel)
    }</text>`,
  );
  return parts.join("\n");
}

function ink(name: string): string {
  return `style="fill:${color(name)}"`;
}

function labelWidth(label: ChartLabel): number {
  return textWidth(label.value === undefined ? label.name : `${label.name}  ${label.value}`, textSize);
}

function labelsOf(lines: readonly ChartSeries[], references: readonly ChartReference[]): ChartLabel[] {
  const ends = lines.flatMap((line) => {
    const shown = line.points.filter((point) => isDrawable(point.y));
    // A ringed point is the value that counts, so the label belongs to it.
    const last = shown.find((point) => point.x === line.ring) ?? shown.at(-1);
    return last === undefined ? [] : [{ ...line, y: last.y, fromX: last.x, bold: (line.width ?? 0) > 2 }];
  });
  return [...references, ...ends];
}
