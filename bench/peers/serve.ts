/**
 * The side of a peer that is written in TypeScript: requests on standard input, answers on standard output, one line
 * of JSON each.
 *
 * @module
 */
import process from "node:process";
import { TextLineStream } from "./lines.ts";
import { Inputs } from "./inputs.ts";

/** What a piece of work gives, for comparison. Arrays go to files. */
export type Results = Record<string, number | Float32Array | Uint32Array>;

/** A piece of work, ready to run. */
export interface PreparedWork {
  /** Runs it once, from the given inputs, and gives what came out. */
  check(): Promise<Results>;
  /** Runs it once more and waits for the end; this is timed. */
  run(): Promise<unknown>;
  /** Gives back what it holds. */
  dispose?(): void;
}

/** Makes pieces of work by their kind. */
export type WorkFactories = Readonly<Record<string, (inputs: Inputs, options: WorkOptions) => PreparedWork>>;

/** Arguments of all kinds of work; each kind reads its own. */
export interface WorkOptions {
  readonly dim: number;
  /** Users from the first on; null for all. */
  readonly count: number | null;
  readonly granularity: "overall" | "ranked";
  readonly scores: "free" | "clamped";
  /** How often a timed run does it before it waits. */
  readonly repeats: number;
  readonly kind: "MF" | "ML" | "DL" | "GNN" | "AE" | "I-AE";
  /** Epochs of a teacher that are trained for the comparison. */
  readonly checked: number;
}

/** Work that a peer cannot do; the message says why in a few words. */
export class Unsupported extends Error {}

/** Milliseconds of processor time that this process has used, those of a software driver included. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function stored(results: Results, folder: string, prefix: string): Record<string, number | { file: string }> {
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => {
      if (typeof value === "number") return [name, value];
      const file = `${folder}/${prefix}.${name}`;
      const { buffer, byteOffset, byteLength } = value;
      Deno.writeFileSync(file, new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
      return [name, { file }];
    }),
  );
}

/** Answers requests until standard input ends. The folder of the inputs is the only argument of the program. */
export async function serve(name: string, factories: WorkFactories): Promise<void> {
  const folder = Deno.args[0]!;
  const inputs = new Inputs(folder);
  console.log(JSON.stringify({ name }));
  let work: PreparedWork | null = null;
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const request = JSON.parse(line);
    let answer: object;
    try {
      if (request.prepare) {
        work?.dispose?.();
        work = null;
        const create = factories[request.prepare.kind];
        if (!create) throw new Unsupported("not attempted: no training of recommenders in it");
        work = create(inputs, request.prepare.arguments);
        answer = { results: stored(await work.check(), folder, request.prefix) };
      } else {
        const [start, used] = [performance.now(), processorTime()];
        await work!.run();
        answer = { milliseconds: performance.now() - start, processor: processorTime() - used };
      }
    } catch (error) {
      answer = {
        failure: error instanceof Error ? error.message : String(error),
        unsupported: error instanceof Unsupported,
      };
    }
    console.log(JSON.stringify(answer));
  }
  Deno.exit(0);
}
