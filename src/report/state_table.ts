import { formatCount, formatMetric, formatNumber, missing } from "./format.ts";
import { type HtmlCell, htmlTable } from "./html_table.ts";
import type { TeachersSummary } from "./run_summary.ts";

/** The states of imported teachers may lie between epochs. */
function epochText(epoch: number): string {
  return Number.isInteger(epoch) ? formatCount(epoch) : formatNumber(epoch);
}

/** The table of trajectory states: epoch and Recall@50 of each state of each teacher; empty text without states. */
export function stateTable(summary: TeachersSummary, number: number): string {
  const trajectories = summary.stateMetrics ?? [];
  const count = trajectories.reduce((most, { states }) => Math.max(most, states.length), 0);
  if (count === 0) return "";
  const states = Array.from({ length: count }, (_, n) => n);
  const on = summary.stateMetricsOn === undefined
    ? "Recall@50"
    : `${summary.stateMetricsOn === "test" ? "Test" : "Validation"} Recall@50`;
  // Where teachers differ in the number of states, the last column is not everybody's last.
  const isCommon = trajectories.every(({ states }) => states.length === count);
  const name = (n: number) => {
    const remark = !isCommon ? "" : n === count - 1 ? " (final)" : n === 0 ? " (early)" : "";
    return `State ${n}${remark}`;
  };
  const head = `<tr><th scope="col" rowspan="2">Teacher</th>${
    states.map((n) => `<th scope="colgroup" colspan="2">${name(n)}</th>`).join("")
  }</tr>\n<tr>${states.map(() => `<th scope="col">Epoch</th><th scope="col">Recall@50</th>`).join("")}</tr>`;
  return htmlTable({
    caption:
      `<b>Table ${number}.</b> Trajectory states. ${on} of the kept checkpoints of each teacher, from early to final${
        isCommon ? "" : "; the last one that a teacher has is its final one"
      }.`,
    head,
    rows: trajectories.map((trajectory) => ({
      cells: [
        { text: trajectory.teacher },
        ...states.flatMap((n): HtmlCell[] => {
          const state = trajectory.states[n];
          return state === undefined
            ? [{ text: missing }, { text: missing }]
            : [{ text: epochText(state.epoch) }, { text: formatMetric(state.metrics["recall@50"]) }];
        }),
      ],
    })),
  });
}
