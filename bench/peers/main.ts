/**
 * The same work in other systems, side by side in one run: `deno task bench-peers --help`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { generateSample } from "../../src/data/sample.ts";
import { readSplitFolder, type Split, splitDataset } from "../../src/data/split.ts";
import { HetcompError } from "../../src/errors.ts";
import { missing } from "../../src/report/format.ts";
import { textTable } from "../../src/report/table.ts";
import { Inputs, writeInputs } from "./inputs.ts";
import { median } from "../statistics.ts";
import { measure, type Measurement } from "./measure.ts";
import { Peer, type PeerProgram } from "./peer_process.ts";
import { allWorks } from "./works.ts";

const help = `deno task bench-peers [options]

  --data PATH     folder of a split, such as data split writes (default: a generated world of CiteULike's size)
  --filter TEXT   only works whose name holds this text
  --peers LIST    only these peers, beside ours: pytorch, tfjs, jax, gpujs (default: all)
  --rounds N      timed runs of each peer and work (default 5)
  --seconds N     seconds of timed runs after which a peer is not asked again (default 30)
  --limit N       seconds after which an answer is given up (default 300)
  --steps N       distillation steps of a timed run (default 8)
  --searches N    searches and products of a timed run; ours and pytorch only (default 1; 16 fills a GPU)
  --epochs N      epochs of a timed run of a teacher (default 1)
  --python PATH   a Python with PyTorch (default: python3, else /usr/bin/python3; the task may run no other)
  --json FILE     write the figures, every single time included
`;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    filter: { type: "string", default: "" },
    peers: { type: "string", default: "pytorch,tfjs,jax,gpujs" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "30" },
    limit: { type: "string", default: "300" },
    steps: { type: "string", default: "8" },
    searches: { type: "string", default: "1" },
    epochs: { type: "string", default: "1" },
    python: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function readData(source: string | undefined): Promise<Split> {
  if (source !== undefined) return await readSplitFolder(source);
  const world = generateSample({ users: 5219, items: 25_181, interactions: 125_580 });
  return splitDataset(world, { test: 0.2, valid: 0.2, seed: 1 });
}

async function findPython(): Promise<string> {
  const candidates = values.python === undefined ? ["python3", "/usr/bin/python3"] : [values.python];
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

async function programs(folder: string): Promise<PeerProgram[]> {
  const file = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
  const flags = ["--allow-read", `--allow-write=${folder}`, "--allow-env", "--allow-sys"];
  const ofDeno = (key: string, name: string): PeerProgram => {
    const args = ["run", "--no-check", "--no-lock", ...flags, file(name)];
    return { key, command: Deno.execPath(), args };
  };
  const wanted = values.peers.split(",");
  return [
    ofDeno("ours", "ours.ts"),
    ...[
      { key: "pytorch", command: await findPython(), args: ["-B", file("pytorch/main.py")] },
      ofDeno("tfjs", "tfjs.ts"),
      ofDeno("jax", "jax.ts"),
      ofDeno("gpujs", "gpu_js.ts"),
    ].filter(({ key }) => wanted.includes(key)),
  ];
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

function refuse(message: string): never {
  console.error(`error: ${message}`);
  Deno.exit(1);
}

if (values.help) {
  console.log(help);
  Deno.exit(0);
}
for (const name of ["rounds", "seconds", "limit", "steps", "searches", "epochs"] as const) {
  if (!(Number(values[name]) > 0)) refuse(`--${name} is ${values[name]}; expected a positive number`);
}
const known = ["pytorch", "tfjs", "jax", "gpujs"];
const strange = values.peers.split(",").filter((name) => !known.includes(name));
if (strange.length > 0) refuse(`there is no peer ${strange.join(", ")}; expected some of ${known.join(",")}`);
const split = await readData(values.data).catch((error) => {
  if (error instanceof HetcompError) refuse(error.message);
  throw error;
});
const repeats = {
  steps: Number(values.steps),
  searches: Number(values.searches),
  epochs: Number(values.epochs),
};
if (repeats.searches > 1 && values.peers !== "pytorch") {
  refuse("--searches above 1 needs --peers pytorch: the others wait for every search");
}
const folder = await Deno.makeTempDir({ prefix: "hetcomp-peers-" });
const works = allWorks(writeInputs(folder, split), repeats).filter(({ name }) =>
  name.includes(values.filter)
);
const inputs = new Inputs(folder);
const peers = (await programs(folder)).map((program) => new Peer(program, folder, Number(values.limit)));
const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
const all: Measurement[] = [];
try {
  for (const work of works) {
    const measurements = await measure(inputs, work, peers, effort);
    all.push(...measurements);
    const columns = ["peer", "median", "to ours", "processor", "to ours", "runs", "agreement"];
    console.log(`\n${work.name}\n${textTable(columns, rowsOf(measurements))}`);
  }
} finally {
  for (const peer of peers) await peer.stop();
  await Deno.remove(folder, { recursive: true });
}
console.log(`\n${peers.map(({ key, name }) => `${key}: ${name}`).join("\n")}`);
if (values.json !== undefined) {
  const record = {
    data: { name: split.name, users: split.users, items: split.items, pairs: split.train.items.length },
    peers: Object.fromEntries(peers.map(({ key, name }) => [key, name])),
    measurements: all.map((one) => ({
      ...one,
      median: finite(median(one.times)),
      processorMedian: finite(median(one.processorTimes)),
    })),
  };
  await Deno.writeTextFile(values.json, JSON.stringify(record, null, 2) + "\n");
}
if (all.some(({ agreement }) => agreement && !agreement.agrees)) Deno.exitCode = 1;
