import { type Command } from "commander";
import configuration from "../../deno.json" with { type: "json" };
import { pathKind, writeAtomically } from "../data/files.ts";
import { splitFingerprint } from "../data/split.ts";
import { distill } from "../distill/distill.ts";
import { type DistillOptions, distillSettings } from "../distill/options.ts";
import { trainWithoutDistillation } from "../distill/without_distillation.ts";
import { RunError } from "../errors.ts";
import { RankingEvaluation } from "../evaluate/ranking_evaluation.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import { encodeStudent } from "../models/student_file.ts";
import { renderReport } from "../report/render_report.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import { withDriver } from "./embedded_driver.ts";
import { ensureTeachers, type TeacherChoice } from "./ensure_teachers.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { type DataChoice, loadSplit } from "./load_split.ts";
import { adapterOption, dataOptions, positiveInteger, positiveNumber, teacherOptions } from "./options.ts";
import { checkpointFolder, metricsLines, openRunFolder, perUserTable, type RunConfig } from "./run_folder.ts";
import { measureTeachers, resultLines, summarize } from "./summarize.ts";
import { trainingProgress } from "./training_progress.ts";

interface DistillConfig extends RunConfig {
  readonly data: DataChoice;
  readonly fingerprint: string;
  readonly teachers: TeacherChoice;
  readonly distill: Required<DistillOptions>;
  readonly baselineEpochs: number | null;
  readonly adapter: AdapterChoice;
  readonly started: string;
  readonly command: string;
}

/** Adds the command `distill`. */
export function registerDistill(program: Command): void {
  const command = program.command("distill")
    .description(
      "The main job: loads data, trains missing teachers, fuses them, distils them into one small student, evaluates, and " +
        "writes a run folder with the student and a report.",
    );
  teacherOptions(dataOptions(command))
    .option("--dim <number>", "dimension of the student", positiveInteger, 6)
    .option("--epochs <number>", "most epochs of the distillation", positiveInteger, 300)
    .option("--learning-rate <number>", "step size of the student's optimizer", positiveNumber, 3e-3)
    .option("--scores <form>", "free (exact) or clamped (as the authors released it)", "free")
    .option("--patience <number>", "evaluations without gain before training ends", positiveInteger, 5)
    .option("--baseline-epochs <number>", "most epochs of the model without distillation", positiveInteger)
    .option("--out <folder>", "run folder to make (default: runs/DATASET-DATE-TIME)")
    .option(
      "--resume <folder>",
      "continue a run that was stopped; all other settings come from its config.json",
    )
    .addOption(adapterOption())
    .addHelpText(
      "after",
      examples(
        "distill                                  the built-in sample, start to report",
        "distill --data citeulike --teachers MF,ML --dim 6 --seed 1",
        "distill --data ../my-split --out runs/mine    a folder with train.txt, valid.txt, test.txt",
        "distill --resume runs/mine",
      ),
    )
    .action(async (_options, self: Command) => await runDistill(self.optsWithGlobals()));
}

interface DistillFlags {
  data: string;
  minimumInteractions?: number;
  splitSeed: number;
  teachers: string[];
  teachersFolder: string;
  teacherEpochs?: number;
  seed: number;
  dim: number;
  epochs: number;
  learningRate: number;
  scores: "free" | "clamped";
  patience: number;
  baselineEpochs?: number;
  out?: string;
  resume?: string;
  adapter: AdapterChoice;
  quiet?: boolean;
}

function configOf(flags: DistillFlags): Omit<DistillConfig, "fingerprint"> {
  const { seed, dim, epochs, learningRate, scores, patience } = flags;
  return {
    version: configuration.version,
    command: `deno task ${["distill", ...Deno.args.slice(1)].join(" ")}`,
    started: new Date().toISOString(),
    adapter: flags.adapter,
    data: {
      source: flags.data,
      minimumInteractions: flags.minimumInteractions ?? null,
      splitSeed: flags.splitSeed,
    },
    teachers: {
      folder: flags.teachersFolder,
      kinds: flags.teachers,
      seed,
      epochs: flags.teacherEpochs ?? null,
    },
    baselineEpochs: flags.baselineEpochs ?? null,
    distill: distillSettings({ seed, dim, epochs, learningRate, scores, patience }),
  };
}

function defaultFolder(name: string, started: string): string {
  return `runs/${name}-${started.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}`;
}

async function runDistill(flags: DistillFlags): Promise<void> {
  const quiet = flags.quiet ?? false;
  // A folder in the way is better said before minutes of training than after.
  if (flags.out !== undefined && flags.resume === undefined && await pathKind(flags.out) !== "nothing") {
    throw new RunError(
      `the run folder ${flags.out} exists already; name another with --out, or continue it with --resume ${flags.out}`,
    );
  }
  const planned = flags.resume === undefined
    ? configOf(flags)
    : await openRunFolder<DistillConfig>(flags.resume, null);
  await withDriver({ adapter: planned.adapter, quiet });
  const split = await loadSplit(planned.data);
  const config: DistillConfig = { ...planned, fingerprint: await splitFingerprint(split) };
  const folder = flags.resume ?? flags.out ?? defaultFolder(split.name, config.started);
  if (flags.resume === undefined) await openRunFolder(folder, config);
  else if ((planned as DistillConfig).fingerprint !== config.fingerprint) {
    throw new RunError(
      `the data of ${config.data.source} is not what ${folder} was started with; start a new run`,
    );
  }
  const say = (line: string) => quiet || console.error(line);
  say(
    `data: ${split.name}, ${split.users} users, ${split.items} items, ${split.train.items.length} training pairs`,
  );

  using gpu = await openGpu({ adapter: config.adapter });
  using interrupt = untilInterrupted();
  const { signal } = interrupt;
  const checkpoints = (name: string) => folderCheckpoints(`${folder}/${checkpointFolder}/${name}`);
  try {
    const trajectories = await ensureTeachers(gpu, split, config.teachers, { signal, quiet });
    const baseline = await (async () => {
      using progress = trainingProgress("w/o KD", config.baselineEpochs, quiet);
      return await trainWithoutDistillation(gpu, split, {
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
    const teachers = measureTeachers(evaluation, trajectories);
    const student = encodeStudent(result.student);
    const summary = summarize({
      split,
      fingerprint: config.fingerprint,
      command: config.command,
      started: config.started,
      seed: config.distill.seed,
      adapter: gpu.adapter,
      trajectories,
      teachers,
      baseline,
      result,
      bytes: student.byteLength,
    });
    const perUser = {
      ...teachers.perUser,
      "w/o KD": baseline.metrics.test.perUser,
      student: result.metrics.test.perUser,
    };
    await writeAtomically(`${folder}/student.safetensors`, student);
    await writeAtomically(`${folder}/per_user.tsv`, perUserTable(perUser, split.userIds));
    await writeAtomically(
      `${folder}/metrics.jsonl`,
      metricsLines({ student: result.history, "w/o KD": baseline.history }),
    );
    await writeAtomically(`${folder}/report.html`, renderReport(summary));
    await writeAtomically(`${folder}/summary.json`, JSON.stringify(summary, null, 2) + "\n");
    await folderCheckpoints(`${folder}/${checkpointFolder}`).clear();
    console.log(resultLines(summary));
    console.log(`\nstudent: ${folder}/student.safetensors\nreport:  ${folder}/report.html`);
  } catch (error) {
    if (signal.aborted) say(`continue with: deno task distill --resume ${folder}`);
    throw error;
  }
}
