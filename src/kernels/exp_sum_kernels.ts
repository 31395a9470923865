import type { Gpu } from "../gpu/gpu.ts";
import type { Kernel } from "../gpu/kernel.ts";
import type { ExpSumPlan } from "./exp_sum_plan.ts";
import { sharedLoads } from "./shared_loads.ts";
import part from "../../shaders/loss/exp_sum_part.wgsl" with { type: "text" };
import aheadPart from "../../shaders/subgroup/share_ahead.wgsl" with { type: "text" };
import lanesPart from "../../shaders/loss/exp_sum_part_lanes.wgsl" with { type: "text" };
import lanes1 from "../../shaders/loss/exp_sum_lanes1.wgsl" with { type: "text" };
import lanes2 from "../../shaders/loss/exp_sum_lanes2.wgsl" with { type: "text" };
import lanes4 from "../../shaders/loss/exp_sum_lanes4.wgsl" with { type: "text" };
import prepareCode from "../../shaders/loss/exp_sum_prepare.wgsl" with { type: "text" };
import rowsCode from "../../shaders/loss/exp_sum_rows.wgsl" with { type: "text" };
import rowsCombineCode from "../../shaders/loss/exp_sum_rows_combine.wgsl" with { type: "text" };
import rowGradientCode from "../../shaders/loss/exp_sum_row_gradient.wgsl" with { type: "text" };
import weightedCode from "../../shaders/loss/exp_sum_weighted.wgsl" with { type: "text" };
import vectorGradientCode from "../../shaders/loss/exp_sum_vector_gradient.wgsl" with { type: "text" };
import vectorCombineCode from "../../shaders/loss/exp_sum_vector_combine.wgsl" with { type: "text" };

/** The kernels of the streaming exp-sum. */
export type ExpSumKernels = Readonly<
  Record<
    | "prepare"
    | "rows"
    | "rowsCombine"
    | "rowGradient"
    | "weighted"
    | "vectorGradient"
    | "vectorCombine",
    Kernel
  >
>;

const lanesCode = { 1: lanes1, 2: lanes2, 4: lanes4 } as const;

/** Compiles them for one length of embedding, bound of the scores, and plan. */
export function compileExpSum(gpu: Gpu, dim: number, bound: number, plan: ExpSumPlan): ExpSumKernels {
  const { size, lanes, share, ahead, width, weightedStride } = plan;
  const weightedWidth = weightedStride / 4;
  const header = { DIM: dim, BOUND: bound, WIDTH: width, WEIGHTED_WIDTH: weightedWidth };
  const kernel = (name: string, code: string) =>
    gpu.kernel({
      name: `loss/${name}`,
      code,
      parts: [part],
      header: { ...header, AHEAD: plan.listAhead, SEGMENT: plan.entriesPerRun },
    });
  const streaming = (name: string, code: string, streamed: number, groups: number) =>
    gpu.kernel({
      name: `loss/${name}`,
      code,
      parts: [part, lanesCode[lanes], share === 1 ? aheadPart : sharedLoads(share, streamed), lanesPart],
      header: {
        ...header,
        SIZE: size,
        LANES: lanes,
        GROUPS: groups,
        SHARE: share,
        AHEAD: share === 1 ? ahead : 1,
        STREAMED: streamed,
        FUSED: plan.fused ? 1 : 0,
      },
    });
  return {
    prepare: kernel("exp_sum_prepare", prepareCode),
    rows: streaming("exp_sum_rows", rowsCode, width, plan.rowGroups),
    rowsCombine: kernel("exp_sum_rows_combine", rowsCombineCode),
    rowGradient: kernel("exp_sum_row_gradient", rowGradientCode),
    weighted: kernel("exp_sum_weighted", weightedCode),
    vectorGradient: streaming("exp_sum_vector_gradient", vectorGradientCode, weightedWidth, plan.groups),
    vectorCombine: kernel("exp_sum_vector_combine", vectorCombineCode),
  };
}
