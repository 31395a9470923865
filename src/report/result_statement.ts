import { compareStudent } from "./comparison.ts";
import { ensembleSentences } from "./ensemble_statement.ts";
import { escapeHtml } from "./escape_html.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatPercent,
  isMeasured,
} from "./format.ts";
import type { RunSummary } from "./run_summary.ts";
import { timeToQuality } from "./time_to_quality.ts";

function strong(text: string): string {
  return `<strong>${escapeHtml(text)}</strong>`;
}

/** The result of a run in plain sentences of HTML. What was not measured is not mentioned, or said to be. */
export function resultSentences(summary: RunSummary): string[] {
  const metric = "recall@50";
  const { student, withoutKd, ensemble, teachers, ...result } = compareStudent(summary, metric);
  const own = student?.metrics[metric];
  const plain = withoutKd?.metrics[metric];
  const full = ensemble?.metrics[metric];
  const dataset = escapeHtml(summary.dataset.name);
  const sentences: string[] = [];
  sentences.push(
    isMeasured(own)
      ? `On ${dataset}, the student of dimension ${
        formatCount(summary.student.dim)
      } reaches a test Recall@50 of ${strong(formatMetric(own))}.`
      : `On ${dataset}, no test Recall@50 was measured for the student of dimension ${
        formatCount(summary.student.dim)
      }.`,
  );
  if (isMeasured(plain)) {
    const change = result.gain === undefined
      ? ""
      : result.gain < 0
      ? `, so distillation takes away ${strong(formatPercent(-result.gain))}`
      : `, so distillation adds ${strong(formatPercent(result.gain))}`;
    sentences.push(`The same model trained without distillation reaches ${formatMetric(plain)}${change}.`);
  } else {
    sentences.push("No model of the same size was trained without distillation, so its gain is not known.");
  }
  if (isMeasured(full)) {
    const count = teachers.length;
    const who = count === 0 ? "The ensemble" : `The ensemble of ${count} teacher${count === 1 ? "" : "s"}`;
    const kept = result.shareKept === undefined
      ? isMeasured(plain) && full <= plain
        ? ", which is not above the model without distillation: there is no gain to keep"
        : ""
      : result.shareKept < 0
      ? "; of its gain over the model without distillation the student keeps nothing"
      : `; of its gain over the model without distillation the student keeps ${
        strong(formatPercent(result.shareKept))
      }`;
    sentences.push(`${who} reaches ${formatMetric(full)}${kept}.`);
  }
  sentences.push(...ensembleSentences(summary.rows));
  const reached = timeToQuality(summary.history, "recall@50", 0.95);
  if (reached !== undefined) {
    const { epoch, seconds } = reached;
    sentences.push(
      `The student came within 5 % of its best validation Recall@50 at epoch ${formatCount(epoch)}, after ${
        escapeHtml(formatDuration(seconds))
      }.`,
    );
  }
  const size = `The student has ${formatCount(summary.student.parameters)} parameters${
    student?.bytes === undefined ? "" : ` (${formatBytes(student.bytes)})`
  } in a file of ${formatBytes(summary.student.bytes)}`;
  sentences.push(
    result.sizeRatio === undefined
      ? `${size}.`
      : result.sizeRatio >= 1
      ? `${size}; its parameters are ${
        strong(`${Number(result.sizeRatio.toPrecision(3))} times`)
      } smaller than ` +
        `those of the teachers together (${formatBytes(result.teacherBytes)}).`
      : `${size}: its parameters take more than those of the teachers together (${
        formatBytes(result.teacherBytes)
      }).`,
  );
  return sentences;
}
