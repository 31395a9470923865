/**
 * What the first distillation costs more than the second: prints JSON. The table starts it in a fresh process.
 *
 *     deno run --allow-env bench/first_use.ts [any|hardware|software]
 *
 * @module
 */
import process from "node:process";
import { distill } from "../src/distill/distill.ts";
import type { AdapterChoice } from "../src/gpu/adapter.ts";
import { openGpu } from "../src/gpu/gpu.ts";
import { watchDevice } from "./device_calls.ts";
import { syntheticSplit, syntheticTrajectory } from "./synthetic_teachers.ts";

/** Times of the first use, in milliseconds. */
export interface FirstUse {
  /** From asking for an adapter to a device. */
  readonly open: number;
  /** Pipelines that a distillation of both phases makes. */
  readonly pipelines: number;
  /** Time spent in making them. */
  readonly creation: number;
  /** What the first distillation takes longer than the second: drivers may compile when a pipeline first runs. */
  readonly extra: number;
  /** The same in processor time. */
  readonly extraProcessor: number;
  /** Pipelines that the second distillation makes. */
  readonly pipelinesAgain: number;
}

async function measureFirstUse(adapter: AdapterChoice): Promise<FirstUse> {
  const split = syntheticSplit(60, 300);
  const teachers = async (states: number) => [
    await syntheticTrajectory(split, "MF", states),
    await syntheticTrajectory(split, "ML", states),
  ];
  // With one state only, the ranked phase starts at once.
  const [coarse, fine] = [await teachers(2), await teachers(1)];
  const start = performance.now();
  const gpu = await openGpu({ adapter });
  const open = performance.now() - start;
  const watch = watchDevice(gpu);
  const both = async () => {
    const began = performance.now();
    const used = process.cpuUsage();
    for (const trajectories of [coarse, fine]) await distill(gpu, split, trajectories, { epochs: 1 });
    const { user, system } = process.cpuUsage(used);
    return { wall: performance.now() - began, processor: (user + system) / 1000 };
  };
  const first = await both();
  const { pipelines, pipelineMilliseconds } = watch.calls;
  watch.reset();
  const second = await both();
  gpu.close();
  return {
    open,
    pipelines,
    creation: pipelineMilliseconds,
    extra: first.wall - second.wall,
    extraProcessor: first.processor - second.processor,
    pipelinesAgain: watch.calls.pipelines,
  };
}

if (import.meta.main) {
  console.log(JSON.stringify(await measureFirstUse((Deno.args[0] ?? "any") as AdapterChoice)));
}
