/**
 * `deno task bench`: times every kernel family on this adapter and sets it against what plain kernels reach.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { createProgress } from "../src/cli/progress.ts";
import { embeddedFolder, withDriver } from "../src/cli/embedded_driver.ts";
import { writeAtomically } from "../src/data/files.ts";
import { HetcompError } from "../src/errors.ts";
import type { AdapterChoice } from "../src/gpu/adapter.ts";
import { type Gpu, openGpu } from "../src/gpu/gpu.ts";
import { textTable } from "../src/report/table.ts";
import type { BenchCase } from "./case.ts";
import { allCases } from "./cases/all.ts";
import { probeCases } from "./cases/probe.ts";
import type { FirstUse } from "./first_use.ts";
import { measureHostTime } from "./host_time.ts";
import { type Clock, measureCases } from "./measure.ts";
import { measureDistillationMemory, measureMillionUsers } from "./memory.ts";
import { firstUseRows, hostTimeRows, memoryRows } from "./result_rows.ts";
import { fitCurves, scalingColumns, scalingCurves, scalingRows } from "./scaling.ts";
import { ceilingsOf, throughputColumns, throughputRows, throughputsOf } from "./throughput.ts";

interface Options {
  readonly quick: boolean;
  readonly filter?: string;
  readonly json?: string;
  readonly adapter: AdapterChoice;
  readonly clock?: Clock;
  readonly rounds?: number;
}

const wholeNumber = (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("Expected 1 or more.");
  return value;
};

const program = new Command("deno task bench")
  .description(
    "Times every kernel family, scaling, first use, host time and memory on this adapter.\n" +
      "Sections beside the kernel families: scaling, first_use, host_time, memory.",
  )
  .option("--quick", "fewer and smaller cases, about a minute on a software driver", false)
  .option("--filter <text>", "only cases and sections whose family, name or shape contains this")
  .option("--json <file>", "also write everything to this file")
  .addOption(
    new Option("--adapter <kind>", "which adapters may be chosen").choices(["any", "hardware", "software"])
      .default("any"),
  )
  .addOption(
    new Option(
      "--clock <clock>",
      "device: timestamps, the default where they exist; host: wall time; processor: processor time of this " +
        "process, for software adapters on a machine that does other work too",
    ).choices(["device", "host", "processor"]),
  )
  .option("--rounds <number>", "rounds over all cases (default: 5, quick 3)", wholeNumber);

const clockNames: Readonly<Record<Clock, string>> = {
  device: "by the device's clock (timestamp queries)",
  host: "by wall time, a wait for the device included",
  processor: "in processor time of all threads",
};

function clockOf(gpu: Gpu, wanted: Clock | undefined): Clock {
  if (wanted === "device" && !gpu.timing) {
    throw new HetcompError(`${gpu.adapter.name} has no timestamp queries; use --clock host`);
  }
  if (wanted === "processor" && gpu.adapter.kind === "hardware") {
    throw new HetcompError("--clock processor measures nothing on a graphics processor; use --clock device");
  }
  return wanted ?? (gpu.timing ? "device" : "host");
}

/** A child of a process that runs on the embedded driver has its variables, and needs its flags. */
function embeddedFlags(): string[] {
  const folder = embeddedFolder();
  return folder === null
    ? []
    : [`--allow-ffi=${folder}`, `--preload=${import.meta.resolve("../src/cli/load_driver.ts")}`];
}

async function childFirstUse(adapter: AdapterChoice, env: Record<string, string>): Promise<FirstUse> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-env", ...embeddedFlags(), new URL("first_use.ts", import.meta.url).href, adapter],
    env,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new HetcompError(`measuring the first use failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout)) as FirstUse;
}

async function measureKernels(gpu: Gpu, wanted: (one: BenchCase) => boolean, options: Options) {
  const length = options.quick ? "quick" : "full";
  const cases = allCases.filter((one) => (!options.quick || one.quick) && wanted(one));
  const curves = scalingCurves(length).filter(({ kernel, axis }) => {
    return options.filter === undefined || `scaling: ${kernel} ${axis}`.includes(options.filter);
  });
  const all = [
    ...new Set([...probeCases(gpu.adapter.kind), ...cases, ...curves.flatMap((curve) => curve.cases)]),
  ];
  const clock = clockOf(gpu, options.clock);
  const wantedRounds = options.rounds ?? (options.quick ? 3 : 5);
  const progress = createProgress({
    label: "kernels",
    total: all.length * (wantedRounds + 1),
    unit: "runs",
  });
  const { measurements, rounds } = await measureCases(
    gpu,
    all,
    { clock, rounds: wantedRounds, seconds: options.quick ? 50 : 400 },
    (done, { family, name, shape }) => progress.update(done, `${family}: ${name}, ${shape}`),
  );
  progress.stop();
  const probes = measurements.slice(0, 3);
  const chosen = measurements.filter(({ measured }) => cases.includes(measured));
  return { clock, rounds, measurements, probes, chosen, curves };
}

async function run(options: Options): Promise<void> {
  await withDriver({ adapter: options.adapter, shown: true });
  const length = options.quick ? "quick" : "full";
  const wants = (text: string) => options.filter === undefined || text.includes(options.filter);
  const named = allCases.map(({ family, name, shape }) => `${family}: ${name} ${shape}`);
  const curves = scalingCurves(length).map(({ kernel, axis }) => `scaling: ${kernel} ${axis}`);
  if (![...named, ...curves, "first_use", "host_time", "memory"].some(wants)) {
    const families = [...new Set(allCases.map(({ family }) => family))].join(", ");
    const right = `part of a name, such as one of ${families}, scaling, first_use, host_time, memory`;
    throw new HetcompError(`nothing is named like ${JSON.stringify(options.filter)}; expected ${right}`);
  }
  const print = (title: string, table: string) => console.log(`\n${title}\n\n${table}`);
  const result: Record<string, unknown> = {};
  const gpu = await openGpu({ adapter: options.adapter, timing: true });
  console.log(`adapter: ${gpu.adapter.name} (${gpu.adapter.kind})`);

  const kernels = await measureKernels(
    gpu,
    (one) => wants(`${one.family}: ${one.name} ${one.shape}`),
    options,
  );
  const ceilings = ceilingsOf(kernels.probes);
  const throughputs = throughputsOf([...kernels.probes, ...kernels.chosen], ceilings, gpu.adapter.kind);
  result.adapter = gpu.adapter;
  result.system = {
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    processors: navigator.hardwareConcurrency,
  };
  Object.assign(result, { length, clock: kernels.clock, rounds: kernels.rounds, ceilings, throughputs });
  result.measurements = kernels.measurements.map(({ measured: { family, name, shape, cost }, ...times }) => ({
    family,
    name,
    shape,
    cost,
    ...times,
  }));
  print(
    `Kernels: medians of ${kernels.rounds} interleaved rounds, ${
      clockNames[kernels.clock]
    }; bytes, operations and ` +
      "exponentials by formula;\n% of what a plain copy, multiply-add and exponential kernel reach in this run",
    textTable(throughputColumns, throughputRows(throughputs)),
  );
  if (kernels.curves.length > 0) {
    const curves = fitCurves(kernels.curves, kernels.measurements);
    result.scaling = curves;
    print(
      "Scaling: every size doubled twice, exponent of the fitted power law, and that of the counted operations",
      textTable(scalingColumns, scalingRows(curves)),
    );
  }
  gpu.close();
  // What was measured is not lost if a later part fails.
  const save = async () => {
    if (options.json !== undefined) {
      await writeAtomically(options.json, `${JSON.stringify(result, null, 2)}\n`);
    }
  };
  await save();

  if (wants("first_use")) {
    const cold = await childFirstUse(options.adapter, { MESA_SHADER_CACHE_DISABLE: "true" });
    const warm = await childFirstUse(options.adapter, {});
    result.firstUse = { cold, warm };
    await save();
    print(
      "First use: a distillation of both phases in a fresh process, without and with the driver's cache on disk",
      textTable(["what", "cold", "cached"], firstUseRows(cold, warm)),
    );
  }
  if (wants("host_time")) {
    const host = await measureHostTime(options.adapter, length);
    result.hostTime = host;
    await save();
    print(
      `Host time of a distillation epoch, ${host.shape}`,
      textTable(["what", "found"], hostTimeRows(host)),
    );
  }
  if (wants("memory")) {
    const step = await measureDistillationMemory(options.adapter);
    const million = await measureMillionUsers(options.adapter, length);
    result.memory = { step, million };
    print("Device memory", textTable(["what", "found"], memoryRows(step, million)));
  }
  await save();
  if (options.json !== undefined) console.log(`\nwritten: ${options.json}`);
}

if (import.meta.main) {
  // `deno task bench -- --quick` hands the two dashes on.
  program.parse(Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args, { from: "user" });
  try {
    await run(program.opts<Options>());
  } catch (error) {
    if (!(error instanceof HetcompError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
}
