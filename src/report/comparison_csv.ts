/**
 * The table of a comparison as comma-separated values: one line per training. This module is browser compatible.
 *
 * @module
 */
import type { ComparisonSummary } from "./comparison_summary.ts";

function field(value: string | number | undefined): string {
  const text = value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line per trial of tuning, in the order in which they were tried. */
export function trialsCsv({ methods }: ComparisonSummary): string {
  const head = ["name", "trial", "valid.recall@50", "epochs", "settings", "tuned_in"];
  const lines = methods.flatMap(({ name, trials, tunedIn }) =>
    trials.map(({ settings, value, epochs }, n) => [
      ...[name, n + 1, value, epochs, JSON.stringify(settings), tunedIn],
    ])
  );
  return [head, ...lines].map((line) => line.map(field).join(",") + "\n").join("");
}

/** One line per training of each method, then one per teacher, ensemble and yardstick. Numbers are not rounded. */
export function comparisonCsv({ methods, references }: ComparisonSummary): string {
  const metrics = new Set<string>();
  for (const { cells } of methods) {
    for (const cell of cells) Object.keys(cell.metrics).forEach((key) => metrics.add(key));
  }
  for (const reference of references) Object.keys(reference.metrics).forEach((key) => metrics.add(key));
  const names = [...metrics];
  const outside = methods.some(({ cells }) => cells.some(({ outsideMetrics }) => outsideMetrics))
    ? names
    : [];
  const head = [
    ...["name", "title", "role", "seed", "parameters", "bytes", "epochs", "best_epoch", "training_seconds"],
    "inference_seconds",
    ...names.map((name) => `test.${name}`),
    ...names.map((name) => `valid.${name}`),
    ...outside.map((name) => `outside.test.${name}`),
    "settings",
  ];
  const lines = methods.flatMap(({ name, title, parameters, cells, settings }) =>
    cells.map((cell) => [
      ...[name, title, "student", cell.seed, parameters, cell.bytes, cell.epochs, cell.bestEpoch],
      ...[cell.seconds, cell.inferenceSeconds],
      ...names.map((key) => cell.metrics[key]),
      ...names.map((key) => cell.validMetrics[key]),
      ...outside.map((key) => cell.outsideMetrics?.[key]),
      JSON.stringify(settings),
    ])
  );
  const others = references.map(({ name, role, parameters, seconds, metrics }) => [
    ...[name, name, role, "", parameters, "", "", "", seconds, ""],
    ...names.map((key) => metrics[key]),
    ...names.map(() => ""),
    ...outside.map(() => ""),
    "",
  ]);
  return [head, ...lines, ...others].map((line) => line.map(field).join(",") + "\n").join("");
}
