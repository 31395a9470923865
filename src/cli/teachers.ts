import type { Command } from "commander";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import { formatDuration } from "../report/format.ts";
import { textTable } from "../report/table.ts";
import { withDriver } from "./embedded_driver.ts";
import { ensureTeachers } from "./ensure_teachers.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { loadSplit, requireEvaluated } from "./load_split.ts";
import { adapterOption, dataOptions, teacherOptions } from "./options.ts";
import { measureTeachers } from "./summarize.ts";

/** Adds the command `teachers`. */
export function registerTeachers(program: Command): void {
  teacherOptions(dataOptions(
    program.command("teachers").description(
      "Trains the teachers that are missing, keeps their trajectories, and shows each and their ensemble.",
    ),
  ))
    .addOption(adapterOption())
    .addHelpText("after", examples("teachers", "teachers --data citeulike --teachers MF,ML --seed 1"))
    .action(async (_options, self: Command) => await runTeachers(self.optsWithGlobals()));
}

interface TeacherFlags {
  data: string;
  minimumInteractions?: number;
  splitSeed: number;
  teachers: string[];
  teachersFolder: string;
  teacherEpochs?: number;
  seed: number;
  adapter: AdapterChoice;
  quiet?: boolean;
}

async function runTeachers(flags: TeacherFlags): Promise<void> {
  const quiet = flags.quiet ?? false;
  await withDriver({ adapter: flags.adapter, quiet });
  const split = await loadSplit({
    source: flags.data,
    minimumInteractions: flags.minimumInteractions ?? null,
    splitSeed: flags.splitSeed,
  });
  requireEvaluated(split, flags.data);
  using gpu = await openGpu({ adapter: flags.adapter });
  using interrupt = untilInterrupted();
  const trajectories = await ensureTeachers(gpu, split, {
    folder: flags.teachersFolder,
    kinds: flags.teachers,
    seed: flags.seed,
    epochs: flags.teacherEpochs ?? null,
  }, { signal: interrupt.signal, quiet });
  using evaluation = new RankingEvaluation(gpu, split);
  const { metrics } = measureTeachers(evaluation, trajectories);
  const names = ["recall@10", "ndcg@10", "recall@50", "ndcg@50"] as const;
  const rows = Object.entries(metrics).map(([name, { test }]) => {
    const trajectory = trajectories.find(({ kind }) => kind === name);
    return [
      name,
      ...names.map((metric) => test.means[metric]!.toFixed(4)),
      trajectory?.states.map(({ epoch }) => epoch).join(" ") ?? "",
      trajectory ? formatDuration(trajectory.seconds) : "",
    ];
  });
  console.log(
    textTable(["test", "Recall@10", "NDCG@10", "Recall@50", "NDCG@50", "states at epochs", "training"], rows),
  );
}
