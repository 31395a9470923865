/**
 * Where the words of a chart stand: labels at the ends of lines, labels of events, a legend. This module is browser
 * compatible.
 *
 * @module
 */
import { pixel } from "./axis.ts";
import { markerShape } from "./chart_marker.ts";
import { escapeHtml } from "./escape_html.ts";
import { color, type MarkerShape } from "./palette.ts";
import { spreadLabels } from "./spread_labels.ts";

/** The label of a line at its right end. */
export interface ChartLabel {
  /** Name of the line. */
  readonly name: string;
  /** Value printed behind the name. */
  readonly value?: string;
  /** Vertical position wanted. */
  readonly y: number;
  /** Where the line ends horizontally; absent for a line across the whole chart. */
  readonly fromX?: number;
  /** A CSS colour. */
  readonly color: string;
  /** SVG dash pattern of the line. */
  readonly dash?: string;
  /** Whether the name is printed bold. */
  readonly bold?: boolean;
}

/** Width of a text in pixels, estimated for a sans-serif font of the given size, on the generous side. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) {
    width += character > "\u2e7f" ? 1 : /[ .,:;|!iljft'’()]/.test(character) ? 0.36 : 0.62;
  }
  return width * size;
}

/** A text that fits its room, its end cut off if need be. */
export function shorten(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(characters.join("") + "…", size) > room) characters.pop();
  return characters.join("").trimEnd() + "…";
}

/** Labels to the right of a plot, moved apart so that none overlap, each joined to the end of its line. */
export function endLabels(
  labels: readonly ChartLabel[],
  plot: { right: number; top: number; bottom: number; width: number; size: number },
): string {
  const places = spreadLabels(labels.map((label) => label.y), plot.size + 3, plot.top, plot.bottom);
  return labels.map((label, n) => {
    const at = pixel(places[n]!);
    const from = Math.min(label.fromX ?? plot.right, plot.right);
    const lead = from < plot.right - 1
      ? `<path d="M${pixel(from + 5)} ${label.y}H${plot.right}" style="stroke:${
        escapeHtml(label.color)
      }" stroke-width="1" stroke-dasharray="1 4"/>`
      : "";
    const value = label.value === undefined ? "" : label.value;
    const room = plot.width - plot.right - 26 - (value === "" ? 0 : textWidth(`  ${value}`, plot.size));
    return lead +
      `<path d="M${plot.right + 3} ${label.y}L${plot.right + 13} ${at}h8" style="stroke:${
        escapeHtml(label.color)
      }" stroke-width="1.5"/>` +
      `<text x="${plot.right + 25}" y="${pixel(at + 4)}" style="fill:${color("ink")}"${
        label.bold ? ' font-weight="600"' : ""
      }><title>${escapeHtml(label.name)}</title>${escapeHtml(shorten(label.name, plot.size, room))}${
        value === "" ? "" : `<tspan dx="6" style="fill:${color("muted")}">${escapeHtml(value)}</tspan>`
      }</text>`;
  }).join("\n");
}

/** An event's label with its place: rows are counted from the top. */
export interface EventLabel {
  /** Horizontal position of the event. */
  readonly x: number;
  /** Left end of the text. */
  readonly textX: number;
  /** The text, shortened where the chart is too narrow. */
  readonly text: string;
  /** Row of the text. */
  readonly row: number;
}

/** Places the labels of events above a plot, in as many rows as they need not to overlap. */
export function eventLabels(
  events: readonly { x: number; text: string }[],
  width: number,
  size: number,
): { labels: EventLabel[]; rows: number } {
  const ends: number[] = [];
  const labels = [...events].sort((a, b) => a.x - b.x).map(({ x, text }) => {
    const short = shorten(text, size, width - 8);
    const long = textWidth(short, size);
    const textX = Math.max(4, Math.min(x - long / 2, width - 4 - long));
    const free = ends.findIndex((end) => end + 10 <= textX);
    const row = free < 0 ? ends.length : free;
    ends[row] = textX + long;
    return { x, textX, text: short, row };
  });
  return { labels, rows: ends.length };
}

/** A legend: a sample of each line in front of its name, in rows from `left` to the right end of the chart. */
export function legendRows(
  lines: readonly { name: string; color: string; dash?: string; marker?: MarkerShape; width?: number }[],
  left: number,
  width: number,
  size: number,
): { text: string; rows: number } {
  let x = left;
  let row = 0;
  const parts = lines.map((line) => {
    const name = shorten(line.name, size, width - left - 34);
    const long = 34 + textWidth(name, size);
    if (x > left && x + long > width) {
      x = left;
      row++;
    }
    const y = row * 18 + 8;
    const at = pixel(x);
    x += long + 16;
    const paint = escapeHtml(line.color);
    const dash = line.dash === undefined ? "" : ` stroke-dasharray="${escapeHtml(line.dash)}"`;
    return `<path d="M${at} ${y}h28" style="stroke:${paint}" stroke-width="${line.width ?? 1.75}"${dash}/>` +
      (line.marker === undefined
        ? ""
        : `<path d="${markerShape(line.marker, at + 14, y)}" style="fill:${paint};stroke:${paint}"/>`) +
      `<text x="${pixel(at + 34)}" y="${y + 4}" style="fill:${color("ink")}"><title>${
        escapeHtml(line.name)
      }</title>${escapeHtml(name)}</text>`;
  });
  return { text: parts.join("\n"), rows: lines.length === 0 ? 0 : row + 1 };
}
