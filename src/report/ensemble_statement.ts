import { bestRow, ensembleGain } from "./comparison.ts";
import { escapeHtml } from "./escape_html.ts";
import { formatChange, formatMetric, isMeasured } from "./format.ts";
import type { ModelRow } from "./run_summary.ts";

const metrics = [["recall@50", "Recall@50"], ["ndcg@50", "NDCG@50"]] as const;

/**
 * What the ensemble gains over the best single teacher, such as "ensemble over best teacher (GNN): Recall@50 +6.2 %,
 * NDCG@50 +5.9 %"; with a teacher for each metric where they are not the same, and empty where there is nothing to compare.
 */
export function ensembleGainLine(rows: readonly ModelRow[]): string {
  const gains = metrics.flatMap(([metric, title]) => {
    const gain = ensembleGain(rows, metric);
    return gain === undefined ? [] : [{ ...gain, title }];
  });
  if (gains.length === 0) return "";
  const [first] = gains;
  const same = gains.every(({ teacher }) => teacher === first!.teacher);
  const parts = gains.map(({ teacher, gain, title }) =>
    `${title} ${formatChange(gain)}${same ? "" : ` (${teacher})`}`
  );
  return `ensemble over best teacher${same ? ` (${first!.teacher})` : ""}: ${parts.join(", ")}`;
}

/** The same as a sentence of HTML, and the best yardstick's result as another. */
export function ensembleSentences(rows: readonly ModelRow[]): string[] {
  const sentences: string[] = [];
  const line = ensembleGainLine(rows);
  if (line !== "") {
    const text = escapeHtml(line.replace(/^e/, "E"));
    sentences.push(`${text.replace(/@50 (\S+ %)/g, "@50 <strong>$1</strong>")}.`);
  }
  const yardstick = bestRow(rows, "yardstick", "recall@50");
  if (yardstick !== undefined) {
    const recall = yardstick.metrics["recall@50"]!;
    const fused = rows.find(({ role }) => role === "ensemble")?.metrics["recall@50"];
    const above = isMeasured(fused) && recall > fused ? ", more than the ensemble" : "";
    sentences.push(
      `The best yardstick without any training, ${escapeHtml(yardstick.name)}, reaches ${
        formatMetric(recall)
      }${above}.`,
    );
  }
  return sentences;
}
