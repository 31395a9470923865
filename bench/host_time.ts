/**
 * What the host does during a distillation epoch, and what it asks of the device.
 *
 * @module
 */
import { HetCompRun } from "../src/distill/methods/hetcomp.ts";
import { distillSettings } from "../src/distill/options.ts";
import type { Split } from "../src/data/split.ts";
import { FactorStudent } from "../src/distill/student_model.ts";
import { userBatches } from "../src/distill/user_batches.ts";
import type { AdapterChoice } from "../src/gpu/adapter.ts";
import { openGpu } from "../src/gpu/gpu.ts";
import { watchDevice } from "./device_calls.ts";
import { citeulike, count, popularLists } from "./inputs.ts";
import { median } from "./statistics.ts";
import { trajectoryOf } from "./synthetic_teachers.ts";

/** One of a few epochs that are recorded at once: medians of what the host does, means of all else. */
export interface HostTime {
  /** Sizes. */
  readonly shape: string;
  /** Steps an epoch. */
  readonly steps: number;
  /** Milliseconds in which the host draws the batches. */
  readonly drawing: number;
  /** Milliseconds in which the host records and submits. */
  readonly recording: number;
  /** Milliseconds of the epoch on the clock. */
  readonly epoch: number;
  /** Bytes uploaded, apart from the parameters of dispatches. */
  readonly uploadedBytes: number;
  /** Bytes of the batches' users. */
  readonly batchBytes: number;
  /** Bytes of the parameters of dispatches. */
  readonly parameterBytes: number;
  /** Submissions. */
  readonly submissions: number;
  /** Read-backs. */
  readonly readBacks: number;
}

/** Measures a few epochs of the overall phase. */
export async function measureHostTime(adapter: AdapterChoice, length: "quick" | "full"): Promise<HostTime> {
  const { users, items } = length === "full" ? citeulike : { users: 600, items: 2000 };
  const listed = popularLists(users, items, 115);
  const part = (from: number, to: number) => ({
    offsets: Uint32Array.from({ length: users + 1 }, (_, user) => user * (to - from)),
    items: Uint32Array.from({ length: users * (to - from) }, (_, n) => {
      return listed.items[Math.floor(n / (to - from)) * 115 + from + n % (to - from)]!;
    }),
  });
  const train = part(0, 15);
  for (let user = 0; user < users; user++) train.items.subarray(15 * user, 15 * user + 15).sort();
  const none = { offsets: new Uint32Array(users + 1), items: new Uint32Array(0) };
  const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n));
  const split: Split = {
    name: "bench",
    users,
    items,
    train,
    valid: none,
    test: none,
    userIds: ids(users),
    itemIds: ids(items),
  };
  using gpu = await openGpu({ adapter });
  const watch = watchDevice(gpu);
  const settings = distillSettings({});
  using student = new FactorStudent(gpu, split, settings);
  const trajectories = [await trajectoryOf(split, "MF", [part(15, 115).items], 100)];
  const context = { gpu, split, student, trajectories, settings };
  using training = new HetCompRun(context, settings, { onlyLoss: "overall" });
  const draw = userBatches(train, settings.batchSize, settings.seed);
  // The first epoch compiles and is left out.
  await training.epoch(0);
  const epochs = Array.from({ length: length === "full" ? 5 : 6 }, (_, n) => n + 1);
  const drawn: number[] = [];
  const batches = epochs.map((epoch) => {
    const start = performance.now();
    const { users, starts } = draw(epoch);
    drawn.push(performance.now() - start);
    return { steps: starts.length - 1, bytes: users.byteLength };
  });
  watch.reset();
  const recorded: number[] = [];
  const start = performance.now();
  const outcomes = epochs.map((epoch) => {
    const began = performance.now();
    const outcome = training.epoch(epoch);
    recorded.push(performance.now() - began);
    return outcome;
  });
  await Promise.all(outcomes);
  const each = (total: number) => total / epochs.length;
  const { calls } = watch;
  const drawing = median(drawn);
  return {
    shape: `${count(users)} x ${count(items)}, dim 6`,
    steps: batches[0]!.steps,
    drawing,
    recording: median(recorded) - drawing,
    epoch: each(performance.now() - start),
    uploadedBytes: each(calls.uploadedBytes),
    batchBytes: each(batches.reduce((sum, { bytes }) => sum + bytes, 0)),
    parameterBytes: each(calls.parameterBytes),
    submissions: each(calls.submissions),
    readBacks: each(calls.readBacks),
  };
}
