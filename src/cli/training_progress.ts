import { bestOf, evaluationsOf } from "../teachers/epochs.ts";
import { fitDefaults } from "../teachers/fit.ts";
import type { EpochRecord, TrainingHooks } from "../teachers/training.ts";
import { log, logNotice } from "./log.ts";
import { createProgress, type Progress } from "./progress.ts";

/** A progress bar for a training run, as hooks. */
export interface TrainingProgress extends Disposable {
  /** To hand to the training. */
  readonly hooks: Pick<TrainingHooks, "onResume" | "onEpoch" | "onStage">;
}

/**
 * Shows a training run: epochs done, rate, remaining time to the last epoch possible, the loss, the latest validation
 * Recall@50 and the best so far.
 */
export function trainingProgress(label: string, epochs: number | null, quiet: boolean): TrainingProgress {
  const total = epochs ?? fitDefaults.epochs;
  let progress: Progress | null = null;
  let best: EpochRecord | null = null;
  let latest = "";
  const recall = (record: EpochRecord) => record.valid!["recall@50"]!;
  const stop = () => {
    progress?.stop(best ? `best validation Recall@50 ${recall(best).toFixed(4)} at epoch ${best.epoch}` : "");
    progress = null;
    best = null;
    latest = "";
  };
  return {
    hooks: {
      onResume(history) {
        const evaluations = evaluationsOf(history);
        best = evaluations[bestOf(evaluations, "recall@50")] ?? null;
      },
      onEpoch(record) {
        // A resumed training starts late, and one that is trained again with more evaluations starts twice.
        progress ??= createProgress({ label, total, unit: "epochs", quiet, done: record.epoch - 1 });
        if (record.valid) {
          if (!best || recall(record) > recall(best)) best = record;
          if (!quiet) {
            const { epoch, loss, valid } = record;
            log("info", "evaluation", null, { label, epoch, loss, valid, bestEpoch: best.epoch });
          }
          latest = `, Recall@50 ${recall(record).toFixed(4)} (best ${recall(best).toFixed(4)})`;
        }
        const phase = record.phase ? `${record.phase} ` : "";
        const stage = record.final ? "final " : phase;
        progress.update(record.epoch, `${stage}loss ${record.loss.toPrecision(4)}${latest}`);
      },
      onStage(stage, done, all) {
        stop();
        if (quiet) return;
        const part = done > 0 ? ` (${done} of ${all})` : "";
        logNotice("stage", `${label}: ${stage}${part}`, { label, stage, done, total: all });
      },
    },
    [Symbol.dispose]: stop,
  };
}
