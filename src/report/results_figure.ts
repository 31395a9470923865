/**
 * The results of a comparison as bars: every method between w/o KD and the ensemble. This module is browser compatible.
 *
 * @module
 */
import { barChart } from "./bar_chart.ts";
import {
  type CellSummary,
  comparedMetrics,
  type ComparisonSummary,
  type MethodSummary,
  spreadOf,
} from "./comparison_summary.ts";
import { escapeHtml } from "./escape_html.ts";
import { figure } from "./figure.ts";
import { formatMetric, isMeasured } from "./format.ts";
import { color } from "./palette.ts";
import { themedColors } from "./report_style.ts";

const groups: readonly { group: MethodSummary["group"]; title: string }[] = [
  { group: "method", title: "Published methods" },
  { group: "ablation", title: "Variants of HetComp" },
  { group: "own", title: "Of this project" },
  { group: "single", title: "From one teacher alone" },
];

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly of: (cell: CellSummary) => number | undefined;
  /** What the ensemble reaches, where it ranks the same users. */
  readonly ensemble: number | undefined;
}

/** Benchmark: two metrics of all users. Generalization: one metric, of those who took part and of those who did not. */
function panelsOf({ setup, references }: ComparisonSummary): Panel[] {
  const ensemble = references.find(({ role }) => role === "ensemble")?.metrics ?? {};
  if (setup === "generalization") {
    const metric = "recall@50";
    return [
      {
        id: "inside",
        title: `${comparedMetrics[metric]}, users inside`,
        of: ({ metrics }) => metrics[metric],
        ensemble: ensemble[metric],
      },
      {
        id: "outside",
        title: `${comparedMetrics[metric]}, users outside`,
        of: ({ outsideMetrics }) => outsideMetrics?.[metric],
        ensemble: undefined,
      },
    ];
  }
  return ["recall@50", "ndcg@50"].map((metric) => ({
    id: metric.replace("@", "-"),
    title: comparedMetrics[metric]!,
    of: ({ metrics }) => metrics[metric],
    ensemble: ensemble[metric],
  }));
}

function charts(summary: ComparisonSummary, prefix: string) {
  const finished = summary.methods.filter(({ cells }) => cells.length > 0);
  const spread = (method: MethodSummary, of: Panel["of"]) =>
    spreadOf(method.cells.map((cell) => of(cell) ?? NaN));
  const fill = ({ name, group }: MethodSummary) =>
    name === summary.main
      ? color("student")
      : name === "bpr"
      ? color("baseline")
      : color(group === "own" ? "teacher-2" : "teacher-0");
  return panelsOf(summary).map(({ id, title, of, ensemble }) => {
    const plain = finished.find(({ name }) => name === "bpr");
    const references = [
      ...(plain
        ? [{ name: "w/o KD", value: spread(plain, of).mean, color: color("baseline"), dash: "5 3" }]
        : []),
      ...(isMeasured(ensemble) ? [{ name: "ensemble", value: ensemble, color: color("ink") }] : []),
    ];
    return barChart({
      id: `${prefix}-${id}`,
      title: `${title} (test)`,
      description: finished.map((method) => `${method.title}: ${formatMetric(spread(method, of).mean)}.`)
        .join(" "),
      width: 430,
      groups: groups.map((part) => ({
        title: part.title,
        bars: finished.filter(({ group }) => group === part.group).map((method) => {
          const { mean: value, deviation } = spread(method, of);
          return {
            name: method.title,
            value,
            deviation,
            color: fill(method),
            bold: method.name === summary.main,
          };
        }),
      })),
      references,
      format: formatMetric,
    });
  });
}

/** Figure 1: the students of all methods against w/o KD and the ensemble. */
export function resultsFigure(summary: ComparisonSummary): string {
  const groupsOfUsers = summary.setup === "generalization"
    ? "users who took part in teaching and users who did not"
    : "all users took part in teaching";
  const caption =
    `The students of all methods in the ${summary.setup} setup (${groupsOfUsers}): means over the ` +
    "seeds, whiskers one standard deviation. The lines are the student without distillation and the ensemble of the " +
    "teachers.";
  const body = summary.methods.some(({ cells }) => cells.length > 0)
    ? `<div class="panels">${charts(summary, "results").map(({ svg }) => svg).join("\n")}</div>`
    : `<p class="empty">No method is finished yet.</p>`;
  return figure({ number: 1, body, caption });
}

const margin = 16;
const gap = 32;

/** The same as a picture of its own, light or dark by the reader's preference. */
export function resultsPicture(summary: ComparisonSummary): string {
  const drawn = charts(summary, "picture");
  const [width, height] = [
    2 * margin + 430 * drawn.length + gap * (drawn.length - 1),
    2 * margin + 26 + Math.max(...drawn.map((chart) => chart.height)),
  ];
  const { dataset, setup } = summary;
  const title = `${dataset.name}, ${setup} setup`;
  const placed = drawn.map(({ svg }, n) =>
    svg.replace("<svg ", `<svg x="${margin + n * (430 + gap)}" y="${margin + 26}" `)
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
    `font-family="system-ui,'Helvetica Neue',Arial,sans-serif">\n<style>${themedColors}</style>\n` +
    `<path d="M0 0H${width}V${height}H0z" style="fill:${color("paper")}"/>\n` +
    `<text x="${margin}" y="${margin + 12}" font-size="15" font-weight="600" style="fill:${color("ink")}">${
      escapeHtml(title)
    }</text>\n${placed.join("\n")}\n</svg>\n`;
}
