/**
 * The targets of a distillation while they move along the teachers' trajectories. This module is browser compatible.
 *
 * @module
 */
import { type Ragged } from "../ragged.ts";
import type { Trajectory } from "../teachers/trajectory.ts";
import { discrepancyMeter } from "./discrepancy.ts";
import { advanceStates } from "./dkc.ts";
import { finalStates, fuseTeachers, placesTogether } from "./ensemble.ts";
import type { DistillSettings } from "./options.ts";
import { ensembleTargets } from "./targets.ts";

/** Where a curriculum stands, for checkpoints. */
export interface CurriculumState {
  /** [teacher][user] index of the selected state. */
  readonly states: Uint8Array<ArrayBuffer>[];
  /** [teacher][user] the discrepancy that the next one is compared with; null before the first advance. */
  readonly last: Float64Array<ArrayBuffer>[] | null;
}

/** Dynamic knowledge construction: which state of which teacher each user learns from, and the lists that follow. */
export class Curriculum {
  readonly #trajectories: readonly Trajectory[];
  readonly #settings: DistillSettings;
  readonly #finalStates: number[];
  #states: Uint8Array<ArrayBuffer>[];
  #last: Float64Array<ArrayBuffer>[] | null = null;

  /** Starts every user at every teacher's first state, or at the final one, which leaves nothing to advance. */
  constructor(
    trajectories: readonly Trajectory[],
    settings: DistillSettings,
    start: "first" | "final" = "first",
  ) {
    this.#trajectories = trajectories;
    this.#settings = settings;
    this.#finalStates = trajectories.map((trajectory) => trajectory.states.length - 1);
    this.#states = start === "final"
      ? finalStates(trajectories)
      : trajectories.map((trajectory) => new Uint8Array(trajectory.users));
  }

  /** Where it stands. */
  get state(): CurriculumState {
    return { states: this.#states, last: this.#last };
  }

  /** Continues from where another curriculum of the same teachers stood. */
  restore({ states, last }: CurriculumState): void {
    this.#states = states;
    this.#last = last;
  }

  /** T_u of the selected states: at most `listLength` items per user. */
  targets(): Ragged {
    // Longer lists than the teachers' together would only have empty places.
    const length = Math.min(this.#settings.listLength, placesTogether(this.#trajectories));
    return ensembleTargets(fuseTeachers(this.#trajectories, this.#states, length));
  }

  /** Mean over users of the selected state, for each teacher. */
  meanStates(): Record<string, number> {
    return Object.fromEntries(this.#trajectories.map(({ kind }, teacher) => {
      const row = this.#states[teacher]!;
      return [kind, row.reduce((sum, state) => sum + state, 0) / row.length];
    }));
  }

  /** Whether every user is at every teacher's final state. */
  get complete(): boolean {
    return this.#states.every((row, teacher) => row.every((state) => state === this.#finalStates[teacher]));
  }

  /**
   * Compares the student's lists with the teachers' next states and advances the pairs that are close enough.
   *
   * @param lists [users x width] the student's ranking without training items.
   * @returns Whether any pair advanced.
   */
  advance(epoch: number, lists: Uint32Array, width: number): boolean {
    const { discrepancyLength, lambda, gain, every, alpha, anneal, advanceOnRegress } = this.#settings;
    const { items } = this.#trajectories[0]!;
    const meter = discrepancyMeter({ items, k: Math.min(discrepancyLength, items), lambda, gain });
    const before = this.#states;
    const { states, last } = advanceStates<Uint8Array<ArrayBuffer>>({
      states: before,
      last: this.#last,
      epoch,
      every,
      alpha,
      anneal,
      advanceOnRegress,
      finalState: this.#finalStates,
      discrepancy: (teacher, state, user) => {
        const { length, states } = this.#trajectories[teacher]!;
        return meter(lists, user * width, width, states[state]!.items, user * length, length);
      },
    });
    this.#states = states;
    this.#last = last;
    return states.some((row, teacher) => row.some((state, user) => state !== before[teacher]![user]));
  }
}
