import { type Command, Option } from "commander";
import { exists, readText, writeAtomically } from "../data/files.ts";
import { splitFingerprint } from "../data/split.ts";
import { type DistillOptions, distillSettings } from "../distill/options.ts";
import { ArgumentError, DataError, RunError } from "../errors.ts";
import { openGpu } from "../gpu/gpu.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import type { Hyperparameters } from "../models/model.ts";
import { formatCount, formatMetric } from "../report/format.ts";
import { numberColumn, textTable } from "../report/table.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";
import { Interrupted } from "../teachers/training.ts";
import {
  applyConfig,
  type ConfigForm,
  configOptions,
  configText,
  parseConfigText,
  requireOptions,
  tomlText,
} from "./config_file.ts";
import { claimFolder } from "./claim.ts";
import { requireSameTeachers } from "./compare_config.ts";
import { withDriver } from "./embedded_driver.ts";
import {
  ensureTeachers,
  resolvedTeachers,
  teacherChoice,
  type TeacherChoiceFlags,
} from "./ensure_teachers.ts";
import { examples } from "./examples.ts";
import {
  byValue,
  epochBudget,
  type HalvingPlan,
  rungEpochs,
  successiveHalving,
  type TrialRecord,
} from "./halving.ts";
import { untilInterrupted } from "./interrupt.ts";
import { loadSplit, requireEvaluated } from "./load_split.ts";
import { difference } from "./kept_file.ts";
import { logNotice } from "./log.ts";
import {
  adapterOption,
  dataChoice,
  type DataFlags,
  dataOptions,
  pathName,
  positiveInteger,
  teacherOptions,
  textEntry,
} from "./options.ts";
import { isVacant, removeFolder } from "./run_folder.ts";
import { readSpace, sampleTrials, type SearchSpace } from "./search_space.ts";
import { checkTrial, type SearchedModel, trainTrial } from "./search_trial.ts";
import {
  distillSetting,
  distillSettingDefaults,
  teacherSettingOption,
  trainedKindNames,
} from "./setting_options.ts";
import { trainingProgress } from "./training_progress.ts";

interface SearchFlags extends DataFlags, TeacherChoiceFlags {
  model: SearchedModel;
  space: string[];
  trials: number;
  epochs: number;
  firstRung?: number;
  eta: number;
  option?: Hyperparameters;
  out: string;
  printConfig?: ConfigForm;
  adapter: AdapterChoice;
  quiet?: boolean;
}

/** Adds the command `search`. */
export function registerSearch(program: Command): void {
  const command = program.command("search").description(
    "Searches the settings of a teacher or of the student at random, on validation only: all trials are trained for a " +
      "few epochs, the best of them for more. Given again, the same command continues.",
  );
  teacherSettingOption(teacherOptions(dataOptions(command)))
    .addOption(
      new Option("--model <kind>", "whose settings").choices([...trainedKindNames, "student"]),
    )
    .option(
      "--space <file or name=values>",
      "what is chosen from, such as dim=16,32 or learningRate=log:1e-4..1e-1, or a file; may be given again",
      textEntry,
    )
    .option("--trials <number>", "number of trials", positiveInteger, 20)
    .option("--epochs <number>", "most epochs of a trial", positiveInteger, 300)
    .option(
      "--first-rung <number>",
      "epochs after which trials are first compared (default: epochs / eta^2; --epochs: none is pruned)",
      positiveInteger,
    )
    .option(
      "--eta <number>",
      "one of this many trials goes on, for this many times the epochs",
      positiveInteger,
      3,
    )
    .option("--option <name=value>", "a setting of the distillation that is not searched", distillSetting)
    .option("--out <folder>", "where trials.jsonl and best.toml are kept", pathName)
    .addOption(adapterOption());
  configOptions(command)
    .addHelpText(
      "after",
      examples(
        "search --model MF --space learningRate=log:1e-4..1e-1 --space dim=16,32,64 --trials 20 --out runs/mf",
        "search --data citeulike --model student --space space.toml --seed 2 --out runs/student",
      ),
    )
    .action(async (_options, self: Command) => {
      await applyConfig(self);
      const flags = self.optsWithGlobals<SearchFlags>();
      if (flags.printConfig !== undefined) {
        return console.log(await configText(self, flags.printConfig, await resolvedSearch(flags)));
      }
      requireOptions(self, ["model", "space", "out"]);
      await runSearch(flags);
    });
}

/** The epochs after which trials are first compared. */
function firstRungOf({ epochs, eta, firstRung }: SearchFlags): number {
  // One survivor of one would never end.
  return eta === 1 ? epochs : Math.min(epochs, firstRung ?? Math.ceil(epochs / eta ** 2));
}

/** Options with what defaults give them; a searched teacher's other settings are its defaults or the search's. */
async function resolvedSearch(flags: SearchFlags): Promise<Record<string, unknown>> {
  const firstRung = firstRungOf(flags);
  if (flags.model !== "student") return { firstRung };
  return { firstRung, ...await resolvedTeachers(dataChoice(flags), teacherChoice(flags)) };
}

/** Everything that decides the result of a search. */
function searchSettings(
  flags: SearchFlags,
  space: SearchSpace,
  plan: HalvingPlan,
  fingerprint: string,
): object {
  const { model, seed, teachers, teachersFolder, teacherEpochs, option = {}, teacherOption = {} } = flags;
  const ofStudent = model === "student" ? { teachers, teachersFolder, teacherEpochs, option } : {};
  return { model, seed, fingerprint, data: dataChoice(flags), space, plan, teacherOption, ...ofStudent };
}

/** Starts the folder of a search, or reads how far it has come. */
async function pastRecords(folder: string, settings: object): Promise<TrialRecord[]> {
  const path = `${folder}/search.json`;
  const text = JSON.stringify(settings, null, 2) + "\n";
  if (!await exists(path)) {
    if (!await isVacant(folder)) {
      throw new RunError(`the folder ${folder} exists and holds no search; name another with --out`);
    }
    await writeAtomically(path, text);
    return [];
  }
  const begun = await readText(path);
  if (begun !== text) {
    let what: string | null = null;
    try {
      what = difference(JSON.parse(begun), JSON.parse(text));
    } catch { /* it was changed by hand */ }
    throw new RunError(
      `the search in ${folder} was started with other settings or data (${
        what === null ? "" : `${what}; `
      }see ${path}); give those, or name another --out`,
    );
  }
  if (!await exists(`${folder}/trials.jsonl`)) return [];
  const lines = (await readText(`${folder}/trials.jsonl`)).trimEnd().split("\n");
  return lines.map((line, n) => {
    try {
      return JSON.parse(line) as TrialRecord;
    } catch {
      throw new DataError(
        { file: `${folder}/trials.jsonl`, line: n + 1 },
        "this is not JSON",
        "what search wrote",
      );
    }
  });
}

function bestConfig(flags: SearchFlags, settings: Hyperparameters): Record<string, unknown> {
  const { data, userColumn, itemColumn, ratingColumn, timeColumn, delimiter, header, minimumRating } = flags;
  const { minimumInteractions, core, split, splitSeed, seed, model, teacherOption = {}, option = {} } = flags;
  const shared = {
    ...{ data, userColumn, itemColumn, ratingColumn, timeColumn, delimiter, header, minimumRating },
    ...{ minimumInteractions, core, split, splitSeed, seed },
  };
  if (model !== "student") {
    const merged = { ...teacherOption, [model]: { ...teacherOption[model], ...settings } };
    return { ...shared, teachers: [model], teacherEpochs: flags.epochs, teacherOption: merged };
  }
  const { teachers, teachersFolder, teacherEpochs, epochs } = flags;
  const entries = Object.entries({ ...option, ...settings });
  const flagged = entries.filter(([name]) => !(name in distillSettingDefaults));
  const others = entries.filter(([name]) => name in distillSettingDefaults);
  return {
    ...{ ...shared, teachers, teachersFolder, teacherEpochs, epochs, ...Object.fromEntries(flagged) },
    ...{ option: Object.fromEntries(others), teacherOption },
  };
}

function trialTable(records: readonly TrialRecord[], trials: readonly Hyperparameters[]): string {
  const names = Object.keys(trials[0]!);
  return textTable(
    [
      numberColumn("trial"),
      numberColumn("epochs"),
      numberColumn("Recall@50"),
      numberColumn("at epoch"),
      "state",
      ...names.map(numberColumn),
    ],
    byValue(records).map(({ trial, state, rungs }) => {
      const last = rungs.at(-1)!;
      const shown = names.map((name) => {
        const value = trials[trial]![name]!;
        return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
      });
      return [trial, last.trained, formatMetric(last.value), last.bestEpoch, state, ...shown].map(String);
    }),
  );
}

function checkSampled(model: SearchedModel, settings: Hyperparameters, space: SearchSpace): void {
  for (const [name, value] of Object.entries(settings)) {
    try {
      checkTrial(model, { [name]: value });
    } catch (error) {
      const choice = space[name]!;
      const isFraction = choice.kind === "range" && !choice.whole && !Number.isInteger(value);
      if (isFraction && error instanceof ArgumentError && /whole|integer/.test(error.message)) {
        error.message += ` (a range of whole numbers: ${name}=int:${Math.ceil(choice.least)}..${
          Math.floor(choice.most)
        })`;
      }
      throw error;
    }
  }
}

async function runSearch(flags: SearchFlags): Promise<void> {
  const quiet = flags.quiet ?? false;
  const { model, seed, out, eta, epochs } = flags;
  const space = await readSpace(flags.space, parseConfigText);
  const first = firstRungOf(flags);
  const trials = sampleTrials(space, seed, flags.trials);
  const plan: HalvingPlan = { trials: trials.length, rungs: rungEpochs(first, epochs, eta), eta };
  for (const settings of trials) checkSampled(model, settings, space);
  if (model === "student") {
    for (const settings of trials) distillSettings({ ...flags.option, ...settings } as DistillOptions);
  }
  await withDriver({ adapter: flags.adapter, quiet });
  const split = await loadSplit(dataChoice(flags), quiet);
  requireEvaluated(split, flags.data);
  const fingerprint = await splitFingerprint(split);
  using _claim = await claimFolder(out);
  const past = await pastRecords(out, searchSettings(flags, space, plan, fingerprint));
  if (!quiet) {
    const { rungs } = plan;
    if (plan.trials < flags.trials) {
      logNotice("space", `the space holds ${plan.trials} settings: no more trials than that`, {
        trials: plan.trials,
      });
    }
    logNotice(
      "search",
      `${plan.trials} trials, compared after ${rungs.join(", ")} epochs; at most ${
        formatCount(epochBudget(plan))
      } epochs in all`,
      { trials: plan.trials, rungs, budget: epochBudget(plan) },
    );
  }
  using gpu = await openGpu({ adapter: flags.adapter });
  using interrupt = untilInterrupted();
  const { signal } = interrupt;
  const trajectories = model === "student"
    ? await ensureTeachers(gpu, split, teacherChoice(flags), { signal, quiet })
    : [];
  if (model === "student") await requireSameTeachers(out, trajectories);
  const fixed = (model === "student" ? flags.option : flags.teacherOption?.[model]) ?? {};
  const setting = { gpu, split, model, seed, fixed, fingerprint, trajectories };
  const checkpoints = (trial: number) => folderCheckpoints(`${out}/checkpoints/${trial}`);
  const diverged = new Map(past.flatMap(({ trial, rungs }) => {
    const last = rungs.at(-1);
    return last?.diverged ? [[trial, last] as const] : [];
  }));
  let trainedNow = -1;
  const records = await successiveHalving(plan, past, async (trial, upTo) => {
    trainedNow = trial;
    signal.throwIfAborted();
    const before = diverged.get(trial);
    if (before) return { ...before, epochs: upTo };
    using progress = trainingProgress(`trial ${trial}`, upTo, quiet);
    const result = await trainTrial(setting, trials[trial]!, upTo, {
      ...progress.hooks,
      signal,
      checkpoints: checkpoints(trial),
    });
    if (result.diverged) {
      diverged.set(trial, result);
      if (!quiet) {
        const text = `trial ${trial}: its numbers left the range of floats in epoch ${result.trained}`;
        logNotice("diverged", text, { trial, epoch: result.trained });
      }
    }
    return result;
  }, async (changed) => {
    const lines = changed.map((record) =>
      JSON.stringify({ ...record, settings: trials[record.trial] }) + "\n"
    );
    await writeAtomically(`${out}/trials.jsonl`, lines.join(""));
    for (const { trial, state } of changed) if (state !== "open") await checkpoints(trial).clear();
  }).catch((error) => {
    if (!(error instanceof Interrupted)) throw error;
    error.message =
      `stopped in trial ${trainedNow} after epoch ${error.epoch}; the same command continues from there`;
    throw error;
  });
  const [best] = byValue(records);
  if (best!.rungs.at(-1)!.diverged) {
    throw new RunError(
      `the numbers of every trial left the range of floats (see ${out}/trials.jsonl); expected lower learning rates ` +
        "in --space",
    );
  }
  await writeAtomically(`${out}/best.toml`, await tomlText(bestConfig(flags, trials[best!.trial]!)) + "\n");
  await removeFolder(`${out}/checkpoints`);
  console.log(trialTable(records, trials));
  console.log(`\nbest:   ${out}/best.toml\ntrials: ${out}/trials.jsonl`);
}
