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
}

/** What an HTML table shows. */
export interface HtmlTable {
  /** The caption, as HTML. */
  readonly caption: string;
  /** The header rows, as HTML `<tr>` elements. */
  readonly head: string;
  /** The rows: a heading cell followed by the value cells. */
  readonly rows: readonly { readonly className?: string; readonly cells: readonly HtmlCell[] }[];
}

function content(cell: HtmlCell): string {
  const text = cell.best ? `<strong>${escapeHtml(cell.text)}</strong>` : escapeHtml(cell.text);
  return cell.note === undefined ? text : `${text} <small>${escapeHtml(cell.note)}</small>`;
}

/** A table whose first column names the rows, in a container that scrolls sideways where it is too wide. */
export function htmlTable(table: HtmlTable): string {
  const label = escapeHtml(
    table.caption.replace(/<[^>]*>/g, "").replace(/&[a-z0-9#]+;/g, " ").split(". ")[0]!,
  );
  const rows = table.rows.map(({ className, cells }) => {
    const [first, ...rest] = cells;
    const values = rest.map((cell) =>
      `<td${cell.text === missing ? ' class="none"' : ""}>${content(cell)}</td>`
    );
    return `<tr${className === undefined ? "" : ` class="${escapeHtml(className)}"`}><th scope="row">${
      content(first ?? { text: "" })
    }</th>${values.join("")}</tr>`;
  });
  return `<div class="scroll" role="region" aria-label="${label}" tabindex="0">\n<table>\n` +
    `<caption><span>${table.caption}</span></caption>\n<thead>\n${table.head}\n</thead>\n<tbody>\n${
      rows.join("\n")
    }\n</tbody>\n` +
    `</table>\n</div>`;
}

/** A header row of plain column titles. */
export function headerRow(titles: readonly string[]): string {
  return `<tr>${titles.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join("")}</tr>`;
}
