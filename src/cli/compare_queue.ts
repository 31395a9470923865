/**
 * What a comparison has to train, shared by all processes that work in its folder.
 *
 * @module
 */
import type { SettingValue } from "../distill/method.ts";
import { trialSettings } from "../distill/method_settings.ts";
import { methodOf } from "../distill/methods/registry.ts";
import { DivergenceError } from "../errors.ts";
import type { EpochRecord } from "../teachers/training.ts";
import { pause, putAway, takeClaim } from "./claim.ts";
import { cellFolder, type CellWorld, copyCell, readCell, readDivergence, runCell } from "./compare_cells.ts";
import type { CompareConfig } from "./compare_config.ts";
import type { Entry } from "./compare_entries.ts";
import { readTuning, type Tuning, writeTuning } from "./compare_results.ts";
import { logNotice } from "./log.ts";
import { createProgress, type Progress } from "./progress.ts";

/** What a look at some work came to: it was done before, another process is at it, or this one did a piece of it. */
type Outcome = "done" | "busy" | "worked";

/** Trains what is missing, cell after cell, under one progress display. */
export class Queue {
  readonly #world: CellWorld;
  readonly #config: CompareConfig;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #quiet: boolean;
  #progress: Progress | null = null;
  /** Epochs behind and in all, as if every training went on to its last, whichever process does it. */
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

  /**
   * Works until all cells of all entries are finished, seed after seed: always at the first piece that is neither done
   * nor claimed. `finished` is called after each cell of its own.
   */
  async run(
    entries: readonly Entry[],
    seeds: readonly number[],
    finished: () => Promise<unknown>,
  ): Promise<void> {
    const left = () => this.#left(entries, seeds);
    this.#total = await left();
    try {
      while (true) {
        const outcome = await this.#step(entries, seeds, finished);
        if (outcome === "done") {
          await this.#tidy(entries, seeds);
          return;
        }
        if (outcome === "busy") {
          this.#show(0, "waiting for other processes");
          await pause(this.#signal);
        }
        this.#done = this.#total - await left();
      }
    } finally {
      this.#progress?.stop();
    }
  }

  /** Puts away what processes that were killed left behind finished trainings. */
  async #tidy(entries: readonly Entry[], seeds: readonly number[]): Promise<void> {
    const folders = entries.flatMap((entry) => [
      ...seeds.map((seed) => cellFolder(this.#folder, entry.name, seed)),
      ...(this.#tuned ? this.#trials(entry).map((_, n) => this.#trialFolder(entry, n)) : []),
    ]);
    for (const folder of folders) await putAway(folder);
  }

  async #left(entries: readonly Entry[], seeds: readonly number[]): Promise<number> {
    const { epochs, trialEpochs } = this.#config;
    let left = 0;
    for (const entry of entries) {
      if (this.#tuned && !await readTuning(this.#folder, entry.name)) {
        for (const n of this.#trials(entry).keys()) {
          if (!await this.#isDone(this.#trialFolder(entry, n))) left += trialEpochs;
        }
      }
      for (const seed of seeds) {
        if (!this.#isTrial(seed) && !await this.#isDone(cellFolder(this.#folder, entry.name, seed))) {
          left += epochs;
        }
      }
    }
    return left;
  }

  async #isDone(folder: string): Promise<boolean> {
    return await readCell(folder) !== null || await readDivergence(folder) !== null;
  }

  async #step(
    entries: readonly Entry[],
    seeds: readonly number[],
    finished: () => Promise<unknown>,
  ): Promise<Outcome> {
    let busy = false;
    for (const [place, seed] of seeds.entries()) {
      for (const [n, entry] of entries.entries()) {
        const note = `cell ${place * entries.length + n + 1} of ${entries.length * seeds.length}`;
        const outcome = await this.#cell(entry, seed, note, finished);
        if (outcome === "worked") return outcome;
        busy ||= outcome === "busy";
      }
    }
    return busy ? "busy" : "done";
  }

  async #cell(entry: Entry, seed: number, note: string, finished: () => Promise<unknown>): Promise<Outcome> {
    const folder = cellFolder(this.#folder, entry.name, seed);
    if (await this.#isDone(folder)) return "done";
    const tuning = await this.#tune(entry, note);
    if (typeof tuning === "string") return tuning;
    const chosen = tuning ? tuning.trials[tuning.chosen]!.settings : {};
    if (tuning && this.#isTrial(seed) && await readCell(this.#trialFolder(entry, tuning.chosen))) {
      await copyCell(this.#trialFolder(entry, tuning.chosen), folder);
    } else {
      const settings = { ...chosen, seed, epochs: this.#config.epochs };
      const outcome = await this.#train(entry, settings, folder, `${note}, seed ${seed}`);
      if (outcome !== "worked") return outcome;
    }
    await finished();
    return "worked";
  }

  #trialFolder({ name }: Entry, trial: number): string {
    return `${this.#folder}/trials/${name}-${trial + 1}`;
  }

  /** The best of a method's trials on validation, null if methods are not tuned; or what was done about a missing one. */
  async #tune(entry: Entry, note: string): Promise<Tuning | null | "busy" | "worked"> {
    const known = await readTuning(this.#folder, entry.name);
    if (known || !this.#tuned) return known;
    const { trialEpochs: epochs, teachers: { seed } } = this.#config;
    const all = this.#trials(entry);
    const trials: { settings: Record<string, SettingValue>; value: number; epochs: number }[] = [];
    for (const [n, settings] of all.entries()) {
      const folder = this.#trialFolder(entry, n);
      const cell = await readCell(folder);
      if (cell) {
        trials.push({ settings, value: cell.validMetrics["recall@50"]!, epochs: cell.epochs });
        continue;
      }
      const divergence = await readDivergence(folder);
      if (divergence !== null) {
        trials.push({ settings, value: 0, epochs: divergence });
        continue;
      }
      const trial = `${note}, trial ${n + 1} of ${all.length}`;
      if (await this.#train(entry, { ...settings, seed, epochs }, folder, trial) === "worked") {
        return "worked";
      }
    }
    if (trials.length < all.length) return "busy";
    const chosen = trials.reduce((best, { value }, n) => value > trials[best]!.value ? n : best, 0);
    const tuning: Tuning = { grid: methodOf(entry.method).grid, seed, chosen, trials };
    await writeTuning(this.#folder, entry.name, tuning);
    return tuning;
  }

  async #train(
    entry: Entry,
    settings: Record<string, SettingValue>,
    folder: string,
    note: string,
  ): Promise<"busy" | "worked"> {
    using claim = await takeClaim(`${folder}/claim`);
    if (claim === null) return "busy";
    // Another process may have done it in between.
    if (await this.#isDone(folder)) return "worked";
    const { dim, every, patience } = this.#config;
    const { student, settings: own } = entry;
    const onEpoch = ({ epoch, loss, valid }: EpochRecord) => {
      const recall = valid ? `, Recall@50 ${valid["recall@50"]!.toFixed(4)}` : "";
      this.#show(epoch, `${entry.title} (${note}) epoch ${epoch}, loss ${loss.toPrecision(4)}${recall}`);
    };
    const hooks = { onEpoch, signal: this.#signal };
    try {
      await runCell(
        this.#world,
        entry,
        { student, dim, every, patience, ...own, ...settings },
        folder,
        hooks,
      );
    } catch (error) {
      // The others go on without it.
      if (!(error instanceof DivergenceError)) throw error;
      if (!this.#quiet) logNotice("diverged", `${entry.title} (${note}): ${error.message}`);
    }
    return "worked";
  }

  /** Shows the epochs that are behind, with those of the training under way. */
  #show(epoch: number, note: string): void {
    this.#progress ??= createProgress({
      label: "compare",
      total: this.#total,
      unit: "epochs",
      quiet: this.#quiet,
      done: this.#done + Math.max(0, epoch - 1),
    });
    this.#progress.update(this.#done + epoch, note);
  }
}
