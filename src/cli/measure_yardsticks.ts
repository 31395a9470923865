import type { Split } from "../data/split.ts";
import type { RankingEvaluation, SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import { easeItemLimit } from "../models/ease.ts";
import { yardstickKinds, yardstickLists } from "../models/yardsticks.ts";
import { formatCount } from "../report/format.ts";
import { createProgress } from "./progress.ts";

/** What the yardsticks reach. */
export interface YardstickMetrics {
  /** By kind, in the order of tables. */
  readonly metrics: Readonly<Record<string, SplitMetrics>>;
  /** What was left out, and why. */
  readonly notes: readonly string[];
  /** How long all took. */
  readonly seconds: number;
}

/**
 * Computes and evaluates every yardstick that fits the data and is none of the teachers, whose tables have it already.
 *
 * @throws {DOMException} the signal's reason, if it asked to stop.
 */
export async function measureYardsticks(
  evaluation: RankingEvaluation,
  split: Split,
  { signal, quiet, teachers = [] }: { signal: AbortSignal; quiet: boolean; teachers?: readonly string[] },
): Promise<YardstickMetrics> {
  const notes: string[] = [];
  const others = yardstickKinds.filter((kind) => !teachers.includes(kind));
  const kinds = others.filter((kind) => kind !== "EASE" || split.items <= easeItemLimit);
  if (kinds.length < others.length) {
    notes.push(
      `EASE is left out: it holds a number for every pair of items, and ${
        formatCount(split.items)
      } items are more than ${formatCount(easeItemLimit)}.`,
    );
  }
  const started = performance.now();
  const metrics: Record<string, SplitMetrics> = {};
  const progress = createProgress({ label: "yardsticks", total: kinds.length, unit: "models", quiet });
  try {
    for (const [done, kind] of kinds.entries()) {
      progress.update(done, kind);
      // Each takes up to a minute without a pause: here a Ctrl-C gets through.
      await new Promise((resume) => setTimeout(resume));
      signal.throwIfAborted();
      metrics[kind] = evaluation.measure(yardstickLists(split, kind, evaluation.width));
    }
    progress.update(kinds.length);
  } finally {
    progress.stop();
  }
  return { metrics, notes, seconds: (performance.now() - started) / 1000 };
}
