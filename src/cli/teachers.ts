import type { Command } from "commander";
import { writeAtomically } from "../data/files.ts";
import { splitFingerprint } from "../data/split.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import { overlapLines } from "../report/overlap_table.ts";
import { renderTeachersReport } from "../report/render_teachers_report.ts";
import { applyConfig, type ConfigForm, configOptions, configText } from "./config_file.ts";
import { commandLine } from "./distill_config.ts";
import { withDriver } from "./embedded_driver.ts";
import {
  ensureTeachers,
  requireTeachers,
  resolvedTeachers,
  teacherChoice,
  type TeacherChoiceFlags,
} from "./ensure_teachers.ts";
import { examples } from "./examples.ts";
import { registerImport } from "./import_teacher.ts";
import { untilInterrupted } from "./interrupt.ts";
import { loadSplit, requireEvaluated } from "./load_split.ts";
import { measureYardsticks } from "./measure_yardsticks.ts";
import {
  adapterOption,
  dataChoice,
  type DataFlags,
  dataOptions,
  pathName,
  teacherOptions,
} from "./options.ts";
import { perUserTable, requireNoFolder } from "./run_folder.ts";
import { teacherSettingOption } from "./setting_options.ts";
import { teacherOrder } from "./teacher_order.ts";
import {
  measureTeachers,
  perUserMetrics,
  resultLines,
  summarizeTeachers,
  trainingCell,
} from "./summarize.ts";

/** Adds the command `teachers`. */
export function registerTeachers(program: Command): void {
  const command = program.command("teachers")
    .description(
      "Trains the teachers that are missing, keeps their trajectories, and shows each, their ensemble, training-free " +
        "yardsticks beside them, and how much their lists have in common.",
    )
    .helpCommand(false);
  registerImport(command);
  teacherOptions(dataOptions(command))
    .option(
      "--out <folder>",
      "also write report.html, summary.json and per_user.tsv to a new folder",
      pathName,
    )
    .option("--select", "also show in which order the teachers help their ensemble, on validation", false)
    .addOption(adapterOption());
  configOptions(teacherSettingOption(command))
    .addHelpText(
      "after",
      examples(
        "teachers",
        "teachers --data citeulike --teachers MF,ML --seed 1",
        "teachers --config mine.toml --teacher-option MF.dim=32    docs/configuration.md",
        "teachers --data citeulike --teachers MF,ML,DL,GNN,AE,I-AE --out runs/teachers",
        "teachers --data citeulike --teachers MF,GNN,AE,ItemKNN,RP3beta --select    which of them to take",
        "teachers import lists.csv --name mine    a teacher from elsewhere; more: teachers import --help",
      ),
    )
    .action(async (_options, self: Command) => {
      await applyConfig(self);
      const flags = self.optsWithGlobals<TeacherFlags>();
      if (flags.printConfig === undefined) return await runTeachers(flags);
      const resolved = await resolvedTeachers(dataChoice(flags), teacherChoice(flags));
      console.log(await configText(self, flags.printConfig, resolved));
    });
}

interface TeacherFlags extends DataFlags, TeacherChoiceFlags {
  out?: string;
  select: boolean;
  printConfig?: ConfigForm;
  adapter: AdapterChoice;
  quiet?: boolean;
}

async function runTeachers(flags: TeacherFlags): Promise<void> {
  const quiet = flags.quiet ?? false;
  const { out } = flags;
  if (out !== undefined) await requireNoFolder(out);
  const started = new Date().toISOString();
  await withDriver({ adapter: flags.adapter, quiet });
  const split = await loadSplit(dataChoice(flags), quiet);
  requireEvaluated(split, flags.data);
  await requireTeachers({ folder: flags.teachersFolder, kinds: flags.teachers }, split);
  using gpu = await openGpu({ adapter: flags.adapter });
  using interrupt = untilInterrupted();
  const { signal } = interrupt;
  const trajectories = await ensureTeachers(gpu, split, teacherChoice(flags), { signal, quiet });
  using evaluation = new RankingEvaluation(gpu, split);
  const yardsticks = await measureYardsticks(evaluation, split, {
    signal,
    quiet,
    teachers: flags.teachers,
  });
  const teachers = measureTeachers(evaluation, split, trajectories);
  const summary = summarizeTeachers({
    split,
    fingerprint: await splitFingerprint(split),
    command: commandLine("teachers"),
    started,
    seed: flags.seed,
    adapter: gpu.adapter,
    trajectories,
    teachers,
    yardsticks,
  });
  if (out !== undefined) {
    const perUser = perUserMetrics(yardsticks.metrics, teachers.metrics);
    await writeAtomically(`${out}/per_user.tsv`, perUserTable(perUser, split.userIds));
    await writeAtomically(`${out}/report.html`, renderTeachersReport(summary));
    await writeAtomically(`${out}/summary.json`, JSON.stringify(summary, null, 2) + "\n");
  }
  const epochs = new Map(trajectories.map(({ kind, states }) => [kind, states.map(({ epoch }) => epoch)]));
  console.log(resultLines(summary, {
    "states at epochs": ({ name }) => epochs.get(name)?.join(" ") ?? "",
    training: trainingCell,
  }));
  console.log(`\n${overlapLines(teachers.overlap)}`);
  if (flags.select) console.log(`\n${await teacherOrder(evaluation, trajectories, { signal, quiet })}`);
  if (out !== undefined) console.log(`\nreport:  ${out}/report.html`);
}
