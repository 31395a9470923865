import { isDrawable } from "./axis.ts";
import { figure } from "./figure.ts";
import { formatCount, formatNumber, isMeasured } from "./format.ts";
import { lineChart } from "./line_chart.ts";
import { color } from "./palette.ts";
import type { EpochRecord, RunSummary } from "./run_summary.ts";

type Phase = "overall" | "ranked" | "weighted" | "all";

const titles: Record<Phase, string> = {
  overall: "Loss, overall phase",
  ranked: "Loss, ranked phase",
  weighted: "Loss, weighted lists",
  all: "Loss",
};

function phaseOf(record: EpochRecord, phaseSwitch: number | null): Phase {
  if (record.phase !== undefined) return record.phase;
  if (!isMeasured(phaseSwitch)) return "all";
  return record.epoch < phaseSwitch ? "overall" : "ranked";
}

/** Figure 3: the student's training loss per epoch, one panel per phase because the two losses share no scale. */
export function lossFigure(summary: RunSummary): string {
  const panels = (["overall", "ranked", "weighted", "all"] as const).flatMap((phase) => {
    const points = summary.history
      .filter((record) => phaseOf(record, summary.phaseSwitch) === phase && isDrawable(record.loss))
      .map((record) => ({ x: record.epoch, y: record.loss }))
      .sort((a, b) => a.x - b.x);
    return points.length === 0 ? [] : [{ phase, points }];
  });
  const caption = panels.length > 1
    ? "Training loss of the student per epoch. The two phases minimise different losses, so each panel has its own scale."
    : "Training loss of the student per epoch.";
  if (panels.length === 0) {
    return figure({ number: 3, body: `<p class="empty">No loss was recorded.</p>`, caption });
  }
  const charts = panels.map(({ phase, points }) =>
    lineChart({
      id: `loss-${phase}`,
      title: titles[phase],
      description: `From ${formatNumber(points[0]!.y)} at epoch ${points[0]!.x} to ${
        formatNumber(points.at(-1)!.y)
      } at epoch ${points.at(-1)!.x}.`,
      width: 420,
      height: 250,
      xLabel: "Epoch",
      yLabel: titles[phase],
      series: [{ name: "Loss", points, color: color("student") }],
      names: "none",
      format: formatNumber,
    })
  );
  return figure({
    number: 3,
    body: `<div class="panels">${charts.join("\n")}</div>`,
    caption,
    values: {
      titles: ["Epoch", "Phase", "Loss"],
      rows: panels.flatMap(({ phase, points }) =>
        points.map(({ x, y }) => [formatCount(x), phase === "all" ? "–" : phase, formatNumber(y)])
      ),
    },
  });
}
