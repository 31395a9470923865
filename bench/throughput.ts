/**
 * From times to rates, and how near they come to what plain kernels reach.
 *
 * @module
 */
import { formatNumber } from "../src/report/format.ts";
import type { TableCell, TableColumn } from "../src/report/table.ts";
import type { Cost } from "./case.ts";
import { type Measurement, partMilliseconds } from "./measure.ts";

/** What plain kernels reach on this adapter in the same run, per second. */
export interface Ceilings {
  /** Bytes read and written by a copy. */
  readonly bytes: number;
  /** Operations of fused multiply-adds. */
  readonly operations: number;
  /** Exponentials. */
  readonly exponentials: number;
}

/** The rates of some work. */
export interface Throughput {
  /** What was measured; a part's name stands behind an arrow. */
  readonly name: string;
  /** Sizes. */
  readonly shape: string;
  /** Milliseconds. */
  readonly milliseconds: number;
  /** The cost by formula. */
  readonly cost: Cost;
  /** Cost per second. */
  readonly rates: Cost;
  /** Rates as fractions of the ceilings. */
  readonly fractions: Cost;
  /** The largest of the fractions: the share of the time that the work takes at least. */
  readonly ofLimit: number;
  /** Which of the three it is. */
  readonly limit: keyof Ceilings;
}

const kinds = ["bytes", "operations", "exponentials"] as const;

function map(value: (kind: keyof Ceilings) => number): Cost {
  return { bytes: value("bytes"), operations: value("operations"), exponentials: value("exponentials") };
}

/**
 * Rates and fractions of some work.
 *
 * @param name What it is.
 * @param shape Sizes.
 * @param milliseconds Its time.
 * @param cost Its cost.
 * @param ceilings What it is compared with.
 */
export function throughput(
  name: string,
  shape: string,
  milliseconds: number,
  cost: Cost,
  ceilings: Ceilings,
): Throughput {
  const seconds = milliseconds / 1000;
  const rates = map((kind) => cost[kind] / seconds);
  const fractions = map((kind) => rates[kind] / ceilings[kind]);
  const limit = kinds.reduce((best, kind) => (fractions[kind] > fractions[best] ? kind : best));
  return { name, shape, milliseconds, cost, rates, fractions, ofLimit: fractions[limit], limit };
}

/** The ceilings that the probes reached. */
export function ceilingsOf(probes: readonly Measurement[]): Ceilings {
  const rate = (name: string, kind: keyof Ceilings) => {
    const { measured, milliseconds } = probes.find((probe) => probe.measured.name === name)!;
    return measured.cost[kind] / milliseconds * 1000;
  };
  return {
    bytes: rate("copy", "bytes"),
    operations: rate("multiply-add", "operations"),
    exponentials: rate("exponential", "exponentials"),
  };
}

/** One line for each case, followed by its parts where their times are known; parts cost what they do on that kind. */
export function throughputsOf(
  measurements: readonly Measurement[],
  ceilings: Ceilings,
  kind: "hardware" | "software" = "software",
): Throughput[] {
  return measurements.flatMap((measurement) => {
    const { measured: { family, name, shape, cost, parts = [] }, milliseconds } = measurement;
    const whole = throughput(`${family}: ${name}`, shape, milliseconds, cost, ceilings);
    return [
      whole,
      ...parts.flatMap((part) => {
        const time = partMilliseconds(measurement, part);
        const partCost = kind === "hardware" ? part.hardwareCost ?? part.cost : part.cost;
        return time === null ? [] : [throughput(`→ ${part.name}`, shape, time, partCost, ceilings)];
      }),
    ];
  });
}

const limitNames = { bytes: "copy", operations: "FMA", exponentials: "exp" } as const;

function percent(fraction: number): string {
  return (100 * fraction).toFixed(fraction < 0.0995 ? 1 : 0);
}

/** The columns of the table of {@linkcode throughputRows}. */
export const throughputColumns: readonly TableColumn[] = [
  "kernels",
  "shape",
  "ms",
  "MB",
  "Mop",
  "Mexp",
  "GB/s",
  "GFLOP/s",
  "Gexp/s",
  "% copy",
  "% FMA",
  "% exp",
  "% limit",
  { title: "limit", align: "left" },
];

/** Rows for {@linkcode textTable}; the shape of a part is that of its case, and left out. */
export function throughputRows(throughputs: readonly Throughput[]): TableCell[][] {
  const known = (value: number) => (value === 0 ? "" : formatNumber(value));
  return throughputs.map(({ name, shape, milliseconds, cost, rates, fractions, ofLimit, limit }) => [
    name,
    name.startsWith("→") ? "" : shape,
    milliseconds,
    known(cost.bytes / 1e6),
    known(cost.operations / 1e6),
    known(cost.exponentials / 1e6),
    known(rates.bytes / 1e9),
    known(rates.operations / 1e9),
    known(rates.exponentials / 1e9),
    percent(fractions.bytes),
    percent(fractions.operations),
    percent(fractions.exponentials),
    percent(ofLimit),
    limitNames[limit],
  ]);
}
