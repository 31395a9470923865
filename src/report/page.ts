import { escapeHtml } from "./escape_html.ts";
import { reportStyle } from "./report_style.ts";

/** A part of a page. */
export interface PageSection {
  /** Its heading; a section without one is named by `label` for those who do not see it. */
  readonly heading?: { readonly id: string; readonly text: string };
  /** Its name, where it has no heading. */
  readonly label?: string;
  /** Its content, as HTML; a section without content is left out. */
  readonly body: string;
}

/** What a page shows. */
export interface Page {
  /** Heading of the page, not escaped yet. */
  readonly title: string;
  /** The line below it, not escaped yet. */
  readonly byline: string;
  /** The result in sentences, as HTML. */
  readonly sentences: readonly string[];
  /** The rest. */
  readonly sections: readonly PageSection[];
}

function sectionText({ heading, label, body }: PageSection): string {
  if (body === "") return "";
  return heading === undefined
    ? `<section aria-label="${escapeHtml(label ?? "")}">\n${body}\n</section>\n`
    : `<section aria-labelledby="${heading.id}">\n<h2 id="${heading.id}">${
      escapeHtml(heading.text)
    }</h2>\n${body}\n</section>\n`;
}

/** One HTML file without any script or external resource: light or dark by the reader's preference, and printable. */
export function htmlPage({ title, byline, sentences, sections }: Page): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>${escapeHtml(title)}</title>
<style>
${reportStyle}
</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="byline">${escapeHtml(byline)}</p>
${sentences.length === 0 ? "" : `<p class="statement">${sentences.join(" ")}</p>\n`}</header>
${sections.map(sectionText).join("")}</main>
</body>
</html>
`;
}
