import { type Command, Option } from "commander";
import { generalizationSplit } from "../data/generalization.ts";
import { splitFingerprint } from "../data/split.ts";
import type { SettingValue } from "../distill/method.ts";
import { trialSettings } from "../distill/method_settings.ts";
import { methodOf } from "../distill/methods/registry.ts";
import { distillPreset } from "../distill/presets.ts";
import { studentKinds } from "../distill/students.ts";
import { ArgumentError } from "../errors.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { openGpu } from "../gpu/gpu.ts";
import { type YardstickKind, yardstickKinds } from "../models/yardsticks.ts";
import { type EpochRecord, Interrupted } from "../teachers/training.ts";
import { type CellWorld, copyCell, readCell, runCell } from "./compare_cells.ts";
import { commitOf, type CompareConfig, joinFolder, programVersion } from "./compare_config.ts";
import { entriesOf, type Entry, methodNames, yardstickNames } from "./compare_entries.ts";
import { measureReferences } from "./compare_references.ts";
import {
  cellFolder,
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
import { createProgress, type Progress } from "./progress.ts";

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
    .option("--dim <number>", "dimension of the students", positiveInteger, 6)
    .option("--epochs <number>", "most epochs of a training (default: 300; sample: 150)", positiveInteger)
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
    .option("--out <folder>", "folder of the comparison (default: runs/compare-DATASET)", pathName)
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
  const most = epochs ?? distillPreset(data).epochs ?? 300;
  return { epochs: most, trialEpochs: trialEpochs ?? most };
}

interface CompareFlags extends DataFlags, TeacherChoiceFlags {
  methods: string[];
  seeds: number[];
  student: string;
  dim: number;
  epochs?: number;
  patience: number;
  trials: number;
  trialEpochs?: number;
  tunedIn?: string;
  setup: "benchmark" | "generalization";
  yardsticks: YardstickKind[];
  out?: string;
  printConfig?: ConfigForm;
  adapter: AdapterChoice;
  quiet?: boolean;
}

/** Trains what is missing, cell after cell, under one progress display. */
class Queue {
  readonly #world: CellWorld;
  readonly #config: CompareConfig;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #quiet: boolean;
  #progress: Progress | null = null;
  /** Epochs behind and in all, as if every training went on to its last. */
  #done = 0;
  #total = 0;

  constructor(world: CellWorld, config: CompareConfig, folder: string, signal: AbortSignal, quiet: boolean) {
    this.#world = world;
    this.#config = config;
    this.#folder = folder;
    this.#signal = signal;
    this.#quiet = quiet;
  }

  get #tuned(): boolean {
    return this.#config.trials > 0;
  }

  /** Whether the best trial of a method is its training with this seed. */
  #isTrial(seed: number): boolean {
    return this.#tuned && seed === this.#config.teachers.seed &&
      this.#config.trialEpochs === this.#config.epochs;
  }

  #trials({ method }: Entry): Record<string, SettingValue>[] {
    return trialSettings(methodOf(method), this.#config.trials, this.#config.teachers.seed);
  }

  /** Runs the cells of all entries, seed after seed; `finished` is called after each. */
  async run(
    entries: readonly Entry[],
    seeds: readonly number[],
    finished: () => Promise<unknown>,
  ): Promise<void> {
    const { epochs, trialEpochs } = this.#config;
    for (const entry of entries) {
      if (this.#tuned && !await readTuning(this.#folder, entry.name)) {
        this.#total += this.#trials(entry).length * trialEpochs;
      }
      for (const seed of seeds) {
        const known = await readCell(cellFolder(this.#folder, entry.name, seed));
        if (!known && !this.#isTrial(seed)) this.#total += epochs;
      }
    }
    try {
      for (const [place, seed] of seeds.entries()) {
        for (const [n, entry] of entries.entries()) {
          const cell = `cell ${place * entries.length + n + 1} of ${entries.length * seeds.length}`;
          await this.#cell(entry, seed, cell);
          await finished();
        }
      }
    } finally {
      this.#progress?.stop();
    }
  }

  async #cell(entry: Entry, seed: number, note: string): Promise<void> {
    const folder = cellFolder(this.#folder, entry.name, seed);
    if (await readCell(folder)) return;
    const tuning = await this.#tune(entry, note);
    const chosen = tuning ? tuning.trials[tuning.chosen]!.settings : {};
    if (tuning && this.#isTrial(seed)) {
      await copyCell(this.#trialFolder(entry, tuning.chosen), folder);
      return;
    }
    await this.#train(
      entry,
      { ...chosen, seed, epochs: this.#config.epochs },
      folder,
      `${note}, seed ${seed}`,
    );
  }

  #trialFolder({ name }: Entry, trial: number): string {
    return `${this.#folder}/trials/${name}-${trial + 1}`;
  }

  /** The best of a method's trials on validation; null if methods are not tuned. */
  async #tune(entry: Entry, note: string): Promise<Tuning | null> {
    const known = await readTuning(this.#folder, entry.name);
    if (known || !this.#tuned) return known;
    const { trialEpochs: epochs, teachers: { seed } } = this.#config;
    const all = this.#trials(entry);
    const trials: { settings: Record<string, SettingValue>; value: number; epochs: number }[] = [];
    for (const [n, settings] of all.entries()) {
      const cell = await this.#train(
        entry,
        { ...settings, seed, epochs },
        this.#trialFolder(entry, n),
        `${note}, trial ${n + 1} of ${all.length}`,
      );
      trials.push({ settings, value: cell.validMetrics["recall@50"]!, epochs: cell.epochs });
    }
    const chosen = trials.reduce((best, { value }, n) => value > trials[best]!.value ? n : best, 0);
    const tuning: Tuning = { grid: methodOf(entry.method).grid, seed, chosen, trials };
    await writeTuning(this.#folder, entry.name, tuning);
    return tuning;
  }

  async #train(entry: Entry, settings: Record<string, SettingValue>, folder: string, note: string) {
    const { student, dim, patience } = this.#config;
    const onEpoch = ({ epoch, loss, valid }: EpochRecord) => {
      this.#progress ??= createProgress({
        label: "compare",
        total: this.#total,
        unit: "epochs",
        quiet: this.#quiet,
        done: this.#done + epoch - 1,
      });
      const recall = valid ? `, Recall@50 ${valid["recall@50"]!.toFixed(4)}` : "";
      this.#progress.update(
        this.#done + epoch,
        `${entry.title} (${note}) epoch ${epoch}, loss ${loss.toPrecision(4)}${recall}`,
      );
    };
    const hooks = { onEpoch, signal: this.#signal };
    const cell = await runCell(this.#world, entry, { student, dim, patience, ...settings }, folder, hooks);
    this.#done += settings.epochs as number;
    return cell;
  }
}

function requireSingleTeachers(entries: readonly Entry[], kinds: readonly string[]): void {
  for (const { name, teacher } of entries) {
    if (teacher !== null && !kinds.includes(teacher)) {
      throw new ArgumentError(
        "methods",
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
        "tuned-in",
        `${tuningFile(folder, name)} does not exist`,
        "a comparison with --trials that holds every one of --methods",
      );
    }
    tunings.set(name, { ...tuning, tunedIn: folder });
  }
  return tunings;
}

async function runCompare(flags: CompareFlags): Promise<void> {
  const quiet = flags.quiet ?? false;
  const entries = entriesOf(flags.methods, flags.teachers, flags.student);
  requireSingleTeachers(entries, flags.teachers);
  await withDriver({ adapter: flags.adapter, quiet });
  const data = dataChoice(flags);
  const whole = await loadSplit(data, quiet);
  const views = flags.setup === "generalization" ? generalizationSplit(whole, { seed: flags.seed }) : null;
  const split = views?.inside ?? whole;
  requireEvaluated(split, flags.data);
  await requireTeachers(teacherChoice(flags), split);
  if (flags.tunedIn !== undefined && flags.trials > 0) {
    throw new ArgumentError("tuned-in", `there are ${flags.trials} trials beside it`, "no --trials");
  }
  const tunings = flags.tunedIn === undefined ? [] : await tuningsIn(flags.tunedIn, entries);
  const folder = flags.out ?? `runs/compare-${split.name}`;
  const config = await joinFolder(folder, {
    version: programVersion,
    commit: await commitOf(),
    commands: [commandLine("compare")],
    started: new Date().toISOString(),
    adapter: flags.adapter,
    data,
    setup: flags.setup,
    fingerprint: await splitFingerprint(split),
    teachers: teacherChoice(flags),
    student: flags.student,
    dim: flags.dim,
    ...epochsOf(flags),
    patience: flags.patience,
    trials: flags.trials,
    ...(flags.tunedIn === undefined ? {} : { tunedIn: flags.tunedIn }),
    methods: entries.map(({ name }) => name),
    seeds: flags.seeds,
  });
  for (const [name, tuning] of tunings) {
    if (!await readTuning(folder, name)) await writeTuning(folder, name, tuning);
  }
  const say = (line: string) => quiet || logNotice("compare", line);
  say(
    `data: ${split.name}, ${split.users} users, ${split.items} items, ${split.train.items.length} training pairs`,
  );

  using gpu = await openGpu({ adapter: flags.adapter });
  using interrupt = untilInterrupted();
  const { signal } = interrupt;
  try {
    const trajectories = await ensureTeachers(gpu, split, config.teachers, { signal, quiet });
    const world = { gpu, split, views, trajectories };
    const references = await measureReferences(world, flags.yardsticks, `${folder}/references.json`, say);
    const write = () => writeResults({ folder, config, split, adapter: gpu.adapter, references });
    await new Queue(world, config, folder, signal, quiet).run(entries, flags.seeds, write);
    console.log(comparisonLines(await write()));
    console.log(`\nreport: ${folder}/report.html`);
  } catch (error) {
    if (error instanceof Interrupted) error.message = "stopped; the same command continues from there";
    throw error;
  }
}
