import { escapeHtml } from "./escape_html.ts";
import { formatCount, formatDuration, formatPercent, isMeasured } from "./format.ts";
import { headerRow, htmlTable } from "./html_table.ts";
import type { TeachersSummary } from "./run_summary.ts";

function startedText(started: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(started);
  return match === null ? started : `${match[1]} ${match[2]} UTC`;
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
  const { dataset } = summary;
  const entries: [string, string][] = [
    ["Command", `<code>${escapeHtml(summary.command)}</code>`],
    ["Seed", `<code>${escapeHtml(String(summary.seed))}</code>`],
    ["Started", escapeHtml(startedText(summary.started))],
    [
      "Data set",
      `${escapeHtml(dataset.name)}: ${formatCount(dataset.users)} users, ${
        formatCount(dataset.items)
      } items; ${formatCount(dataset.train)} training, ${formatCount(dataset.valid)} validation and ${
        formatCount(dataset.test)
      } test interactions`,
    ],
    ["Split fingerprint", `<code>${escapeHtml(dataset.fingerprint)}</code>`],
    ...student.map(([name, text]): [string, string] => [name, escapeHtml(text)]),
    ["Adapter", `${escapeHtml(summary.adapter.name)} (${escapeHtml(summary.adapter.kind)})`],
    [
      "Versions",
      Object.entries(summary.versions).map(([name, version]) => `${escapeHtml(name)} ${escapeHtml(version)}`)
        .join(", "),
    ],
  ];
  const list = entries.filter(([, text]) => text !== "")
    .map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join("\n");
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
  return `<dl class="settings">\n${list}\n</dl>\n${timings}`;
}
