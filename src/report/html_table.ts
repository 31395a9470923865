import { escapeHtml } from "./escape_html.ts";
import { missing } from "./format.ts";

/** A cell of an HTML table: its text, and how it is shown. */
export interface HtmlCell {
  /** The text, not escaped yet. */
  readonly text: string;
  /** A remark in small type behind the text, not escaped yet. */
  readonly note?: string;
  /** Whether the text is the best of its column. */
  readonly best?: boolean;
  /** How strongly the cell is shaded, from 0 to 1. */
  readonly shade?: number;
}

/** What an HTML table shows. */
export interface HtmlTable {
  /** The caption, as HTML. */
  readonly caption: string;
  /** Class of the table. */
  readonly className?: string;
  /** The header rows, as HTML `<tr>` elements. */
  readonly head: string;
  /** The rows: a heading cell followed by the value cells. */
  readonly rows: readonly { readonly className?: string; readonly cells: readonly HtmlCell[] }[];
}

function content(cell: HtmlCell): string {
  const text = cell.best ? `<strong>${escapeHtml(cell.text)}</strong>` : escapeHtml(cell.text);
  return cell.note === undefined ? text : `${text} <small>${escapeHtml(cell.note)}</small>`;
}

function valueCell(cell: HtmlCell): string {
  const shade = cell.shade === undefined
    ? ""
    : ` class="shaded" style="--shade:${Math.round(100 * Math.min(1, Math.max(0, cell.shade)))}%"`;
  return `<td${cell.text === missing ? ' class="none"' : shade}>${content(cell)}</td>`;
}

/** A table whose first column names the rows, in a container that scrolls sideways where it is too wide. */
export function htmlTable(table: HtmlTable): string {
  const label = escapeHtml(
    table.caption.replace(/<[^>]*>/g, "").replace(/&[a-z0-9#]+;/g, " ").split(". ")[0]!,
  );
  const rows = table.rows.map(({ className, cells }) => {
    const [first, ...rest] = cells;
    return `<tr${className === undefined ? "" : ` class="${escapeHtml(className)}"`}><th scope="row">${
      content(first ?? { text: "" })
    }</th>${rest.map(valueCell).join("")}</tr>`;
  });
  return `<div class="scroll" role="region" aria-label="${label}" tabindex="0">\n<table${
    table.className === undefined ? "" : ` class="${escapeHtml(table.className)}"`
  }>\n` +
    `<caption><span>${table.caption}</span></caption>\n<thead>\n${table.head}\n</thead>\n<tbody>\n${
      rows.join("\n")
    }\n</tbody>\n` +
    `</table>\n</div>`;
}

/** A header row of plain column titles. */
export function headerRow(titles: readonly string[]): string {
  return `<tr>${titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join("")}</tr>`;
}
