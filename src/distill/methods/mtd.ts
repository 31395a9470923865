/**
 * Multi-teacher distillation with learned weights of the teachers. This module is browser compatible.
 *
 * @module
 */
import type { ModelCheckpoint } from "../../models/model.ts";
import { positiveNumber } from "../../models/model_options.ts";
import type { Trajectory } from "../../teachers/trajectory.ts";
import { finalStates, fuseTeachers, placesTogether } from "../ensemble.ts";
import { ListTeaching } from "../list_teaching.ts";
import type { DistillationMethod, EpochFacts, MethodContext, MethodRun } from "../method.ts";
import { checkStudentDim } from "../options.ts";
import { ensembleTargets } from "../targets.ts";

/** The softmax of some numbers. */
export function softmaxOf(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - highest));
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

/** One step of gradient descent on sum of softmax(logits)_m losses_m by the logits. */
export function stepLogits(logits: readonly number[], losses: readonly number[], size: number): number[] {
  const weights = softmaxOf(logits);
  const mean = weights.reduce((sum, weight, m) => sum + weight * losses[m]!, 0);
  return logits.map((logit, m) => logit - size * weights[m]! * (losses[m]! - mean));
}

class MtdRun implements MethodRun {
  readonly #context: MethodContext;
  readonly #teaching: ListTeaching;
  #logits: number[];

  constructor(context: MethodContext) {
    this.#context = context;
    this.#teaching = new ListTeaching(context);
    this.#logits = context.trajectories.map(() => 0);
    this.#teach();
  }

  #lists(teachers: readonly Trajectory[], weights?: readonly number[]) {
    const { listLength } = this.#context.settings;
    const length = Math.min(listLength as number, placesTogether(teachers));
    const options = weights ? { weights } : {};
    return ensembleTargets(fuseTeachers(teachers, finalStates(teachers), length, options));
  }

  #teach(): void {
    this.#teaching.teach(this.#lists(this.#context.trajectories, softmaxOf(this.#logits)));
  }

  facts(): EpochFacts {
    const weights = softmaxOf(this.#logits);
    const { trajectories } = this.#context;
    return { teacherWeights: Object.fromEntries(trajectories.map(({ kind }, m) => [kind, weights[m]!])) };
  }

  epoch(epoch: number): Promise<number> {
    return this.#teaching.epoch(epoch);
  }

  async between(): Promise<void> {
    const { trajectories, settings } = this.#context;
    const losses: number[] = [];
    for (const teacher of trajectories) losses.push(await this.#teaching.lossOf(this.#lists([teacher])));
    this.#logits = stepLogits(this.#logits, losses, settings.weightStep as number);
    this.#teach();
  }

  checkpoint(): ModelCheckpoint {
    return { logits: new Uint32Array(Float64Array.from(this.#logits).buffer) };
  }

  restore({ logits }: ModelCheckpoint): void {
    this.#logits = [...new Float64Array(logits!.slice().buffer)];
    this.#teach();
  }

  [Symbol.dispose](): void {
    this.#teaching[Symbol.dispose]();
  }
}

/**
 * MTD: RRD whose T_u comes from the weighted sum of the teachers' importances. The weights are a softmax over the
 * teachers, equal at first, and learned on the training loss: every `every` epochs, one step of gradient descent on
 * sum over m of w_m L_m, L_m the student's Plackett-Luce loss per item on the list of teacher m alone. Teachers whose
 * ranking the student can follow gain weight, so that long steps drift to the easiest teacher, which may be the weakest.
 */
export const mtd: DistillationMethod = {
  key: "mtd",
  title: "MTD",
  teachers: "all",
  defaults: { lambda: 0.01, listLength: 100, weightStep: 0.1 },
  rules: { weightStep: positiveNumber },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], lambda: [1e-3, 1e-2, 1e-1], weightStep: [0.03, 0.1, 0.3] },
  check: checkStudentDim,
  start: (context) => new MtdRun(context),
};
