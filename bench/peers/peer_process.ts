/**
 * A peer in a process of its own.
 *
 * @module
 */
import { TextLineStream } from "./lines.ts";
import type { Work } from "./works.ts";

/** How a peer is started. */
export interface PeerProgram {
  /** Its short name, in the table and in file names. */
  readonly key: string;
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** What a work gave: numbers, and paths of arrays. */
export type StoredResults = Readonly<Record<string, number | { readonly file: string }>>;

interface Answer {
  readonly name?: string;
  readonly failure?: string;
  readonly unsupported?: boolean;
  readonly results?: StoredResults;
  readonly milliseconds?: number;
  readonly processor?: number;
}

/** How long a run took, in milliseconds. */
export interface RunTime {
  /** By the clock. */
  readonly clock: number;
  /** Processor time of the peer's process: on a software driver all of the work, on a GPU only its preparation. */
  readonly processor: number;
}

/** Why a peer gives no answer. */
export class PeerFailure extends Error {}

/** Why a peer does not even try. */
export class UnsupportedWork extends PeerFailure {}

/** Starts the process when it is first asked, and again after it died. */
export class Peer {
  /** Its short name. */
  readonly key: string;
  /** What it says it is. */
  name: string;
  readonly #program: PeerProgram;
  readonly #folder: string;
  readonly #limit: number;
  #process: Deno.ChildProcess | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #reader: ReadableStreamDefaultReader<string> | null = null;

  /**
   * Does not start it yet.
   *
   * @param program How it is started.
   * @param folder The inputs.
   * @param limit Seconds after which an answer is given up.
   */
  constructor(program: PeerProgram, folder: string, limit: number) {
    this.key = program.key;
    this.name = program.key;
    this.#program = program;
    this.#folder = folder;
    this.#limit = limit;
  }

  async #start(): Promise<void> {
    const { command } = this.#program;
    let process: Deno.ChildProcess;
    try {
      process = new Deno.Command(command, {
        args: [...this.#program.args, this.#folder],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw new PeerFailure(`there is no ${command}`);
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      throw new PeerFailure(`the task may not run ${command}: use deno run with --allow-run=${command}`);
    }
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#reader = process.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
      .getReader();
    this.name = (await this.#answer()).name!;
  }

  /** The next line that is an answer; libraries print lines of their own. */
  async #answer(): Promise<Answer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), 1000 * this.#limit);
    });
    try {
      while (true) {
        const next = await Promise.race([this.#reader!.read(), late]);
        if (next === "late") {
          await this.stop();
          throw new PeerFailure(`no answer within ${this.#limit} s`);
        }
        if (next.done) {
          const { code, signal } = await this.#process!.status;
          await this.stop();
          throw new PeerFailure(`process ended (${signal ?? `code ${code}`})`);
        }
        if (next.value.startsWith("{")) return JSON.parse(next.value);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(request: object): Promise<Answer> {
    if (!this.#process) await this.#start();
    try {
      await this.#writer!.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    } catch (error) {
      await this.stop();
      throw new PeerFailure(`process ended (${(error as Error).name})`);
    }
    const answer = await this.#answer();
    if (answer.failure !== undefined) {
      const Failure = answer.unsupported ? UnsupportedWork : PeerFailure;
      throw new Failure(answer.failure.split("\n")[0]!.slice(0, 160));
    }
    return answer;
  }

  /**
   * Makes the work ready and runs it once.
   *
   * @throws {PeerFailure} if the peer cannot do it.
   */
  async prepare(work: Work, prefix: string): Promise<StoredResults> {
    const { kind, arguments: options } = work;
    return (await this.#ask({ prepare: { kind, arguments: options }, prefix })).results!;
  }

  /**
   * Runs the prepared work.
   *
   * @throws {PeerFailure} if the peer cannot do it.
   */
  async run(): Promise<RunTime> {
    const { milliseconds, processor } = await this.#ask({ run: true });
    return { clock: milliseconds!, processor: processor! };
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = null;
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await process.status;
    await this.#reader?.cancel().catch(() => {});
    await this.#writer?.close().catch(() => {});
  }
}
