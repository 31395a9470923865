/**
 * The same work in other systems, side by side in one run: `deno task bench-peers --help`.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { positiveInteger, positiveNumber } from "../../src/cli/options.ts";
import { generateSample } from "../../src/data/sample.ts";
import { readSplitFolder, type Split, splitDataset } from "../../src/data/split.ts";
import { HetcompError } from "../../src/errors.ts";
import { missing } from "../../src/report/format.ts";
import { textTable } from "../../src/report/table.ts";
import { Inputs, writeInputs } from "./inputs.ts";
import { median } from "../statistics.ts";
import { hasFailed, measure, type Measurement } from "./measure.ts";
import { Peer, type PeerProgram } from "./peer_process.ts";
import { allWorks, type Repeats } from "./works.ts";

interface Options extends Repeats {
  readonly data?: string;
  readonly filter?: string;
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly limit: number;
  readonly python?: string;
  readonly json?: string;
}

const peerNames = ["pytorch", "tfjs", "jax", "gpujs"];

function peerList(text: string): string[] {
  const names = text.split(",");
  const strange = names.filter((name) => !peerNames.includes(name));
  if (strange.length > 0) {
    throw new InvalidArgumentError(
      `there is no peer ${strange.join(", ")}; expected some of ${peerNames.join()}`,
    );
  }
  return names;
}

const program = new Command("deno task bench-peers")
  .description(
    "The same work in other systems, side by side in one run.\n" +
      "Ends with 1 if a peer fails at what it can do, or gives other results than ours.",
  )
  .option(
    "--data <folder>",
    "a split, such as data split writes (default: a generated world of CiteULike's size)",
  )
  .option("--filter <text>", "only works whose name holds this text")
  .addOption(
    new Option("--peers <list>", `only these peers, beside ours: ${peerNames.join(", ")}`).argParser(peerList)
      .default(peerNames, "all"),
  )
  .option("--rounds <number>", "timed runs of each peer and work", positiveInteger, 5)
  .option(
    "--seconds <number>",
    "seconds of timed runs after which a peer is not asked again",
    positiveNumber,
    30,
  )
  .option("--limit <number>", "seconds after which an answer is given up", positiveNumber, 300)
  .option("--steps <number>", "distillation steps of a timed run", positiveInteger, 8)
  .option(
    "--searches <number>",
    "searches and products of a timed run; ours and pytorch only (16 fills a GPU)",
    positiveInteger,
    1,
  )
  .option("--epochs <number>", "epochs of a timed run of a teacher", positiveInteger, 1)
  .option(
    "--python <command>",
    "a Python with PyTorch (default: python3, else /usr/bin/python3; the task may run no other)",
  )
  .option("--json <file>", "write the figures, every single time included");

async function readData(source: string | undefined): Promise<Split> {
  if (source !== undefined) return await readSplitFolder(source);
  const world = generateSample({ users: 5219, items: 25_181, interactions: 125_580 });
  return splitDataset(world, { test: 0.2, valid: 0.2, seed: 1 });
}

async function findPython(wanted: string | undefined): Promise<string> {
  const candidates = wanted === undefined ? ["python3", "/usr/bin/python3"] : [wanted];
  for (const command of candidates) {
    try {
      const { success } = await new Deno.Command(command, { args: ["-c", "import torch"], stderr: "null" })
        .output();
      if (success) return command;
    } catch {
      // Not there.
    }
  }
  return candidates[0]!;
}

async function programs(folder: string, { peers, python }: Options): Promise<PeerProgram[]> {
  const file = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
  const flags = ["--allow-read", `--allow-write=${folder}`, "--allow-env", "--allow-sys"];
  const ofDeno = (key: string, name: string): PeerProgram => {
    const args = ["run", "--no-check", "--no-lock", ...flags, file(name)];
    return { key, command: Deno.execPath(), args };
  };
  const ofPython = async (key: string, name: string): Promise<PeerProgram> => {
    return { key, command: await findPython(python), args: ["-B", file(name)] };
  };
  const others = [
    ...peers.includes("pytorch") ? [await ofPython("pytorch", "pytorch/main.py")] : [],
    ofDeno("tfjs", "tfjs.ts"),
    ofDeno("jax", "jax.ts"),
    ofDeno("gpujs", "gpu_js.ts"),
  ];
  return [ofDeno("ours", "ours.ts"), ...others.filter(({ key }) => peers.includes(key))];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function formatTime(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return missing;
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 9995) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function formatRatio(ratio: number): string {
  return Number.isNaN(ratio) ? missing : ratio < 9.95 ? ratio.toFixed(2) : ratio.toFixed(0);
}

function rowsOf(measurements: readonly Measurement[]): string[][] {
  const [ours, ourProcessor] = [median(measurements[0]!.times), median(measurements[0]!.processorTimes)];
  return measurements.map(({ peer, times, processorTimes, agreement, failure }) => {
    const [clock, processor] = [median(times), median(processorTimes)];
    return [
      peer,
      formatTime(clock),
      formatRatio(clock / ours),
      formatTime(processor),
      formatRatio(processor / ourProcessor),
      String(times.length),
      failure ?? (agreement ? `${agreement.agrees ? "" : "DISAGREES: "}${agreement.text}` : ""),
    ];
  });
}

async function writeRecord(
  file: string,
  split: Split,
  peers: readonly Peer[],
  measurements: readonly Measurement[],
): Promise<void> {
  const record = {
    data: { name: split.name, users: split.users, items: split.items, pairs: split.train.items.length },
    peers: Object.fromEntries(peers.map(({ key, name }) => [key, name])),
    measurements: measurements.map((one) => ({
      ...one,
      median: finite(median(one.times)),
      processorMedian: finite(median(one.processorTimes)),
    })),
  };
  await Deno.writeTextFile(file, JSON.stringify(record, null, 2) + "\n");
}

async function run(options: Options): Promise<void> {
  if (options.searches > 1 && options.peers.join() !== "pytorch") {
    throw new HetcompError("--searches above 1 needs --peers pytorch: the others wait for every search");
  }
  const split = await readData(options.data);
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-peers-" });
  const peers: Peer[] = [];
  const all: Measurement[] = [];
  try {
    const named = allWorks(writeInputs(folder, split), options);
    const works = named.filter(({ name }) => name.includes(options.filter ?? ""));
    if (works.length === 0) {
      const right = `part of one of these: ${named.map(({ name }) => name).join("; ")}`;
      throw new HetcompError(`no work is named like ${JSON.stringify(options.filter)}; expected ${right}`);
    }
    const inputs = new Inputs(folder);
    for (const each of await programs(folder, options)) peers.push(new Peer(each, folder, options.limit));
    for (const work of works) {
      const measurements = await measure(inputs, work, peers, options);
      all.push(...measurements);
      const columns = ["peer", "median", "to ours", "processor", "to ours", "runs", "agreement"];
      console.log(`\n${work.name}\n${textTable(columns, rowsOf(measurements))}`);
    }
  } finally {
    for (const peer of peers) await peer.stop();
    await Deno.remove(folder, { recursive: true });
  }
  console.log(`\n${peers.map(({ key, name }) => `${key}: ${name}`).join("\n")}`);
  if (options.json !== undefined) await writeRecord(options.json, split, peers, all);
  if (all.some(hasFailed)) Deno.exitCode = 1;
}

// `deno task bench-peers -- --help` hands the two dashes on.
program.parse(Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args, { from: "user" });
try {
  await run(program.opts<Options>());
} catch (error) {
  if (!(error instanceof HetcompError)) throw error;
  console.error(`error: ${error.message}`);
  Deno.exit(1);
}
