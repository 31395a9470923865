import type { EpochRecord } from "../teachers/training.ts";
import { formatDuration, formatMetric, isMeasured } from "./format.ts";

/** When a training first came near its best. */
export interface TimeToQuality {
  /** The epoch. */
  readonly epoch: number;
  /** Seconds up to its end, evaluations included. */
  readonly seconds: number;
  /** The validation value there. */
  readonly value: number;
  /** The best validation value of the training. */
  readonly best: number;
}

/**
 * The first evaluation at which a validation metric reached a share of its best value.
 *
 * @param history Every epoch, in order.
 * @param metric Such as `recall@50`.
 * @param share From 0 to 1.
 * @returns Undefined where the metric was never measured.
 */
export function timeToQuality(
  history: readonly EpochRecord[],
  metric: string,
  share: number,
): TimeToQuality | undefined {
  const values = history.map(({ valid }) => (valid as Record<string, number> | undefined)?.[metric]);
  const best = values.filter(isMeasured).reduce((a, b) => Math.max(a, b), -Infinity);
  const place = values.findIndex((value) => isMeasured(value) && value >= share * best);
  if (place < 0) return undefined;
  const seconds = history.slice(0, place + 1).reduce((sum, record) => sum + record.seconds, 0);
  return { epoch: history[place]!.epoch, seconds, value: values[place]!, best };
}

/** How soon the student was nearly as good as it became, as a sentence; empty where it was never evaluated. */
export function timeToQualityLine(history: readonly EpochRecord[]): string {
  const reached = timeToQuality(history, "recall@50", 0.95);
  if (reached === undefined) return "";
  const { epoch, seconds, value, best } = reached;
  return `student at 95 % of its best validation Recall@50 (${formatMetric(value)} of ${
    formatMetric(best)
  }): ` +
    `epoch ${epoch}, ${formatDuration(seconds)}`;
}
