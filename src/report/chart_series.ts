/**
 * The lines of a chart and the values shown on hovering. This module is browser compatible.
 *
 * @module
 */
import { type Axis, isDrawable, pixel, tickText } from "./axis.ts";
import { markerShape } from "./chart_marker.ts";
import { escapeHtml } from "./escape_html.ts";
import { color, type MarkerShape } from "./palette.ts";

/** A point of a series. Points that are not finite are left out and break the line. */
export interface ChartPoint {
  /** Horizontal value. */
  readonly x: number;
  /** Vertical value. */
  readonly y: number;
}

/** One line of a chart. */
export interface ChartSeries {
  /** Name in the labels, the legend and the hover text. */
  readonly name: string;
  /** The points, in any order; of two with the same x the later one counts. */
  readonly points: readonly ChartPoint[];
  /** A CSS colour. */
  readonly color: string;
  /** SVG dash pattern. */
  readonly dash?: string;
  /** Width of the line in pixels, 1.75 unless told. */
  readonly width?: number;
  /** Shape of the points; none unless told. */
  readonly marker?: MarkerShape;
  /** Keep each value until the next point instead of sloping towards it. */
  readonly step?: boolean;
  /** Value printed behind the name at the end of the line. */
  readonly value?: string;
  /** The x of a point to be ringed; the label at the end of the line then belongs to it. */
  readonly ring?: number;
}

/** Points with a place on the horizontal axis, one per x, from left to right. */
export function drawablePoints(points: readonly ChartPoint[]): ChartPoint[] {
  const byX = new Map<number, number>();
  for (const { x, y } of points) if (isDrawable(x)) byX.set(x, y);
  return [...byX].map(([x, y]) => ({ x, y })).sort((a, b) => a.x - b.x);
}

/** How a line is stroked, as SVG attributes. */
export function strokeOf(style: { color: string; dash?: string; width?: number }): string {
  return `style="stroke:${escapeHtml(style.color)}" stroke-width="${style.width ?? 1.75}"` +
    (style.dash === undefined ? "" : ` stroke-dasharray="${escapeHtml(style.dash)}"`);
}

/**
 * The path of a line and its markers.
 *
 * @param line The line, its points as {@linkcode drawablePoints} gives them.
 * @param n Number of the line among those of the chart.
 * @param count How many lines the chart has.
 * @param placeX From a value to pixels.
 * @param placeY From a value to pixels.
 */
export function seriesCurve(
  line: ChartSeries,
  n: number,
  count: number,
  placeX: (x: number) => number,
  placeY: (y: number) => number,
): string {
  let path = "";
  let open = false;
  for (const point of line.points) {
    if (!isDrawable(point.y)) {
      open = false;
      continue;
    }
    const [px, py] = [placeX(point.x), placeY(point.y)];
    path += !open ? `M${px} ${py}` : line.step ? `H${px}V${py}` : `L${px} ${py}`;
    open = true;
  }
  const shown = line.points.filter((point) => isDrawable(point.y));
  const parts = path === "" ? [] : [`<path d="${path}" ${strokeOf(line)}/>`];
  if (line.marker !== undefined && shown.length > 0) {
    // Lines that coincide show their markers in turn.
    const span = placeX(shown.at(-1)!.x) - placeX(shown[0]!.x);
    const wanted = Math.ceil(shown.length * 12 * (line.step ? count : 1) / Math.max(span, 1));
    const every = Math.min(Math.max(wanted, 1), shown.length);
    const offset = line.step ? Math.floor(n * every / count) : (shown.length - 1) % every;
    const marked = shown.filter((_, m) => m % every === offset);
    const d = marked.map((point) => markerShape(line.marker!, placeX(point.x), placeY(point.y))).join("");
    parts.push(`<path d="${d}" style="fill:${escapeHtml(line.color)};stroke:${escapeHtml(line.color)}"/>`);
  } else if (shown.length === 1) {
    parts.push(
      `<path d="${markerShape("circle", placeX(shown[0]!.x), placeY(shown[0]!.y))}" style="fill:${
        escapeHtml(line.color)
      }"/>`,
    );
  }
  const ringed = shown.find((point) => point.x === line.ring);
  if (ringed !== undefined) {
    parts.push(
      `<circle cx="${placeX(ringed.x)}" cy="${placeY(ringed.y)}" r="7" ${
        strokeOf({ ...line, dash: "none" })
      }/>`,
    );
  }
  return parts.join("\n");
}

const mostBands = 300;

/** Invisible bands, one around each x, that show its values as a tooltip and a hairline while hovered. */
export function hoverBands(
  lines: readonly ChartSeries[],
  x: Axis,
  plot: {
    left: number;
    right: number;
    top: number;
    bottom: number;
    placeX: (x: number) => number;
    xLabel: string;
    format: (value: number) => string;
  },
): string {
  const texts = new Map<number, string>();
  for (const line of lines) {
    for (const point of line.points) {
      if (!isDrawable(point.y)) continue;
      const text = texts.get(point.x) ?? `${plot.xLabel} ${tickText({ ...x, step: 1 }, point.x)}`;
      texts.set(point.x, `${text}\n${line.name}: ${plot.format(point.y)}`);
    }
  }
  const all = [...texts.keys()].sort((a, b) => a - b);
  const every = Math.ceil(all.length / mostBands);
  const shown = all.filter((_, n) => n % every === 0);
  return shown.map((value, n) => {
    const at = plot.placeX(value);
    const from = n === 0 ? plot.left : (plot.placeX(shown[n - 1]!) + at) / 2;
    const to = n === shown.length - 1 ? plot.right : (plot.placeX(shown[n + 1]!) + at) / 2;
    return `<g class="band"><title>${escapeHtml(texts.get(value)!)}</title><path d="M${
      pixel(from)
    } ${plot.top}H${pixel(to)}V${plot.bottom}H${pixel(from)}Z" fill="#000" fill-opacity="0"/>` +
      `<path class="hair" d="M${at} ${plot.top}V${plot.bottom}" opacity="0" ${
        strokeOf({ color: color("muted"), width: 1 })
      }/></g>`;
  }).join("\n");
}
