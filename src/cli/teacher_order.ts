import { finalStates, fuseTeachers } from "../distill/ensemble.ts";
import { selectTeachers } from "../distill/select_teachers.ts";
import { RunError } from "../errors.ts";
import type { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import { formatMetric } from "../report/format.ts";
import { textTable } from "../report/table.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { createProgress } from "./progress.ts";

/**
 * A table of the order in which the teachers help their ensemble, by validation Recall@50, and which of them to take.
 *
 * @throws {RunError} if nobody has validation items.
 * @throws {DOMException} the signal's reason, if it asked to stop.
 */
export async function teacherOrder(
  evaluation: RankingEvaluation,
  trajectories: readonly Trajectory[],
  { signal, quiet }: { signal: AbortSignal; quiet: boolean },
): Promise<string> {
  const recall = (items: Uint32Array, part: "valid" | "test") =>
    evaluation.measure(items)[part].means["recall@50"]!;
  const total = trajectories.length * (trajectories.length + 1) / 2;
  const progress = createProgress({ label: "choosing teachers", total, unit: "ensembles", quiet });
  let done = 0;
  try {
    const steps = await selectTeachers(trajectories, evaluation.width, async ({ items }) => {
      // Here a Ctrl-C gets through.
      await new Promise((resume) => setTimeout(resume));
      signal.throwIfAborted();
      const found = recall(items, "valid");
      if (!Number.isFinite(found)) {
        throw new RunError("nobody has validation items to choose teachers by; expected a split with some");
      }
      progress.update(++done);
      return found;
    });
    const kinds = steps.map(({ teacher }) => trajectories[teacher]!.kind);
    const rows = steps.map(({ quality }, step) => {
      const together = trajectories.filter(({ kind }) => kinds.slice(0, step + 1).includes(kind));
      const { items } = fuseTeachers(together, finalStates(together), evaluation.width);
      return [
        `${step === 0 ? "" : "+ "}${kinds[step]}`,
        formatMetric(quality),
        formatMetric(recall(items, "test")),
      ];
    });
    const qualities = steps.map(({ quality }) => quality);
    const best = qualities.indexOf(Math.max(...qualities)) + 1;
    return `${textTable(["ensemble", "validation Recall@50", "test Recall@50"], rows)}\n\n` +
      `best on validation: --teachers ${kinds.slice(0, best).join(",")}`;
  } finally {
    progress.stop();
  }
}
