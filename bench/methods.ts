/**
 * The time that every method takes per epoch on a split, with teachers made up at random (only their shape matters):
 * `deno run --allow-read --allow-env bench/methods.ts SPLIT_FOLDER [ROUNDS] [STEPS] [DIM]`. An epoch is
 * judged by STEPS steps, on training pairs thinned out at random. Methods take turns; the medians over the rounds are
 * printed: processor time (of all threads, so that other work on the machine hardly matters on a software driver) and wall
 * time.
 *
 * @module
 */
import { readSplitFolder } from "../src/data/split.ts";
import type { Split } from "../src/data/split.ts";
import { HetCompRun } from "../src/distill/methods/hetcomp.ts";
import { distillSettingsOf } from "../src/distill/methods/hetcomp.ts";
import { methodSettings } from "../src/distill/method_settings.ts";
import type { MethodRun } from "../src/distill/method.ts";
import { methodOf } from "../src/distill/methods/registry.ts";
import { FactorStudent } from "../src/distill/student_model.ts";
import { RankingEvaluation } from "../src/evaluate/ranking_evaluation.ts";
import { rankerOfRows } from "../src/distill/training_loop.ts";
import process from "node:process";
import { openGpu } from "../src/gpu/gpu.ts";
import { uniform } from "../src/random.ts";
import { ragged, rowOf } from "../src/ragged.ts";
import { textTable } from "../src/report/table.ts";
import type { Trajectory } from "../src/teachers/trajectory.ts";
import { drawOthers } from "./inputs.ts";
import { median } from "./statistics.ts";

const [folder = "", rounds = "3", stepsWanted = "8", dim = "6"] = Deno.args;
const length = 100;

/** Processor time and wall time, in seconds. */
type Time = [processor: number, wall: number];

/** Lists of popular items of each user's own. */
function madeUp(split: Split, kind: string, seed: number): Trajectory {
  const items = new Uint32Array(split.users * length);
  const importance = new Float32Array(split.users * length);
  for (let user = 0; user < split.users; user++) {
    const draw = (n: number) => Math.floor(split.items * uniform(seed, 1, user, n) ** 2);
    items.set(
      drawOthers(user, rowOf(split.train, user), { length, items: split.items }, draw),
      user * length,
    );
    for (let n = 0; n < length; n++) importance[user * length + n] = 2 - n / length;
  }
  const states = [1, 2, 3, 4].map((epoch) => ({ epoch, items, importance, metrics: {} }));
  const observed = new Float32Array(split.train.items.length).fill(1);
  const { users, items: count } = split;
  return {
    kind,
    users,
    items: count,
    length,
    fingerprint: "",
    seed,
    hyperparameters: {},
    adapter: "",
    states,
    observed,
    curve: [],
    seconds: 0,
  };
}

const whole = await readSplitFolder(folder);
const batch = 1024;
const wholeSteps = Math.ceil(whole.train.items.length / batch);
const share = Math.min(1, Number(stepsWanted) / wholeSteps);
const thinned = ragged(
  Array.from(
    { length: whole.users },
    (_, user) => [...rowOf(whole.train, user)].filter((_item, n) => uniform(1, 2, user, n) < share),
  ),
);
const split: Split = { ...whole, train: thinned };
/** From the steps that are timed to those of an epoch. */
const scale = wholeSteps / Math.ceil(thinned.items.length / batch);
const trajectories = ["MF", "ML", "DL", "GNN", "AE", "I-AE"].map((kind, n) => madeUp(split, kind, n));
using gpu = await openGpu();
const runs: { name: string; student: FactorStudent; run: MethodRun; times: Time[] }[] = [];
const add = (
  name: string,
  start: (context: Parameters<ReturnType<typeof methodOf>["start"]>[0]) => MethodRun,
  key = name,
  options: Record<string, number> = {},
) => {
  const settings = methodSettings(methodOf(key), { dim: Number(dim), ...options });
  const student = new FactorStudent(gpu, split, settings);
  runs.push({ name, student, run: start({ gpu, split, trajectories, student, settings }), times: [] });
};
for (const key of ["bpr", "softmax", "rrd", "mtd", "cl-drd"]) {
  add(key, (context) => methodOf(key).start(context));
}
// Its comparison does not grow with the steps that are timed: once without, once with it.
const comparing = "dcd, comparing";
add("dcd", (context) => methodOf("dcd").start(context), "dcd", { compareEvery: 1000 });
add(comparing, (context) => methodOf("dcd").start(context), "dcd", { compareEvery: 1 });
for (const onlyLoss of ["overall", "ranked"] as const) {
  add(
    `hetcomp, ${onlyLoss} loss`,
    (context) => new HetCompRun(context, distillSettingsOf(context.settings), { onlyLoss }),
    "hetcomp",
  );
}
using evaluation = new RankingEvaluation(gpu, split);
const other: Record<string, Time[]> = { evaluation: [] };
const timed = async (work: () => Promise<unknown> | void): Promise<Time> => {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1e6, (performance.now() - start) / 1000];
};
for (let round = 0; round < Number(rounds) + 1; round++) {
  // The first round compiles kernels and is thrown away, as are its lists.
  for (const { name, run, times, student } of runs) {
    const time = await timed(async () => {
      await run.prepare?.(round + 1);
      await run.epoch(round + 1);
    });
    if (round > 0) times.push(time);
    if (round > 0 && name === "mtd") {
      const between = await timed(() => run.between!(10 * round, new Uint32Array(), 0));
      (other[`${name}, every ten epochs`] ??= []).push(between);
    }
    if (name === "bpr") {
      const ranked = await timed(async () => {
        await evaluation.rank(rankerOfRows(gpu, student, student.table));
      });
      if (round > 0) other.evaluation!.push(ranked);
    }
  }
}
const timesOf = (wanted: string) => runs.find(({ name }) => name === wanted)!.times;
const without = timesOf("dcd");
other["dcd, every other epoch"] = timesOf(comparing).map((time, n) => [
  time[0] - without[n]![0],
  time[1] - without[n]![1],
]);
const row = (name: string, times: readonly Time[], factor: number) => [
  name,
  ...[0, 1].map((which) => (factor * median(times.map((time) => time[which]!))).toFixed(2)),
];
console.log(
  `${whole.users} users, ${whole.items} items, ${wholeSteps} steps an epoch, dim ${dim}, ${gpu.adapter.name}`,
);
console.log(textTable(["an epoch of", "processor s", "wall s"], [
  ...runs.filter(({ name }) => name !== comparing).map(({ name, times }) => row(name, times, scale)),
  ...Object.entries(other).map(([name, times]) => row(name, times, 1)),
]));
