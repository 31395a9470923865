/**
 * Times the tile shapes that could be planned for this adapter, as a graphics processor's: those of the streaming
 * exp-sum in a distillation step, and those of the top-K search.
 *
 *     deno run --allow-read --allow-env bench/tiles.ts [SECONDS]
 *
 * Prints microseconds by the device's timestamps, the least of three rounds, each after some 25 ms of other work, so that
 * a processor that lowers its clock when it idles has raised it again. What comes after SECONDS (default 60) is left out.
 *
 * @module
 */
import { type Gpu, openGpu } from "../src/gpu/gpu.ts";
import { strideOf } from "../src/kernels/embedding.ts";
import { type ExpSumTile, expSumTile } from "../src/kernels/exp_sum_plan.ts";
import { uploadListIndex } from "../src/kernels/list_index.ts";
import { ListwiseStep } from "../src/kernels/listwise.ts";
import { topKOnDevice, uploadExclusions } from "../src/kernels/top_k.ts";
import type { TopKTile } from "../src/kernels/top_k_tile_plan.ts";
import { permutation } from "../src/random.ts";
import { textTable } from "../src/report/table.ts";
import type { PreparedCase } from "./case.ts";
import { listIndex } from "./cases/listwise.ts";
import { probeCases } from "./cases/probe.ts";
import { citeulike, popularLists, table } from "./inputs.ts";

const seconds = Number(Deno.args[0] ?? 60);
const rounds = 3;
const { users, items } = citeulike;
const began = performance.now();
const inTime = () => performance.now() - began < 1000 * seconds;

/** Microseconds of each kernel of some recorded work. */
async function timesOf(gpu: Gpu, warming: PreparedCase, record: () => void): Promise<Map<string, number>> {
  const least = new Map<string, number>();
  record();
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < (gpu.adapter.kind === "hardware" ? 80 : 0); n++) warming.record();
    await gpu.timings();
    record();
    for (const { kernel, milliseconds } of await gpu.timings()) {
      least.set(kernel, Math.min(least.get(kernel) ?? Infinity, 1000 * milliseconds));
    }
  }
  return least;
}

const named = (tile: object) => Object.entries(tile).map(([name, value]) => `${name} ${value}`).join(", ");
const micro = (value: number | undefined) => value === undefined ? "" : value.toFixed(1);

async function expSumRows(gpu: Gpu, warming: PreparedCase, dim: number): Promise<string[][]> {
  const usual = expSumTile("hardware", dim);
  const shapes: Partial<ExpSumTile>[] = [
    {},
    ...([32, 64, 128, 256] as const).filter((size) => size !== usual.size).map((size) => ({ size })),
    ...([1, 2, 4] as const).filter((lanes) => lanes !== usual.lanes && lanes * dim <= 128).map((lanes) => ({
      lanes,
    })),
    ...([1, 2, 4, 8] as const).filter((ahead) => ahead !== usual.ahead && ahead * dim <= 128).map((
      ahead,
    ) => ({
      ahead,
    })),
    ...[1024, 2048, 8192].map((workgroups) => ({ workgroups })),
  ];
  const all = 9000;
  using index = uploadListIndex(gpu, listIndex({ users: all, items }));
  using rows = gpu.upload("table", table(all + items, dim));
  using gradient = gpu.zeros("gradient", 4 * (all + items) * strideOf(dim));
  using losses = gpu.zeros("losses", 4 * all);
  const found: string[][] = [];
  for (const tile of shapes) {
    for (const count of [750, 8192]) {
      if (!inTime()) return found;
      using numbers = gpu.upload("users", permutation(all, 1, 1, 1).slice(0, count).sort());
      using step = new ListwiseStep(gpu, {
        users: all,
        items,
        dim,
        capacity: count,
        tuning: "hardware",
        tile,
      });
      const times = await timesOf(gpu, warming, () =>
        step.record({
          table: rows,
          gradient,
          users: numbers,
          start: 0,
          count,
          index,
          granularity: "overall",
          weight: 0.01,
          losses,
        }));
      const sum = [...times.values()].reduce((total, each) => total + each, 0);
      const [forward, backward] = ["rows", "vector_gradient"].map((name) =>
        times.get(`loss/exp_sum_${name}`)
      );
      found.push([
        `${dim}`,
        `${count}`,
        named(tile) || "as planned",
        micro(forward),
        micro(backward),
        micro(sum),
      ]);
    }
  }
  return found;
}

async function topKRows(gpu: Gpu, warming: PreparedCase, dim: number): Promise<string[][]> {
  const shapes: Partial<TopKTile>[] = [
    {},
    { slab: 2 },
    { quads: 2, slab: 2 },
    { itemLanes: 8 },
    { userLanes: 32, itemLanes: 8, users: 4 },
    { workgroups: 512 },
    { workgroups: 4096 },
    { groups: 512 },
    { placeSize: 256 },
  ];
  const found: string[][] = [];
  for (const count of [1024, users]) {
    using rows = gpu.upload("users", table(count, dim));
    using vectors = gpu.upload("items", table(items, dim));
    using exclude = uploadExclusions(gpu, popularLists(count, items, 15));
    for (const tile of shapes) {
      if (!inTime()) return found;
      const times = await timesOf(gpu, warming, () => {
        const best = topKOnDevice(gpu, {
          users: { array: rows, row: 0, count },
          items: { array: vectors, row: 0, count: items },
          dim,
          k: 100,
          exclude,
          tuning: "hardware",
          tile,
        });
        best.items.dispose();
        best.scores.dispose();
      });
      const sum = [...times.values()].reduce((total, each) => total + each, 0);
      found.push([
        `${dim}`,
        `${count}`,
        named(tile) || "as planned",
        micro(times.get("rank/filter_tiles")),
        micro(sum),
      ]);
    }
  }
  return found;
}

using gpu = await openGpu({ timing: true });
if (!gpu.timing) {
  console.error(`error: ${gpu.adapter.name} has no timestamp queries`);
  Deno.exit(1);
}
using warming = probeCases(gpu.adapter.kind)[1]!.prepare(gpu);
console.log(`adapter: ${gpu.adapter.name} (${gpu.adapter.kind})`);
for (const dim of [6, 12, 32, 64, 128]) {
  const step = await expSumRows(gpu, warming, dim);
  if (step.length > 0) {
    console.log(
      `\nDistillation step\n\n${textTable(["dim", "users", "tile", "rows", "vectors", "all"], step)}`,
    );
  }
  const ranking = await topKRows(gpu, warming, dim);
  if (ranking.length > 0) {
    console.log(`\nTop-100\n\n${textTable(["dim", "users", "tile", "scores", "all"], ranking)}`);
  }
}
