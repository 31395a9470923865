/**
 * What the host does during a distillation epoch, and what it asks of the device.
 *
 * @module
 */
import { distillSettings } from "../src/distill/options.ts";
import { StudentTraining } from "../src/distill/student_training.ts";
import { userBatches } from "../src/distill/user_batches.ts";
import type { AdapterChoice } from "../src/gpu/adapter.ts";
import { openGpu } from "../src/gpu/gpu.ts";
import { watchDevice } from "./device_calls.ts";
import { ascendingLists, citeulike, count, popularLists } from "./inputs.ts";
import { median } from "./statistics.ts";

/** Medians of a few epochs. */
export interface HostTime {
  /** Sizes. */
  readonly shape: string;
  /** Steps an epoch. */
  readonly steps: number;
  /** Milliseconds in which the batches are drawn, before the epoch. */
  readonly drawing: number;
  /** Milliseconds in which the host records and submits. */
  readonly recording: number;
  /** Milliseconds of the epoch, until its losses are read. */
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
  using gpu = await openGpu({ adapter });
  const watch = watchDevice(gpu);
  using training = new StudentTraining(gpu, { users, items }, distillSettings({}));
  training.teach(part(0, 15), part(0, 10), part(15, 115));
  const draw = userBatches(ascendingLists(users, items, 24), 1024, 1);
  const samples: HostTime[] = [];
  // The first epoch compiles and is left out.
  for (let epoch = 0; epoch < (length === "full" ? 3 : 4); epoch++) {
    const began = performance.now();
    const batches = draw(epoch);
    const drawn = performance.now();
    watch.reset();
    await training.epoch(batches, "overall");
    const ended = performance.now();
    const { calls } = watch;
    if (epoch === 0) continue;
    samples.push({
      shape: `${count(users)} x ${count(items)}, dim 6`,
      steps: batches.starts.length - 1,
      drawing: drawn - began,
      recording: calls.firstReadBack! - drawn,
      epoch: ended - drawn,
      batchBytes: batches.users.byteLength,
      ...calls,
    });
  }
  const middle = (value: (sample: HostTime) => number) => median(samples.map(value));
  return {
    ...samples.at(-1)!,
    drawing: middle((sample) => sample.drawing),
    recording: middle((sample) => sample.recording),
    epoch: middle((sample) => sample.epoch),
  };
}
