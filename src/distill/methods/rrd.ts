/**
 * Relaxed ranking distillation. This module is browser compatible.
 *
 * @module
 */
import { finalStates, fuseTeachers, placesTogether } from "../ensemble.ts";
import { ListTeaching } from "../list_teaching.ts";
import type { DistillationMethod, MethodContext, MethodRun } from "../method.ts";
import { checkStudentDim } from "../options.ts";
import { ensembleTargets } from "../targets.ts";

class RrdRun implements MethodRun {
  readonly #teaching: ListTeaching;

  constructor(context: MethodContext) {
    const { trajectories, settings } = context;
    this.#teaching = new ListTeaching(context);
    const length = Math.min(settings.listLength as number, placesTogether(trajectories));
    this.#teaching.teach(ensembleTargets(fuseTeachers(trajectories, finalStates(trajectories), length)));
  }

  facts(): Record<string, never> {
    return {};
  }

  epoch(epoch: number): Promise<number> {
    return this.#teaching.epoch(epoch);
  }

  [Symbol.dispose](): void {
    this.#teaching[Symbol.dispose]();
  }
}

/**
 * RRD (DE-RRD; Kang et al., CIKM 2020): BPR + lambda PL(T_u; all other unobserved items), T_u the best `listLength` items
 * of the ensemble of the final states. As in HetComp's comparison, T_u is not sampled.
 */
export const rrd: DistillationMethod = {
  key: "rrd",
  title: "RRD",
  teachers: "all",
  defaults: { lambda: 0.01, listLength: 100 },
  grid: { learningRate: [1e-3, 3e-3, 1e-2], lambda: [1e-3, 1e-2, 1e-1] },
  check: checkStudentDim,
  start: (context) => new RrdRun(context),
};
