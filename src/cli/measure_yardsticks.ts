import type { Split } from "../data/split.ts";
import type { RankingEvaluation, SplitMetrics } from "../evaluate/ranking_evaluation.ts";
import { easeItemLimit } from "../models/ease.ts";
import { type YardstickKind, yardstickKinds, yardstickLists } from "../models/yardsticks.ts";
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

/** A yardstick that was computed. */
export interface ComputedYardstick {
  /** Which. */
  readonly kind: YardstickKind;
  /** [users x width] its lists. */
  readonly lists: Uint32Array;
  /** How long that took. */
  readonly seconds: number;
}

/**
 * Computes yardsticks one after the other, those that fit the data.
 *
 * @param take Called with each.
 * @returns What was left out, and why.
 * @throws {DOMException} the signal's reason, if it asked to stop.
 */
export async function computeYardsticks(
  split: Split,
  wanted: readonly YardstickKind[],
  width: number,
  { signal, quiet }: { signal: AbortSignal; quiet: boolean },
  take: (yardstick: ComputedYardstick) => void,
): Promise<string[]> {
  const notes: string[] = [];
  const kinds = wanted.filter((kind) => kind !== "EASE" || split.items <= easeItemLimit);
  if (kinds.length < wanted.length) {
    notes.push(
      `EASE is left out: it holds a number for every pair of items, and ${
        formatCount(split.items)
      } items are more than ${formatCount(easeItemLimit)}.`,
    );
  }
  const progress = createProgress({ label: "yardsticks", total: kinds.length, unit: "models", quiet });
  try {
    for (const [done, kind] of kinds.entries()) {
      progress.update(done, kind);
      // Each takes up to a minute without a pause: here a Ctrl-C gets through.
      await new Promise((resume) => setTimeout(resume));
      signal.throwIfAborted();
      const start = performance.now();
      const lists = yardstickLists(split, kind, width);
      take({ kind, lists, seconds: (performance.now() - start) / 1000 });
    }
    progress.update(kinds.length);
  } finally {
    progress.stop();
  }
  return notes;
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
  const kinds = yardstickKinds.filter((kind) => !teachers.includes(kind));
  const started = performance.now();
  const metrics: Record<string, SplitMetrics> = {};
  const notes = await computeYardsticks(
    split,
    kinds,
    evaluation.width,
    { signal, quiet },
    ({ kind, lists }) => {
      metrics[kind] = evaluation.measure(lists);
    },
  );
  return { metrics, notes, seconds: (performance.now() - started) / 1000 };
}
