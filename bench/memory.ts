/**
 * Peak device memory of work that would need users x items numbers if scores were stored, by formula and measured.
 *
 * @module
 */
import process from "node:process";
import type { AdapterChoice } from "../src/gpu/adapter.ts";
import { openGpu } from "../src/gpu/gpu.ts";
import { topKOnDevice } from "../src/kernels/top_k.ts";
import { Workspace } from "./case.ts";
import { listwiseCase } from "./cases/listwise.ts";
import { distillationBytes, rowBytes, topKBytes } from "./costs.ts";
import { citeulike, count, table } from "./inputs.ts";

/** Memory of some work. */
export interface MemoryUse {
  /** What it is. */
  readonly work: string;
  /** Bytes by formula. */
  readonly formula: number;
  /** Bytes measured: the most that was allocated at a time; buffers are rounded up by an eighth at most. */
  readonly peak: number;
  /** Bytes if scores were stored. */
  readonly stored: number;
}

/** A step of both phases, without the optimiser. */
export async function measureDistillationMemory(adapter: AdapterChoice): Promise<MemoryUse> {
  const { users, items } = citeulike;
  const shape = { batch: 750, users, items, dim: 6 };
  using gpu = await openGpu({ adapter });
  using prepared = listwiseCase(shape, "ranked").prepare(gpu);
  prepared.record();
  await gpu.timings();
  const { total } = distillationBytes({
    ...shape,
    capacity: shape.batch,
    listed: 110,
    entries: 115,
    kind: gpu.adapter.kind,
  });
  return {
    work: `distillation step, ${shape.batch} of ${count(users)} x ${count(items)}, dim 6`,
    formula: total,
    peak: gpu.memory.peak,
    stored: 4 * shape.batch * items,
  };
}

/** The top 100 of very many items for a slice of very many users. */
export interface MillionUsers {
  /** Users altogether. */
  readonly users: number;
  /** Items. */
  readonly items: number;
  /** Dimension. */
  readonly dim: number;
  /** Users served at a time. */
  readonly block: number;
  /** Seconds of each block that was served: upload, search, read-back. */
  readonly seconds: readonly number[];
  /** Peak device memory in bytes after each block. */
  readonly peaks: readonly number[];
  /** The same by formula. */
  readonly formula: number;
  /** Seconds for all users, from the blocks' mean. */
  readonly allSeconds: number;
  /** The same in processor time of all threads: on a software driver, what the work takes on an idle machine. */
  readonly allProcessorSeconds: number;
  /** Bytes of the result of all users, on the host; may be streamed block by block. */
  readonly resultBytes: number;
  /** Bytes of all users' vectors, on the host. */
  readonly userBytes: number;
  /** Bytes if scores were stored. */
  readonly stored: number;
}

/** Serves a few blocks of 1,000,000 users; the device's memory is the same after each. */
export async function measureMillionUsers(
  adapter: AdapterChoice,
  length: "quick" | "full",
): Promise<MillionUsers> {
  const [users, items, dim, k] = [1_000_000, 200_000, 16, 100];
  const block = length === "full" ? 8192 : 256;
  using gpu = await openGpu({ adapter });
  const space = new Workspace(gpu);
  using _owned = space.prepared(() => {});
  const vectors = space.upload("items", table(items, dim));
  const served = space.zeros("users", rowBytes(block, dim) / 4);
  const into = { items: space.zeros("best items", block * k), scores: space.zeros("scores", block * k) };
  const seconds: number[] = [];
  const peaks: number[] = [];
  let processor = 0;
  for (let n = 0; n < 3; n++) {
    const own = table(block * (n + 1), dim).subarray(n * rowBytes(block, dim) / 4);
    const started = performance.now();
    const used = process.cpuUsage();
    gpu.write(served, own);
    topKOnDevice(gpu, {
      users: { array: served, row: 0, count: block },
      items: { array: vectors, row: 0, count: items },
      dim,
      k,
      into,
    });
    await gpu.read(into.items, into.scores);
    // The first block compiles.
    if (n > 0) {
      const { user, system } = process.cpuUsage(used);
      seconds.push((performance.now() - started) / 1000);
      processor += (user + system) / 1e6;
    }
    peaks.push(gpu.memory.peak);
  }
  const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
  return {
    users,
    items,
    dim,
    block,
    seconds,
    peaks,
    formula: topKBytes(block, items, dim, k, gpu.adapter.kind),
    allSeconds: mean * users / block,
    allProcessorSeconds: processor / seconds.length * users / block,
    resultBytes: 8 * users * k,
    userBytes: 4 * users * dim,
    stored: 4 * users * items,
  };
}
