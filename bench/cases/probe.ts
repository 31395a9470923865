/**
 * The plain kernels that all others are compared with: a copy, multiply-adds, exponentials.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/gpu.ts";
import { linksPerRound, probeCopy, probeExponential, probeMultiplyAdd } from "../../src/kernels/probe.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost } from "../costs.ts";

/** More than caches hold. */
const copiedBytes = { hardware: 128 * 1024 * 1024, software: 32 * 1024 * 1024 };
const rounds = 128;
/** Numbers of the result: fewer where the CPU does the work. */
const numbers = { hardware: 2 ** 19, software: 2 ** 14 };

function arithmetic(
  name: string,
  unit: string,
  record: typeof probeExponential,
  gpuKind: "hardware" | "software",
): BenchCase {
  const work = numbers[gpuKind] * rounds * linksPerRound;
  return {
    family: "probe",
    name,
    shape: `${Math.round(work / 1e6)} M ${unit}`,
    quick: true,
    cost: name === "exponential" ? cost({ exponentials: work }) : cost({ operations: 2 * work }),
    prepare(gpu: Gpu) {
      const space = new Workspace(gpu);
      const result = space.zeros("probe", numbers[gpuKind]);
      return space.prepared(() => record(gpu, result, rounds));
    },
  };
}

/** The three probes, sized for a kind of adapter; their names are "copy", "multiply-add" and "exponential". */
export function probeCases(kind: "hardware" | "software"): BenchCase[] {
  const bytes = copiedBytes[kind];
  return [
    {
      family: "probe",
      name: "copy",
      shape: `${bytes / 1024 / 1024} MiB`,
      quick: true,
      cost: cost({ bytes: 2 * bytes }),
      prepare(gpu) {
        const space = new Workspace(gpu);
        const source = space.zeros("probe source", bytes / 4);
        const target = space.zeros("probe target", bytes / 4);
        return space.prepared(() => probeCopy(gpu, source, target));
      },
    },
    arithmetic("multiply-add", "fused multiply-adds", probeMultiplyAdd, kind),
    arithmetic("exponential", "exponentials", probeExponential, kind),
  ];
}
