import { type Command, Option } from "commander";
import { generalizationSplit } from "../data/generalization.ts";
import { splitFingerprint } from "../data/split.ts";
import { methodOf } from "../distill/methods/registry.ts";
import { methodSettings, sharedDefaults } from "../distill/method_settings.ts";
import { distillPreset } from "../distill/presets.ts";
import { studentKinds } from "../distill/students.ts";
import { ArgumentError } from "../errors.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import { type YardstickKind, yardstickKinds } from "../models/yardsticks.ts";
import { Interrupted } from "../teachers/training.ts";
import { takeClaim, untilFree } from "./claim.ts";
import { commitOf, joinFolder, programVersion, requireSameTeachers } from "./compare_config.ts";
import { entriesOf, type Entry, methodNames, oneMethod, yardstickNames } from "./compare_entries.ts";
import { helperOption, startHelpers } from "./compare_helpers.ts";
import { Queue } from "./compare_queue.ts";
import { measureReferences } from "./compare_references.ts";
import {
  comparisonLines,
  readTuning,
  type Tuning,
  tuningFile,
  writeResults,
  writeTuning,
} from "./compare_results.ts";
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
import { untilInterrupted } from "./interrupt.ts";
import { loadSplit, requireEvaluated } from "./load_split.ts";
import { logNotice } from "./log.ts";
import {
  adapterOption,
  countNumber,
  dataChoice,
  type DataFlags,
  dataOptions,
  pathName,
  positiveInteger,
  seedNumbers,
  teacherOptions,
} from "./options.ts";

/** Adds the command `compare`. */
export function registerCompare(program: Command): void {
  const command = program.command("compare").description(
    "Compares methods of distillation with the same student, teachers, split and seeds, and writes one report. The same " +
      "command continues a comparison that was stopped; further methods and seeds can be added to its folder.",
  );
  teacherOptions(dataOptions(command), "seed of the teachers, of tuning and of the setup")
    .option("--methods <names>", "all, or some of them (only-KIND: HetComp from one teacher)", methodNames, [
      "all",
    ])
    .option("--seeds <numbers>", "seeds of the students", seedNumbers, [1])
    .addOption(new Option("--student <kind>", "kind of the students").choices(studentKinds).default("MF"))
    .option(
      "--dim <number>",
      "dimension of the students; beyond 128 for bpr, cl-drd and dcd only",
      positiveInteger,
      6,
    )
    .option("--epochs <number>", "most epochs of a training (default: 300; sample: 150)", positiveInteger)
    .option(
      "--every <number>",
      "epochs between evaluations, and between changes of what is taught",
      positiveInteger,
      10,
    )
    .option("--patience <number>", "evaluations without gain before a training ends", positiveInteger, 5)
    .option(
      "--trials <number>",
      "trials of tuning for each method, on validation; 0: default settings",
      countNumber,
      0,
    )
    .option(
      "--trial-epochs <number>",
      "most epochs of a trial (default: those of a training)",
      positiveInteger,
    )
    .option(
      "--tuned-in <folder>",
      "take the settings that another comparison's trials chose, in place of trials",
      pathName,
    )
    .addOption(
      new Option("--setup <kind>", "all users take part, or 80 % of them with 80 % of their items").choices([
        "benchmark",
        "generalization",
      ]).default("benchmark"),
    )
    .option(
      "--yardsticks <kinds>",
      `training-free models beside: none, or some of ${
        yardstickKinds.join(",")
      } (EASE: minutes, up to 6,000 items)`,
      yardstickNames,
      ["TopPop", "ItemKNN", "RP3beta"],
    )
    .option(
      "--against <method>",
      "the method that the others are tested against (default: hetcomp)",
      oneMethod,
    )
    .option("--out <folder>", "folder of the comparison (default: runs/compare-DATASET)", pathName)
    .option(
      "--workers <number>",
      "processes that share the work; more can join by the same command",
      positiveInteger,
      1,
    )
    .addOption(new Option(helperOption, "a process that --workers started").hideHelp())
    .addOption(adapterOption());
  configOptions(command)
    .addHelpText(
      "after",
      examples(
        "compare --methods bpr,rrd,hetcomp                    a first look, on the built-in sample",
        "compare --data citeulike --teachers MF,ML,DL,GNN,AE,I-AE --seeds 1,2,3 --trials 4 --out runs/paper",
        "compare --data citeulike --setup generalization --methods bpr,hetcomp --out runs/general",
      ),
    )
    .action(async (_options, self: Command) => {
      await applyConfig(self);
      const flags = self.optsWithGlobals<CompareFlags>();
      if (flags.printConfig === undefined) return await runCompare(flags);
      const resolved = await resolvedTeachers(dataChoice(flags), teacherChoice(flags));
      console.log(await configText(self, flags.printConfig, { ...resolved, ...epochsOf(flags) }));
    });
}

/** Most epochs of a training and of a trial. */
function epochsOf({ data, epochs, trialEpochs }: CompareFlags): { epochs: number; trialEpochs: number } {
  const most = epochs ?? distillPreset(data).epochs ?? sharedDefaults.epochs;
  return { epochs: most, trialEpochs: trialEpochs ?? most };
}

interface CompareFlags extends DataFlags, TeacherChoiceFlags {
  methods: string[];
  seeds: number[];
  student: string;
  dim: number;
  epochs?: number;
  every: number;
  patience: number;
  trials: number;
  trialEpochs?: number;
  tunedIn?: string;
  setup: "benchmark" | "generalization";
  yardsticks: YardstickKind[];
  against?: string;
  out?: string;
  workers: number;
  helper?: boolean;
  printConfig?: ConfigForm;
  adapter: AdapterChoice;
  quiet?: boolean;
}

function requireSingleTeachers(entries: readonly Entry[], kinds: readonly string[]): void {
  for (const { name, teacher } of entries) {
    if (teacher !== null && !kinds.includes(teacher)) {
      throw new ArgumentError(
        "--methods",
        `${name} needs the teacher ${teacher}`,
        `one of --teachers ${kinds.join(",")}`,
      );
    }
  }
}

/** How another comparison tuned the methods, by name. */
async function tuningsIn(folder: string, entries: readonly Entry[]): Promise<Map<string, Tuning>> {
  const tunings = new Map<string, Tuning>();
  for (const { name, method } of entries) {
    // A teacher alone is the same method with fewer lists.
    const tuning = await readTuning(folder, name) ?? await readTuning(folder, method);
    if (!tuning) {
      throw new ArgumentError(
        "--tuned-in",
        `${tuningFile(folder, name)} does not exist`,
        "a comparison with --trials that holds every one of --methods",
      );
    }
    tunings.set(name, { ...tuning, tunedIn: folder });
  }
  return tunings;
}

/** What to say where trainings go long without an evaluation, and so without a chance to stop. */
function evaluationHint(pairs: number, every: number): string | null {
  const steps = Math.ceil(pairs / sharedDefaults.batchSize);
  if (steps * every < 2500 || every === 1) return null;
  const fewer = Math.max(1, Math.round(1000 / steps));
  return `an epoch has ${steps} steps, of which 1,000 are usual between evaluations: in a new folder, ` +
    `--every ${fewer} sees sooner when a training can stop`;
}

async function runCompare(flags: CompareFlags): Promise<void> {
  const helper = flags.helper ?? false;
  const quiet = flags.quiet || helper;
  const entries = entriesOf(flags.methods, flags.teachers, flags.student);
  requireSingleTeachers(entries, flags.teachers);
  const { dim, every, patience } = flags;
  for (const { method, student } of entries) {
    methodSettings(methodOf(method), { student, dim, every, patience, epochs: epochsOf(flags).epochs });
  }
  if (flags.tunedIn !== undefined && flags.trials > 0) {
    throw new ArgumentError("--tuned-in", `there are ${flags.trials} trials beside it`, "no --trials");
  }
  await withDriver({ adapter: flags.adapter, quiet });
  const data = dataChoice(flags);
  const whole = await loadSplit(data, quiet);
  const views = flags.setup === "generalization" ? generalizationSplit(whole, { seed: flags.seed }) : null;
  const split = views?.inside ?? whole;
  requireEvaluated(split, flags.data);
  await requireTeachers(teacherChoice(flags), split);
  const tunings = flags.tunedIn === undefined ? [] : await tuningsIn(flags.tunedIn, entries);
  const folder = flags.out ?? `runs/compare-${split.name}`;
  using interrupt = untilInterrupted(helper ? null : undefined);
  const { signal } = interrupt;
  const config = await joinFolder(folder, {
    version: programVersion,
    commit: await commitOf(),
    commands: helper ? [] : [commandLine("compare")],
    started: new Date().toISOString(),
    adapter: flags.adapter,
    data,
    setup: flags.setup,
    fingerprint: await splitFingerprint(split),
    teachers: teacherChoice(flags),
    student: flags.student,
    dim: flags.dim,
    ...epochsOf(flags),
    every: flags.every,
    patience: flags.patience,
    trials: flags.trials,
    ...(flags.tunedIn === undefined ? {} : { tunedIn: flags.tunedIn }),
    ...(flags.against === undefined ? {} : { against: flags.against }),
    methods: entries.map(({ name }) => name),
    seeds: flags.seeds,
  }, signal);
  for (const [name, tuning] of tunings) {
    if (!await readTuning(folder, name)) await writeTuning(folder, name, tuning);
  }
  const say = (line: string) => quiet || logNotice("compare", line);
  say(
    `data: ${split.name}, ${split.users} users, ${split.items} items, ${split.train.items.length} training pairs`,
  );
  const hint = evaluationHint(split.train.items.length, config.every);
  if (hint !== null) say(hint);

  const helpers = await startHelpers(helper ? 0 : flags.workers - 1, signal);
  try {
    using gpu = await openGpu({ adapter: flags.adapter });
    const trajectories = await ensureTeachers(gpu, split, config.teachers, { signal, quiet });
    await requireSameTeachers(folder, trajectories);
    const world = { gpu, split, views, trajectories };
    // One that teaches has its row already.
    const yardsticks = flags.yardsticks.filter((kind) => !config.teachers.kinds.includes(kind));
    const measure = () =>
      measureReferences(world, yardsticks, `${folder}/references.json`, { signal, quiet });
    let references = await measure();
    const write = async () => {
      using claim = await takeClaim(`${folder}/results.claim`);
      if (claim === null) return null;
      references ??= await measure();
      return references && await writeResults({ folder, split, adapter: gpu.adapter, references });
    };
    await new Queue(world, config, folder, signal, quiet).run(entries, flags.seeds, write);
    // What another process left out because this one was writing is in the last of these.
    const summary = await untilFree(write, signal);
    await helpers.ended;
    console.log(comparisonLines(summary));
    console.log(`\nreport: ${folder}/report.html`);
  } catch (error) {
    if (error instanceof Interrupted) error.message = "stopped; the same command continues from there";
    // Whatever it is, it is to be said now and not when all the work is done.
    helpers.stop();
    throw error;
  } finally {
    await helpers.ended;
  }
}
