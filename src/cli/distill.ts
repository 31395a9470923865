import { type Command, Option } from "commander";
import { writeAtomically } from "../data/files.ts";
import { splitFingerprint } from "../data/split.ts";
import { distill } from "../distill/distill.ts";
import { studentKinds } from "../distill/students.ts";
import { trainWithoutDistillation } from "../distill/without_distillation.ts";
import { DivergenceError, RunError } from "../errors.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import { openGpu } from "../gpu/gpu.ts";
import { encodeStudent } from "../models/student_file.ts";
import { renderReport } from "../report/render_report.ts";
import { timeToQualityLine } from "../report/time_to_quality.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import { Interrupted } from "../teachers/training.ts";
import {
  checkResumed,
  commandPreset,
  configOf,
  type DistillConfig,
  type DistillFlags,
  parseConfig,
  resolvedOptions,
  shellWord,
} from "./distill_config.ts";
import { applyConfig, applyPreset, configOptions, configText } from "./config_file.ts";
import { claimFolder } from "./claim.ts";
import { withDriver } from "./embedded_driver.ts";
import { ensureTeachers, requireTeachers } from "./ensure_teachers.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { invocation } from "./invocation.ts";
import { loadSplit, requireEvaluated } from "./load_split.ts";
import {
  adapterOption,
  dataOptions,
  pathName,
  positiveInteger,
  positiveNumber,
  teacherOptions,
} from "./options.ts";
import {
  checkpointFolder,
  discardUnstarted,
  isComplete,
  metricsLines,
  perUserTable,
  readRunConfig,
  removeFolder,
  requireNewFolder,
  startRunFolder,
} from "./run_folder.ts";
import { logNotice } from "./log.ts";
import { distillSetting, teacherSettingOption } from "./setting_options.ts";
import { measureYardsticks } from "./measure_yardsticks.ts";
import {
  measureTeachers,
  parametersCell,
  perUserMetrics,
  resultLines,
  summarize,
  trainingCell,
} from "./summarize.ts";
import { trainingProgress } from "./training_progress.ts";

/** Adds the command `distill`. */
export function registerDistill(program: Command): void {
  const command = program.command("distill")
    .description(
      "The main job: loads data, trains missing teachers, fuses them, distils them into one small student, evaluates, and " +
        "writes a run folder with the student and a report.",
    );
  teacherOptions(dataOptions(command))
    .addOption(
      new Option("--student <kind>", "kind of the student").choices(studentKinds).default("MF"),
    )
    .option("--dim <number>", "dimension of the student, at most 128", positiveInteger, 6)
    .option(
      "--epochs <number>",
      "most epochs of the distillation (default: 300; sample: 150)",
      positiveInteger,
    )
    .option("--learning-rate <number>", "step size of the student's optimizer", positiveNumber, 3e-3)
    .addOption(
      new Option("--scores <form>", "exact, or clamped as the authors released it").choices([
        "free",
        "clamped",
      ]).default("free"),
    )
    .option("--patience <number>", "evaluations without gain before training ends", positiveInteger, 5)
    .option("--baseline-epochs <number>", "most epochs of the model without distillation", positiveInteger)
    .option("--out <folder>", "run folder to make (default: runs/DATASET-DATE-TIME)", pathName)
    .option(
      "--resume <folder>",
      "continue a run that was stopped; all other settings come from its config.json",
      pathName,
    )
    .option(
      "--option <name=value>",
      "another setting of the distillation, such as alpha=1.1; may be given again",
      distillSetting,
    )
    .addOption(adapterOption());
  configOptions(teacherSettingOption(command))
    .addHelpText(
      "after",
      examples(
        "distill                                  the built-in sample, start to report",
        "distill --data citeulike --teachers MF,ML --dim 6 --seed 1",
        "distill --data ../my-split --out runs/mine    a folder with train.txt, valid.txt, test.txt",
        "distill --data ratings.csv --minimum-rating 4 --core 5 --split leave-last-out    a log: docs/data.md",
        "distill --config mine.toml --teacher-option MF.dim=32 --option alpha=1.1    docs/configuration.md",
        "distill --resume runs/mine",
      ),
    )
    .action(async (_options, self: Command) => {
      const given = self.options.map((option) => option.attributeName())
        .filter((name) => self.getOptionValueSource(name) === "cli");
      await applyConfig(self);
      const { data } = self.opts<DistillFlags>();
      applyPreset(self, commandPreset(data));
      const flags = self.optsWithGlobals<DistillFlags>();
      if (flags.printConfig === undefined) return await runDistill(flags, given);
      console.log(await configText(self, flags.printConfig, await resolvedOptions(configOf(flags))));
    });
}

function defaultFolder(name: string, started: string): string {
  return `runs/${name}-${started.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
}

async function resumedConfig(flags: DistillFlags, given: readonly string[]): Promise<DistillConfig> {
  const config = parseConfig(await readRunConfig(flags.resume!), flags.resume!);
  checkResumed(config, flags, given);
  return config;
}

async function runDistill(flags: DistillFlags, given: readonly string[]): Promise<void> {
  const quiet = flags.quiet ?? false;
  const { out, resume } = flags;
  // A folder in the way is better said before minutes of training than after.
  if (out !== undefined && resume === undefined) await requireNewFolder(out);
  const planned = resume === undefined ? configOf(flags) : await resumedConfig(flags, given);
  await withDriver({ adapter: planned.adapter, quiet });
  const split = await loadSplit(planned.data, quiet);
  const fingerprint = await splitFingerprint(split);
  if ("fingerprint" in planned && planned.fingerprint !== fingerprint) {
    throw new RunError(
      `the data of ${planned.data.source} is not what ${resume} was started with; start a new run`,
    );
  }
  requireEvaluated(split, planned.data.source);
  await requireTeachers(planned.teachers, split);
  const config: DistillConfig = { ...planned, fingerprint };
  const folder = resume ?? out ?? defaultFolder(split.name, config.started);
  const say = (event: string, line: string) => quiet || logNotice(event, line);
  say(
    "data",
    `data: ${split.name}, ${split.users} users, ${split.items} items, ${split.train.items.length} training pairs`,
  );

  using gpu = await openGpu({ adapter: config.adapter });
  using interrupt = untilInterrupted();
  const { signal } = interrupt;
  const checkpoints = (name: string) => folderCheckpoints(`${folder}/${checkpointFolder}/${name}`);
  if (resume === undefined) await startRunFolder(folder, config);
  using _claim = await claimFolder(folder);
  try {
    const trajectories = await ensureTeachers(gpu, split, config.teachers, { signal, quiet });
    const baseline = await (async () => {
      using progress = trainingProgress("w/o KD", config.baselineEpochs, quiet);
      return await trainWithoutDistillation(gpu, split, {
        student: config.distill.student,
        dim: config.distill.dim,
        seed: config.distill.seed,
        ...(config.baselineEpochs === null ? {} : { epochs: config.baselineEpochs }),
      }, { ...progress.hooks, signal, checkpoints: checkpoints("baseline") });
    })();
    const result = await (async () => {
      using progress = trainingProgress("student", config.distill.epochs, quiet);
      return await distill(gpu, split, trajectories, config.distill, {
        ...progress.hooks,
        signal,
        checkpoints: checkpoints("student"),
      });
    })();
    using evaluation = new RankingEvaluation(gpu, split);
    const yardsticks = await measureYardsticks(evaluation, split, {
      signal,
      quiet,
      teachers: config.teachers.kinds,
    });
    const teachers = measureTeachers(evaluation, split, trajectories);
    const student = encodeStudent(result.student);
    const summary = summarize({
      split,
      fingerprint: config.fingerprint,
      command: config.command,
      started: config.started,
      seed: config.distill.seed,
      settings: config.distill,
      adapter: gpu.adapter,
      trajectories,
      teachers,
      yardsticks,
      baseline,
      result,
      bytes: student.byteLength,
    });
    const perUser = perUserMetrics(yardsticks.metrics, teachers.metrics, {
      "w/o KD": baseline.metrics,
      student: result.metrics,
    });
    await writeAtomically(`${folder}/student.safetensors`, student);
    await writeAtomically(`${folder}/per_user.tsv`, perUserTable(perUser, split.userIds));
    await writeAtomically(
      `${folder}/metrics.jsonl`,
      metricsLines({ student: result.history, "w/o KD": baseline.history }),
    );
    await writeAtomically(`${folder}/report.html`, renderReport(summary));
    await writeAtomically(`${folder}/summary.json`, JSON.stringify(summary, null, 2) + "\n");
    await removeFolder(`${folder}/${checkpointFolder}`);
    console.log(resultLines(summary, { parameters: parametersCell, training: trainingCell }));
    console.log(timeToQualityLine(summary.history));
    if (result.history.at(-1)?.phase === "overall") {
      say(
        "unfinished",
        "the student ended before the ranked phase, which gives most of the quality: more --epochs",
      );
    }
    console.log(`\nstudent: ${folder}/student.safetensors\nreport:  ${folder}/report.html`);
  } catch (error) {
    const advice = `continue with: ${invocation(`distill --resume ${shellWord(folder)}`)}`;
    if (error instanceof Interrupted) error.message = `stopped after epoch ${error.epoch}; ${advice}`;
    else if (resume === undefined && !await discardUnstarted(folder) && !await isComplete(folder)) {
      say(
        "kept",
        error instanceof DivergenceError
          ? `${folder} is kept, but would end so again: start a new run, with a lower --learning-rate`
          : `what was trained is kept; ${advice}`,
      );
    }
    throw error;
  }
}
