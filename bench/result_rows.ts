/**
 * Rows of the smaller tables.
 *
 * @module
 */
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
} from "../src/report/format.ts";
import type { FirstUse } from "./first_use.ts";
import type { HostTime } from "./host_time.ts";
import type { MemoryUse, MillionUsers } from "./memory.ts";

/** First use without and with the driver's cache. */
export function firstUseRows(cold: FirstUse, warm: FirstUse): string[][] {
  const row = (title: string, value: (use: FirstUse) => string) => [title, value(cold), value(warm)];
  const milliseconds = (value: number) => `${formatNumber(value)} ms`;
  return [
    row("opening the device", (use) => milliseconds(use.open)),
    row("pipelines", (use) => String(use.pipelines)),
    row("making them", (use) => milliseconds(use.creation)),
    row("first distillation less second", (use) => milliseconds(use.extra)),
    row("the same in processor time", (use) => milliseconds(use.extraProcessor)),
    row("pipelines of the second", (use) => String(use.pipelinesAgain)),
  ];
}

/** Host time of an epoch. */
export function hostTimeRows(host: HostTime): string[][] {
  const share = (milliseconds: number) =>
    `${formatNumber(milliseconds)} ms, ${formatPercent(milliseconds / host.epoch)}`;
  return [
    ["steps", String(host.steps)],
    ["epoch", `${formatNumber(host.epoch)} ms`],
    ["host draws the batches", share(host.drawing)],
    ["host records, submits, and waits in submit", share(host.recording)],
    ["submissions", String(host.submissions)],
    ["uploaded", `${formatBytes(host.uploadedBytes)} (the batches' users: ${formatBytes(host.batchBytes)})`],
    ["parameters of dispatches", formatBytes(host.parameterBytes)],
    ["read-backs", `${host.readBacks} (the losses, at the end)`],
  ];
}

/** Memory of a step, and of the top 100 for a million users. */
export function memoryRows(step: MemoryUse, million: MillionUsers): string[][] {
  const { users, items, dim, block, peaks, seconds } = million;
  return [
    [step.work, ""],
    ["→ peak by formula", formatBytes(step.formula)],
    ["→ peak measured", formatBytes(step.peak)],
    ["→ if scores were stored", formatBytes(step.stored)],
    [`top-100, ${formatCount(users)} users x ${formatCount(items)} items, dim ${dim}`, ""],
    ["→ users at a time", formatCount(block)],
    ["→ peak by formula", formatBytes(million.formula)],
    ["→ peak after 1, 2, 3 blocks", peaks.map(formatBytes).join(", ")],
    ["→ seconds a block", seconds.map((each) => formatNumber(each)).join(", ")],
    ["→ time for all users, extrapolated", formatDuration(million.allSeconds)],
    ["→ processor time for all users, extrapolated", formatDuration(million.allProcessorSeconds)],
    ["→ result on the host (may be streamed)", formatBytes(million.resultBytes)],
    ["→ users' vectors on the host", formatBytes(million.userBytes)],
    ["→ if scores were stored", formatBytes(million.stored)],
  ];
}
