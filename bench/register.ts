/**
 * Cases as plain `deno bench` benchmarks: wall time of one recording and the wait for the device.
 *
 * @module
 */
import { openGpu } from "../src/gpu/gpu.ts";
import type { BenchCase, PreparedCase } from "./case.ts";

/** Registers the short run's cases, or all if the variable HETCOMP_BENCH is "full". */
export async function register(cases: readonly BenchCase[]): Promise<void> {
  const full = Deno.env.get("HETCOMP_BENCH") === "full";
  const gpu = await openGpu();
  const flag = gpu.zeros("end of the work", 4);
  for (const one of cases) {
    if (!full && !one.quick) continue;
    let prepared: PreparedCase | null = null;
    Deno.bench({
      name: `${one.name}, ${one.shape}`,
      group: `${one.family}, ${gpu.adapter.name}`,
      n: 5,
      warmup: 1,
    }, async (timer) => {
      prepared ??= one.prepare(gpu);
      if (prepared.restore) {
        prepared.restore();
        await gpu.read(flag);
        timer.start();
      }
      prepared.record();
      await gpu.read(flag);
    });
  }
}
