import { headerRow, htmlTable } from "./html_table.ts";
import { type LineChart, lineChart } from "./line_chart.ts";

/** A figure of the report. */
export interface Figure {
  /** Number of the figure, from 1. */
  readonly number: number;
  /** The charts side by side, or a text where there is nothing to draw. */
  readonly body: string;
  /** The caption behind "Figure n.", as HTML. */
  readonly caption: string;
  /** The drawn values, for reading. */
  readonly values?: { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** A figure with its caption and, folded away, its values as a table. */
export function figure(parts: Figure): string {
  const values = parts.values === undefined || parts.values.rows.length === 0 ? "" : `<details>\n` +
    `<summary>Values of figure ${parts.number}</summary>\n${
      htmlTable({
        caption: `Values of figure ${parts.number}`,
        head: headerRow(parts.values.titles),
        rows: parts.values.rows.map((row) => ({ cells: row.map((text) => ({ text })) })),
      })
    }\n</details>`;
  return `<figure id="figure-${parts.number}">\n${parts.body}\n` +
    `<figcaption><b>Figure ${parts.number}.</b> ${parts.caption}</figcaption>\n${values}</figure>`;
}

/** One chart drawn twice, for a page and for the narrow screen of a phone; a style rule shows one of the two. */
export function responsiveChart(chart: Omit<LineChart, "width" | "height">, height: number): string {
  const wide = lineChart({ ...chart, id: `${chart.id}-wide`, width: 860, height });
  const narrow = lineChart({
    ...chart,
    id: `${chart.id}-narrow`,
    width: 390,
    height: Math.max(300, height - 60),
  });
  return `<div class="wide">${wide}</div>\n<div class="narrow">${narrow}</div>`;
}
