/**
 * A chart of horizontal bars as one SVG element: no script, no external resource. This module is browser compatible.
 *
 * @module
 */
import { axisOver, isDrawable, pixel, position, tickText } from "./axis.ts";
import { strokeOf } from "./chart_series.ts";
import { eventLabels, shorten, textWidth } from "./chart_text.ts";
import { escapeHtml } from "./escape_html.ts";
import { color } from "./palette.ts";

/** One bar. */
export interface Bar {
  /** Name at its left. */
  readonly name: string;
  /** Its length, not below 0. */
  readonly value: number;
  /** Half the length of the whisker at its end; absent: none. */
  readonly deviation?: number | undefined;
  /** A CSS colour. */
  readonly color: string;
  /** Whether its name is printed bold. */
  readonly bold?: boolean;
}

/** A vertical line across all bars. */
export interface BarReference {
  /** Name above it. */
  readonly name: string;
  /** Its place. */
  readonly value: number;
  /** A CSS colour. */
  readonly color: string;
  /** SVG dash pattern. */
  readonly dash?: string;
}

/** What a chart of bars shows and how wide it is. */
export interface BarChart {
  /** Prefix of the ids within the SVG; unique in its document. */
  readonly id: string;
  /** Title at the top. */
  readonly title: string;
  /** What the chart shows, in a sentence or two, for those who cannot see it. */
  readonly description: string;
  /** Width in pixels. */
  readonly width: number;
  /** Bars under a heading each. */
  readonly groups: readonly { readonly title: string; readonly bars: readonly Bar[] }[];
  /** Vertical lines. */
  readonly references: readonly BarReference[];
  /** A value behind its bar and in the hover text. */
  readonly format: (value: number) => string;
}

const textSize = 12;
const rowHeight = 20;
const barHeight = 11;
const axisHeight = 26;

/**
 * Draws bars from 0, values behind them.
 *
 * @param chart What to draw.
 * @returns One `<svg>` element, well-formed as XML, with its height in pixels.
 */
export function barChart(chart: BarChart): { svg: string; height: number } {
  const groups = chart.groups.map((group) => ({
    ...group,
    bars: group.bars.filter(({ value }) => isDrawable(value)).map((bar) => ({
      ...bar,
      deviation: isDrawable(bar.deviation) ? bar.deviation : undefined,
    })),
  })).filter(({ bars }) => bars.length > 0);
  const bars = groups.flatMap((group) => group.bars);
  const references = chart.references.filter(({ value }) => isDrawable(value));
  const ends = bars.map(({ value, deviation = 0 }) => value + deviation);
  const reached = [...ends, ...references.map(({ value }) => value)];
  const axis = axisOver([0, ...(reached.some((value) => value > 0) ? reached : [1])], { intervals: 4 });

  const widest = (texts: readonly string[], size: number) =>
    texts.reduce((most, text) => Math.max(most, textWidth(text, size)), 0);
  // Bold texts are a tenth wider.
  const widestName = 1.1 * widest(bars.map(({ name }) => name), textSize);
  const widestValue = 1.1 * widest(bars.map(({ value }) => chart.format(value)), textSize);
  const left = Math.min(Math.ceil(widestName) + 8, chart.width * 0.45);
  const right = chart.width - Math.ceil(widestValue) - 10;
  const placeX = (value: number) => pixel(position(axis, value, left, right));
  const names = eventLabels(
    references.map(({ name, value }) => ({ x: placeX(value), text: `${name} ${chart.format(value)}` })),
    chart.width,
    11,
  );
  const top = 20 + names.rows * 15;
  const bottom = top + (groups.length + bars.length) * rowHeight + 4;
  const height = bottom + axisHeight;

  const parts = [
    `<text x="0" y="12" font-weight="600" style="fill:${color("ink")}">${escapeHtml(chart.title)}</text>`,
    ...axis.ticks.map((tick) =>
      `<path d="M${placeX(tick)} ${top}V${bottom}" ${strokeOf({ color: color("grid"), width: 1 })}/>` +
      `<text x="${placeX(tick)}" y="${bottom + 15}" text-anchor="middle" font-size="11" style="fill:${
        color("muted")
      }">${tickText(axis, tick)}</text>`
    ),
  ];
  let row = top;
  for (const group of groups) {
    parts.push(
      `<text x="0" y="${row + 14}" font-size="11" style="fill:${color("muted")}">${
        escapeHtml(group.title)
      }</text>`,
    );
    row += rowHeight;
    for (const bar of group.bars) {
      parts.push(barRow(chart, bar, row, { left, right, from: placeX(0), placeX }));
      row += rowHeight;
    }
  }
  references.forEach((line) =>
    parts.push(
      `<path d="M${placeX(line.value)} ${top - 4}V${bottom}" ${strokeOf({ width: 1.5, ...line })}><title>${
        escapeHtml(`${line.name}: ${chart.format(line.value)}`)
      }</title></path>`,
    )
  );
  names.labels.forEach((label) =>
    parts.push(
      `<text x="${pixel(label.textX)}" y="${28 + label.row * 15}" font-size="11" style="fill:${
        color("ink")
      }">${escapeHtml(label.text)}</text>`,
    )
  );
  parts.push(`<path d="M${placeX(0)} ${top}V${bottom}" ${strokeOf({ color: color("muted"), width: 1 })}/>`);

  const id = escapeHtml(chart.id);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chart.width} ${height}" width="${chart.width}" ` +
    `height="${height}" role="img" aria-labelledby="${id}-title ${id}-description" font-size="${textSize}" ` +
    `font-family="system-ui,'Helvetica Neue',Arial,sans-serif" fill="none">\n` +
    `<title id="${id}-title">${escapeHtml(chart.title)}</title>\n` +
    `<desc id="${id}-description">${escapeHtml(chart.description)}</desc>\n${parts.join("\n")}\n</svg>`;
  return { svg, height };
}

function barRow(
  chart: BarChart,
  { name, value, deviation, color: fill, bold }: Bar,
  y: number,
  plot: { left: number; right: number; from: number; placeX: (value: number) => number },
): string {
  const middle = y + rowHeight / 2;
  const end = plot.placeX(value);
  const told = `${name}: ${chart.format(value)}${
    deviation === undefined ? "" : ` ± ${chart.format(deviation)}`
  }`;
  const [low, high] = [-1, 1].map((sign) => plot.placeX(Math.max(0, value + sign * (deviation ?? 0))));
  const whisker = deviation === undefined
    ? ""
    : `<path d="M${low} ${middle}H${high}M${low} ${middle - 3}v6M${high} ${middle - 3}v6" ${
      strokeOf({ color: color("ink"), width: 1.25 })
    }/>`;
  return `<g><title>${escapeHtml(told)}</title>` +
    `<text x="${plot.left - 8}" y="${middle + 4}" text-anchor="end"${
      bold ? ' font-weight="600"' : ""
    } style="fill:${color("ink")}">${escapeHtml(shorten(name, textSize, plot.left - 8))}</text>` +
    `<path d="M${plot.from} ${middle - barHeight / 2}h${
      pixel(end - plot.from)
    }v${barHeight}H${plot.from}z" style="fill:${escapeHtml(fill)}"/>${whisker}` +
    `<text x="${chart.width}" y="${middle + 4}" text-anchor="end"${
      bold ? ' font-weight="600"' : ""
    } style="fill:${color("ink")}">${escapeHtml(chart.format(value))}</text></g>`;
}
