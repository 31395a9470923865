import { figure, responsiveChart } from "./figure.ts";
import { formatCount, formatNumber, isMeasured, missing } from "./format.ts";
import type { RunSummary } from "./run_summary.ts";
import { teacherStyles } from "./teacher_styles.ts";

function stateText(state: number): string {
  return Math.abs(state) < 1e6 ? state.toFixed(2) : formatNumber(state);
}

/** Figure 2: the mean trajectory state that each teacher teaches with, over the student's epochs. */
export function stateFigure(summary: RunSummary): string {
  const caption =
    "Mean state of each teacher's trajectory over the users: 0 is the earliest kept checkpoint, the " +
    "highest the converged teacher. Easy targets come first; a teacher moves on for a user as the student catches up.";
  const teachers = [...teacherStyles(summary)].map(([name, style]) => ({
    name,
    style,
    points: summary.history.flatMap(({ epoch, meanState }) => {
      const y = meanState?.[name];
      return isMeasured(y) ? [{ x: epoch, y }] : [];
    }),
  })).filter(({ points }) => points.length > 0);
  if (teachers.length === 0) {
    return figure({ number: 2, body: `<p class="empty">No states were recorded.</p>`, caption });
  }
  const lastStates = new Map(
    summary.stateMetrics?.map(({ teacher, states }) => [teacher, Math.max(0, states.length - 1)]),
  );
  const lastOf = (name: string) => lastStates.get(name) ?? 3;
  const lasts = new Set(teachers.map(({ name }) => lastOf(name)));
  const top = teachers.reduce(
    (most, { points }) => points.reduce((m, point) => Math.max(m, point.y), most),
    Math.max(...lasts),
  );
  const highest = Math.max(1, Math.min(Math.ceil(top), 12));
  const words = (state: number) =>
    state === 0 && !lasts.has(0)
      ? "0 (early)"
      : lasts.size === 1 && lasts.has(state)
      ? `${state} (final)`
      : String(state);
  // Only the epochs at which something changed are worth a row of the table.
  const byEpoch = new Map<number, string[]>();
  teachers.forEach(({ points }, n) => {
    for (const { x, y } of points) {
      const row = byEpoch.get(x) ?? teachers.map(() => missing);
      row[n] = stateText(y);
      byEpoch.set(x, row);
    }
  });
  const rows = [...byEpoch].sort(([a], [b]) => a - b).map(([x, row]) => [formatCount(x), ...row]);
  const changed = rows.filter((row, r) => r === 0 || row.slice(1).join() !== rows[r - 1]!.slice(1).join());
  return figure({
    number: 2,
    body: responsiveChart({
      id: "states",
      title: "Mean trajectory state per teacher",
      description: teachers.map(({ name, points }) => {
        const done = points.find((point) => point.y >= lastOf(name));
        return `${name} ${
          done === undefined ? "does not reach its final state" : `is final from epoch ${done.x}`
        }.`;
      }).join(" "),
      xLabel: "Epoch",
      yLabel: "Mean state",
      series: teachers.map(({ name, style, points }) => ({ name, points, step: true, ...style })),
      events: isMeasured(summary.phaseSwitch)
        ? [{ x: summary.phaseSwitch, label: "ranked phase starts" }]
        : [],
      names: "legend",
      yInclude: [0, highest],
      yTicks: Array.from({ length: highest + 1 }, (_, state) => ({ y: state, text: words(state) })),
      format: stateText,
    }, 300),
    caption,
    values: { titles: ["Epoch", ...teachers.map(({ name }) => name)], rows: changed },
  });
}
