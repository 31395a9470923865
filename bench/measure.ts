/**
 * Times cases in interleaved rounds: whatever else the machine does hits all alike.
 *
 * @module
 */
import process from "node:process";
import type { Gpu } from "../src/gpu/gpu.ts";
import type { BenchCase, CasePart, PreparedCase } from "./case.ts";
import { probeCases } from "./cases/probe.ts";
import { median } from "./statistics.ts";

/**
 * Which time counts: the device's timestamps around every dispatch; the host's wall time, one wait included; or the
 * processor time of this process, for software adapters on a machine that is busy with other work. From the latter two
 * the time of copies that only restore what a case uses up, measured apart, is taken away.
 */
export type Clock = "device" | "host" | "processor";

/** The median times of one case, of one recording of its work. */
export interface Measurement {
  /** The case. */
  readonly measured: BenchCase;
  /** The clock that was chosen. */
  readonly clock: Clock;
  /** Milliseconds by that clock. */
  readonly milliseconds: number;
  /** Milliseconds by each clock; the device's is null without timestamps. */
  readonly clocks: Readonly<Record<Clock, number | null>>;
  /** How often the work was recorded between two waits. */
  readonly repeats: number;
  /**
   * Milliseconds of every kernel, the longest first; empty without timestamps. Where processor time counts, the least
   * of the rounds instead of the median: a busy machine lengthens what lies between two timestamps.
   */
  readonly kernels: readonly { readonly name: string; readonly milliseconds: number }[];
  /** Milliseconds of wall time until the first run was done: memory, compilation, the work itself. */
  readonly first: number;
}

interface Sample {
  readonly clocks: Readonly<Record<Clock, number | null>>;
  readonly kernels: ReadonlyMap<string, number>;
}

/** Work of at least this long is timed at once, if it takes no more recordings than {@linkcode mostRepeats}. */
const enoughMilliseconds = { device: 8, host: 80, processor: 20 };
/** By the host's clock the wait at the end, 10 ms or more in Deno, has to be a small part. */
const mostRepeats = { device: 40, host: 4000, processor: 40 };

/** Multiply-adds before each sample on a graphics processor, about 25 ms: one that idles lowers its clock. */
const warmingRuns = 80;

/** The time of `repeats` recordings and of the wait for them, for one of them. */
async function timed(gpu: Gpu, repeats: number, record: () => void): Promise<Sample> {
  const started = performance.now();
  const used = process.cpuUsage();
  for (let n = 0; n < repeats; n++) record();
  const kernels = new Map<string, number>();
  let device: number | null = null;
  if (gpu.timing) {
    device = 0;
    for (const { kernel, milliseconds } of await gpu.timings()) {
      kernels.set(kernel, milliseconds / repeats);
      device += milliseconds / repeats;
    }
    gpu.check();
  } else {
    using flag = gpu.zeros("end of the work", 4);
    await gpu.read(flag);
  }
  const { user, system } = process.cpuUsage(used);
  const host = (performance.now() - started) / repeats;
  return { clocks: { device, host, processor: (user + system) / 1000 / repeats }, kernels };
}

async function sample(
  gpu: Gpu,
  { record, restore }: PreparedCase,
  repeats: number,
  warming: PreparedCase | null,
): Promise<Sample> {
  if (warming) {
    for (let n = 0; n < warmingRuns; n++) warming.record();
    if (gpu.timing) await gpu.timings();
    else {
      using flag = gpu.zeros("end of the warming", 4);
      await gpu.read(flag);
    }
  }
  if (!restore) return await timed(gpu, repeats, record);
  const { clocks, kernels } = await timed(gpu, repeats, () => {
    restore();
    record();
  });
  const copies = await timed(gpu, repeats, restore);
  const less = (clock: "host" | "processor") => clocks[clock]! - copies.clocks[clock]!;
  // Copies have no timestamps.
  return { clocks: { device: clocks.device, host: less("host"), processor: less("processor") }, kernels };
}

/**
 * How many recordings a sample takes. A wait is part of what the host's clock finds, and weighs less the more recordings
 * share it: therefore each answer is asked for again with as many as it demands.
 *
 * @param clock The clock that counts.
 * @param millisecondsOf The time of one of so many recordings.
 */
export async function enoughRepeats(
  clock: Clock,
  millisecondsOf: (repeats: number) => Promise<number>,
): Promise<number> {
  let repeats = 1;
  while (true) {
    const wanted = Math.ceil(enoughMilliseconds[clock] / Math.max(await millisecondsOf(repeats), 1e-3));
    const next = Math.min(mostRepeats[clock], wanted);
    // No more than a tenth is missing.
    if (next <= 1.1 * repeats) return repeats;
    repeats = next;
  }
}

/**
 * Prepares all cases, runs each to warm up, and then times each once a round.
 *
 * @param gpu Opened with `timing`.
 * @param cases What to measure.
 * @param options The clock; how many rounds; and after how many seconds no further round starts (one is always made).
 * @param onStep Called after each case and round with the steps done so far, of `cases x (rounds + 1)`.
 * @returns One measurement for each case, and the rounds made.
 */
export async function measureCases(
  gpu: Gpu,
  cases: readonly BenchCase[],
  { clock, rounds, seconds = Infinity }: { clock: Clock; rounds: number; seconds?: number },
  onStep: (done: number, of: BenchCase) => void = () => {},
): Promise<{ measurements: Measurement[]; rounds: number }> {
  const began = performance.now();
  using stack = new DisposableStack();
  const runs: { measured: BenchCase; prepared: PreparedCase; first: number; repeats: number }[] = [];
  const warming = gpu.adapter.kind === "hardware"
    ? stack.use(probeCases("hardware").find(({ name }) => name === "multiply-add")!.prepare(gpu))
    : null;
  let done = 0;
  for (const measured of cases) {
    const started = performance.now();
    const prepared = stack.use(measured.prepare(gpu));
    const cold = await sample(gpu, prepared, 1, warming);
    const first = performance.now() - started;
    const isLong = cold.clocks.host! > 40 * enoughMilliseconds[clock];
    const repeats = await enoughRepeats(clock, async (repeats) => {
      const found = isLong && repeats === 1 ? cold : await sample(gpu, prepared, repeats, warming);
      return found.clocks[clock]!;
    });
    runs.push({ measured, prepared, first, repeats });
    onStep(++done, measured);
  }
  const samples: Sample[][] = runs.map(() => []);
  let made = 0;
  while (made < rounds && (made === 0 || performance.now() - began < 1000 * seconds)) {
    for (let n = 0; n < runs.length; n++) {
      const { measured, prepared, repeats } = runs[n]!;
      samples[n]!.push(await sample(gpu, prepared, repeats, warming));
      onStep(++done, measured);
    }
    made++;
  }
  const middle = clock === "processor" ? (times: readonly number[]) => Math.min(...times) : median;
  const measurements = runs.map(({ measured, first, repeats }, n) => {
    const taken = samples[n]!;
    const names = new Set(taken.flatMap(({ kernels }) => [...kernels.keys()]));
    const kernels = [...names].map((name) => ({
      name,
      milliseconds: middle(taken.map((each) => each.kernels.get(name) ?? 0)),
    })).sort((left, right) => right.milliseconds - left.milliseconds);
    const by = (which: Clock) => {
      const times = taken.map((each) => each.clocks[which]);
      return times.includes(null) ? null : median(times as number[]);
    };
    const clocks = { device: by("device"), host: by("host"), processor: by("processor") };
    return { measured, clock, milliseconds: clocks[clock]!, clocks, repeats, kernels, first };
  });
  return { measurements, rounds: made };
}

/** On a busy machine the timestamps within shorter work measure who else was served. */
const shortestDivided = 40;

/**
 * The time of a part: the share of its kernels, by the device's clock, in the time of the case; null without
 * timestamps, and where processor time counts and the case takes less than 40 ms.
 */
export function partMilliseconds(
  { kernels, milliseconds, clocks, clock }: Measurement,
  part: CasePart,
): number | null {
  if (clocks.device === null || (clock === "processor" && milliseconds < shortestDivided)) return null;
  const sum = (some: Measurement["kernels"]) => some.reduce((total, each) => total + each.milliseconds, 0);
  return milliseconds * sum(kernels.filter(({ name }) => part.kernels.test(name))) / sum(kernels);
}
