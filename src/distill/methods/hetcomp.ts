/**
 * HetComp (Kang et al., WWW 2023) and its ablations. This module is browser compatible.
 *
 * @module
 */
import { indexLists, uploadListIndex } from "../../kernels/list_index.ts";
import type { DeviceListIndex } from "../../kernels/list_index.ts";
import { type Granularity, ListwiseStep } from "../../kernels/listwise.ts";
import type { ModelCheckpoint } from "../../models/model.ts";
import { wholeNumber } from "../../models/model_options.ts";
import type { EpochRecord } from "../../teachers/training.ts";
import { Curriculum } from "../curriculum.ts";
import type { DistillationMethod, EpochFacts, MethodContext, MethodRun, MethodSettings } from "../method.ts";
import {
  distillDefaults,
  type DistillOptions,
  type DistillSettings,
  distillSettings,
  startable,
} from "../options.ts";
import { EpochBatches } from "../pairwise_epochs.ts";
import { spectralRows } from "../spectral_start.ts";
import { observedTargets } from "../targets.ts";
import { type UserBatches, userBatches } from "../user_batches.ts";

/** Parts of HetComp that an ablation takes away; nothing is taken away where a member is absent. */
export interface HetCompVariant {
  /** Teach every teacher's final state from the start; the ranked loss then begins after `switchEpoch`. */
  readonly finalStatesOnly?: boolean;
  /** Use only one loss, from the start to the end. */
  readonly onlyLoss?: Phase;
}

type Phase = Granularity | "weighted";

/** What the settings make of a variant. */
function variantOf({ start, loss }: DistillSettings, given: HetCompVariant): HetCompVariant {
  // There is nothing left that a curriculum or the coarse loss would ease.
  const variant: HetCompVariant = start === "spectral"
    ? { finalStatesOnly: true, onlyLoss: "ranked" }
    : given;
  return loss === "weighted" ? { ...variant, onlyLoss: "weighted" } : variant;
}

/** HetComp at work on one student. */
export class HetCompRun implements MethodRun {
  readonly #context: MethodContext;
  readonly #settings: DistillSettings;
  readonly #variant: HetCompVariant;
  readonly #switchEpoch: number;
  readonly #curriculum: Curriculum;
  readonly #positives: ReturnType<typeof observedTargets>;
  readonly #batchesOf: (epoch: number) => UserBatches;
  readonly #step: ListwiseStep;
  #index: DeviceListIndex | null = null;

  /** Takes the workspace of a step and uploads the first lists. */
  constructor(
    context: MethodContext,
    settings: DistillSettings,
    given: HetCompVariant = {},
    switchEpoch = 0,
  ) {
    const variant = variantOf(settings, given);
    const { gpu, split, trajectories, student } = context;
    this.#context = context;
    this.#settings = settings;
    this.#variant = variant;
    this.#switchEpoch = switchEpoch;
    this.#curriculum = new Curriculum(trajectories, settings, variant.finalStatesOnly ? "final" : "first");
    this.#positives = observedTargets(trajectories, split.train, settings.observedLength);
    this.#batchesOf = userBatches(split.train, settings.batchSize, settings.seed, settings.sampling);
    this.#step = new ListwiseStep(gpu, {
      users: student.users,
      items: student.items,
      dim: student.dim,
      scores: settings.scores,
      capacity: Math.min(student.users, settings.batchSize),
      losses: variant.onlyLoss ? [variant.onlyLoss] : ["overall", "ranked"],
    });
    this.#teach();
    if (settings.start === "spectral") this.#startFromSpectrum();
  }

  #startFromSpectrum(): void {
    const { split, student } = this.#context;
    const { dim, seed } = this.#settings;
    const tops = this.#curriculum.targets();
    student.start!(spectralRows(split.train, tops, { items: split.items, dim, seed }));
  }

  #teach(): void {
    const { gpu, split } = this.#context;
    this.#index?.[Symbol.dispose]();
    const lists = {
      users: split.users,
      items: split.items,
      observed: split.train,
      positives: this.#positives,
      tops: this.#curriculum.targets(),
    };
    this.#index = uploadListIndex(gpu, indexLists(lists));
  }

  #phase(epoch: number): Phase {
    if (this.#variant.onlyLoss) return this.#variant.onlyLoss;
    return this.#curriculum.complete && epoch > this.#switchEpoch ? "ranked" : "overall";
  }

  /** The loss in use and where the teachers stand. */
  facts(epoch: number): EpochFacts {
    return { phase: this.#phase(epoch), meanState: this.#curriculum.meanStates() };
  }

  /** One upload of the batches, one step each, one read of the losses. */
  async epoch(epoch: number): Promise<number> {
    const { gpu, student } = this.#context;
    const granularity = this.#phase(epoch);
    const { overallWeight, rankedWeight, weightedWeight, weightScale, positivesWeight } = this.#settings;
    const weight = { overall: overallWeight, ranked: rankedWeight, weighted: weightedWeight }[granularity];
    using batches = new EpochBatches(gpu, this.#batchesOf(epoch));
    for (let step = 0; step < batches.steps; step++) {
      const { numbers: users, ...place } = batches.place(step);
      student.recordRows();
      this.#step.record({
        ...place,
        users,
        table: student.table,
        gradient: student.gradient,
        index: this.#index!,
        granularity,
        weights: { scale: weightScale, positives: positivesWeight },
        weight,
      });
      student.recordStep();
    }
    return await batches.meanLoss();
  }

  /** Moves pairs of teacher and user along the trajectories. */
  between(epoch: number, lists: Uint32Array, width: number): void {
    if (this.#curriculum.advance(epoch, lists, width)) this.#teach();
  }

  /** Early stopping cannot end training before every teacher's final state, and the last loss, are reached. */
  counts({ phase, meanState }: EpochRecord): boolean {
    if (!this.#variant.onlyLoss) return phase === "ranked";
    return this.#context.trajectories.every(({ kind, states }) => meanState![kind] === states.length - 1);
  }

  /** Where the curriculum stands. */
  checkpoint(): ModelCheckpoint {
    const { states, last } = this.#curriculum.state;
    return {
      states: Uint32Array.from(states.flatMap((row) => [...row])),
      // Discrepancies are compared in float64: their bytes are kept, not their float32 values.
      ...(last ? { last: new Uint32Array(Float64Array.from(last.flatMap((row) => [...row])).buffer) } : {}),
    };
  }

  /** Continues from a checkpoint. */
  restore(checkpoint: ModelCheckpoint): void {
    const { users } = this.#context.split;
    const states = checkpoint.states!;
    const last = checkpoint.last ? new Float64Array(checkpoint.last.slice().buffer) : null;
    const rows = this.#context.trajectories.map((_, teacher) => teacher);
    this.#curriculum.restore({
      states: rows.map((row) => Uint8Array.from(states.subarray(row * users, (row + 1) * users))),
      last: last && rows.map((row) => last.slice(row * users, (row + 1) * users)),
    });
    this.#teach();
  }

  /** Gives the device memory back. */
  [Symbol.dispose](): void {
    this.#index?.[Symbol.dispose]();
    this.#step.dispose();
  }
}

/** The settings of {@linkcode distill} among those of a method. */
export function distillSettingsOf(settings: MethodSettings): DistillSettings {
  const own = Object.entries(settings).filter(([name]) => name in distillDefaults);
  return distillSettings(Object.fromEntries(own) as DistillOptions);
}

const { student: _student, dim: _dim, seed: _seed, epochs: _epochs, ...hetCompDefaults } = distillDefaults;

interface Form {
  key: string;
  title: string;
  own?: boolean;
  students?: DistillationMethod["students"];
  variant?: HetCompVariant;
  defaults?: DistillationMethod["defaults"];
  grid?: DistillationMethod["grid"];
}

function form(
  { key, title, own = false, students, variant = {}, defaults = {}, grid = {} }: Form,
): DistillationMethod {
  return {
    key,
    title,
    own,
    ...(students ? { students } : {}),
    teachers: "all",
    defaults: { ...hetCompDefaults, ...defaults },
    rules: { switchEpoch: wholeNumber(0, 1_000_000) },
    grid: { learningRate: [1e-3, 3e-3, 1e-2], ...grid },
    listLength: (settings) => settings.discrepancyLength as number,
    check: distillSettingsOf,
    start(context) {
      const switchEpoch = variant.finalStatesOnly ? context.settings.switchEpoch as number : 0;
      return new HetCompRun(context, distillSettingsOf(context.settings), variant, switchEpoch);
    },
  };
}

const schedule = { alpha: [1, 1.05] };

/** HetComp with exact scores: what {@linkcode distill} does. */
export const hetcomp: DistillationMethod = form({ key: "hetcomp", title: "HetComp", grid: schedule });

/** HetComp as its authors released it: clamped scores, and the gain of the discrepancy at the student's rank. */
export const hetcompReleased: DistillationMethod = form({
  key: "hetcomp-released",
  title: "HetComp as released",
  defaults: { scores: "clamped", gain: "student" },
  grid: schedule,
});

/** Ablation: final states from the start. The ranked loss begins about when HetComp's would. */
export const hetcompFinal: DistillationMethod = form({
  key: "hetcomp-final",
  title: "HetComp without DKC",
  variant: { finalStatesOnly: true },
  defaults: { switchEpoch: 120 },
  grid: { switchEpoch: [60, 120] },
});

/** Ours: no curriculum, but a start from the spectrum of the final states' lists; the ranked loss only. */
export const hetcompSpectral: DistillationMethod = form({
  key: "spectral",
  title: "Spectral start (ours)",
  own: true,
  students: startable,
  defaults: { start: "spectral", learningRate: 1e-2 },
});

/** Ours: the spectral start, and one softmax whose weights fall along the list. */
export const hetcompWeighted: DistillationMethod = form({
  key: "weighted",
  title: "Weighted lists (ours)",
  own: true,
  students: startable,
  defaults: { start: "spectral", loss: "weighted", learningRate: 1e-2 },
  grid: { weightScale: [5, 10, 20] },
});

/** Ablation: the coarse loss only. */
export const hetcompOverall: DistillationMethod = form({
  key: "hetcomp-overall",
  title: "HetComp, overall loss only",
  variant: { onlyLoss: "overall" },
  grid: schedule,
});

/** Ablation: the fine-grained loss only. */
export const hetcompRanked: DistillationMethod = form({
  key: "hetcomp-ranked",
  title: "HetComp, ranked loss only",
  variant: { onlyLoss: "ranked" },
  grid: schedule,
});
