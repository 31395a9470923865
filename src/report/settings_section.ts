import { escapeHtml } from "./escape_html.ts";
import { formatCount, formatDuration, formatPercent, isMeasured } from "./format.ts";
import { headerRow, htmlTable } from "./html_table.ts";
import type { DatasetSummary, TeachersSummary } from "./run_summary.ts";

function startedText(started: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(started);
  return match === null ? started : `${match[1]} ${match[2]} UTC`;
}

/** What was run, on what data and by which program. */
interface Origin {
  readonly started: string;
  readonly dataset: DatasetSummary;
  readonly versions: Readonly<Record<string, string>>;
}

/** Entries of a {@linkcode definitionList} that reports of all kinds have. */
export function originEntries(
  { started, dataset, versions }: Origin,
): Record<"started" | "dataset" | "fingerprint" | "versions", [string, string]> {
  const { name, users, items, train, valid, test, fingerprint } = dataset;
  return {
    started: ["Started", escapeHtml(startedText(started))],
    dataset: [
      "Data set",
      `${escapeHtml(name)}: ${formatCount(users)} users, ${formatCount(items)} items; ${
        formatCount(train)
      } training, ${formatCount(valid)} validation and ${formatCount(test)} test interactions`,
    ],
    fingerprint: ["Split fingerprint", `<code>${escapeHtml(fingerprint)}</code>`],
    versions: [
      "Versions",
      Object.entries(versions).map(([program, version]) => `${escapeHtml(program)} ${escapeHtml(version)}`)
        .join(", "),
    ],
  };
}

/** A list of names and texts (HTML); what has no text is left out. */
export function definitionList(entries: readonly [string, string][]): string {
  const list = entries.filter(([, text]) => text !== "")
    .map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join("\n");
  return `<dl class="settings">\n${list}\n</dl>`;
}

/**
 * Settings and environment: what has to be known to run the same thing again, and where the time went.
 *
 * @param summary What was run.
 * @param number Number of the table of times.
 * @param student Further entries: name and text, not escaped yet.
 */
export function settingsSection(
  summary: TeachersSummary,
  number: number,
  student: readonly [string, string][],
): string {
  const { started, dataset, fingerprint, versions } = originEntries(summary);
  const list = definitionList([
    ["Command", `<code>${escapeHtml(summary.command)}</code>`],
    ["Seed", `<code>${escapeHtml(String(summary.seed))}</code>`],
    started,
    dataset,
    fingerprint,
    ...student.map(([name, text]): [string, string] => [name, escapeHtml(text)]),
    ["Adapter", `${escapeHtml(summary.adapter.name)} (${escapeHtml(summary.adapter.kind)})`],
    versions,
  ]);
  const steps = Object.entries(summary.seconds);
  const total = steps.reduce((sum, [, seconds]) => isMeasured(seconds) ? sum + seconds : sum, 0);
  const timings = steps.length === 0 ? "" : htmlTable({
    caption: `<b>Table ${number}.</b> Wall time by step; teachers may have been trained in an earlier run.`,
    head: headerRow(["Step", "Time", "Share"]),
    rows: [
      ...steps.map(([name, seconds]) => ({
        cells: [
          { text: name },
          { text: formatDuration(seconds) },
          { text: formatPercent(total > 0 && isMeasured(seconds) ? seconds / total : NaN) },
        ],
      })),
      {
        className: "first",
        cells: [{ text: "Total" }, { text: formatDuration(total) }, {
          text: formatPercent(total > 0 ? 1 : NaN),
        }],
      },
    ],
  });
  return `${list}\n${timings}`;
}
