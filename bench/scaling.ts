/**
 * Cost against users, items and dim: each doubled twice, the exponent of the power law that fits.
 *
 * @module
 */
import type { TableCell } from "../src/report/table.ts";
import type { BenchCase } from "./case.ts";
import { listwiseCase } from "./cases/listwise.ts";
import { rankCountsCase } from "./cases/rank_counts.ts";
import { topKCase } from "./cases/top_k.ts";
import type { PairShape } from "./costs.ts";
import type { Measurement } from "./measure.ts";
import { exponent } from "./statistics.ts";

const factors = [1, 2, 4] as const;
const axes = ["users", "items", "dim"] as const;
const base = {
  quick: { users: 256, items: 8192, dim: 16 },
  full: { users: 512, items: 16_384, dim: 16 },
} as const;

/** One kernel's cases along one axis. */
export interface ScalingCurve {
  /** What is measured. */
  readonly kernel: string;
  /** What grows. */
  readonly axis: (typeof axes)[number];
  /** The sizes. */
  readonly sizes: readonly number[];
  /** A case for each size. */
  readonly cases: readonly BenchCase[];
}

/** The curves; the smallest case of a kernel is the same object on all its axes. */
export function scalingCurves(length: "quick" | "full"): ScalingCurve[] {
  const start = base[length];
  const kernels: [string, (shape: PairShape) => BenchCase][] = [
    ["top-100", topKCase],
    ["distillation step", ({ users, items, dim }) => {
      return listwiseCase({ batch: users, users: 4 * start.users, items, dim }, "overall");
    }],
    ["ranks of 100", rankCountsCase],
  ];
  return kernels.flatMap(([kernel, make]) => {
    const first = make(start);
    return axes.map((axis) => ({
      kernel,
      axis,
      sizes: factors.map((factor) => factor * start[axis]),
      cases: factors.map((factor) => factor === 1 ? first : make({ ...start, [axis]: factor * start[axis] })),
    }));
  });
}

/** A curve's times and the exponents of its times and of its operations by formula. */
export interface ScalingResult extends Omit<ScalingCurve, "cases"> {
  /** Milliseconds for each size. */
  readonly milliseconds: readonly number[];
  /** The exponent that fits the times. */
  readonly exponent: number;
  /** The exponent that fits the counted operations: 1, or less where some work does not depend on the axis. */
  readonly expected: number;
}

/** Fits the curves. */
export function fitCurves(
  curves: readonly ScalingCurve[],
  measurements: readonly Measurement[],
): ScalingResult[] {
  const timeOf = new Map(measurements.map(({ measured, milliseconds }) => [measured, milliseconds]));
  return curves.map(({ cases, ...curve }) => {
    const milliseconds = cases.map((one) => timeOf.get(one)!);
    const points = (values: readonly number[]) => curve.sizes.map((size, n) => [size, values[n]!] as const);
    return {
      ...curve,
      milliseconds,
      exponent: exponent(points(milliseconds)),
      expected: exponent(points(cases.map((one) => one.cost.operations))),
    };
  });
}

/** The columns of the table of {@linkcode scalingRows}. */
export const scalingColumns = [
  "kernel",
  "grows",
  "sizes",
  "ms x1",
  "ms x2",
  "ms x4",
  "exponent",
  "of operations",
];

/** Rows of a table. */
export function scalingRows(results: readonly ScalingResult[]): TableCell[][] {
  return results.map(({ kernel, axis, sizes, milliseconds, exponent, expected }) => [
    kernel,
    axis,
    sizes.join(", "),
    ...milliseconds,
    exponent.toFixed(2),
    expected.toFixed(2),
  ]);
}
