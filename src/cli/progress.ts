/**
 * Progress of long work. Interface:
 *
 *     const progress = createProgress({ label: "student", total: epochs, unit: "epochs", quiet });
 *     progress.update(epoch, `loss ${loss}`);      // done so far; as often as one likes
 *     progress.stop();                             // one closing line: amount, time, rate
 *
 * @module
 */
// @ts-types="npm:@types/cli-progress@3.11.6"
import cliProgress from "cli-progress";
import process from "node:process";
import { formatBytes, formatDuration, formatNumber } from "../report/format.ts";
import { beforeLines, jsonLine, logsJson } from "./log.ts";

/** Where progress is written. */
export interface ProgressStream {
  /** Whether a line can be rewritten. */
  isTerminal(): boolean;
  /** Writes bytes at once. */
  writeSync(bytes: Uint8Array): number;
}

/** What is under way. */
export interface ProgressOptions {
  /** Name of the work, in front of each line. */
  readonly label: string;
  /** Amount of all work; 0 if unknown. */
  readonly total: number;
  /** What is counted, in the plural ("epochs"); "bytes" are shown as KB, MB, GB. */
  readonly unit: string;
  /** Amount done in an earlier run, which does not count for the rate. Default 0. */
  readonly done?: number;
  /** Shows nothing. Default false. */
  readonly quiet?: boolean | undefined;
  /** Default: standard error. */
  readonly stream?: ProgressStream;
  /** The time in milliseconds. Default: performance.now. */
  readonly now?: () => number;
}

/** Shows how far some work is. */
export interface Progress {
  /** Says how much is done in all, and something about it. */
  update(done: number, note?: string): void;
  /** Ends the display with one line. */
  stop(note?: string): void;
}

const lineMilliseconds = 5000;
/** What was done in less time tells nothing about the rate. */
const leastSeconds = 0.1;
const lineShare = 0.1;

function amount(value: number, unit: string): string {
  return unit === "bytes" ? formatBytes(value) : `${value} ${unit}`;
}

function perSecond(rate: number, unit: string): string {
  return unit === "bytes" ? `${formatBytes(rate)}/s` : `${formatNumber(rate)} ${unit}/s`;
}

function join(parts: readonly string[], note: string): string {
  return [parts.filter((part) => part !== "").join(", "), note].filter((part) => part !== "").join("  ");
}

class Measured {
  readonly #started: number;
  readonly #first: number;
  done: number;

  constructor(readonly options: ProgressOptions, readonly now: () => number) {
    this.#started = now();
    this.#first = options.done ?? 0;
    this.done = this.#first;
  }

  get elapsed(): number {
    return (this.now() - this.#started) / 1000;
  }

  get rate(): number {
    return this.elapsed >= leastSeconds ? (this.done - this.#first) / this.elapsed : 0;
  }

  get remaining(): string {
    const { total } = this.options;
    if (total <= this.done || this.rate <= 0) return "";
    return `${formatDuration((total - this.done) / this.rate)} left`;
  }

  get speed(): string {
    return this.rate > 0 ? perSecond(this.rate, this.options.unit) : "";
  }

  line(note: string): string {
    const { label, total, unit } = this.options;
    const share = total > 0 ? ` of ${amount(total, unit)} (${Math.floor(100 * this.done / total)} %)` : "";
    const done = total > 0 && unit !== "bytes" ? String(this.done) : amount(this.done, unit);
    return `${label}: ${join([`${done}${share}`, this.speed, this.remaining], note)}`;
  }

  /** What a structured log says. */
  fields(note: string, finished: boolean): Record<string, unknown> {
    const { label, total, unit } = this.options;
    const { done, rate } = this;
    return {
      label,
      unit,
      done,
      total: total > 0 ? total : null,
      perSecond: rate > 0 ? rate : null,
      remainingSeconds: total > done && rate > 0 ? (total - done) / rate : null,
      seconds: this.elapsed,
      finished,
      ...(note === "" ? {} : { message: note.trim() }),
    };
  }

  closing(note: string): string {
    const { label, unit } = this.options;
    const time = `${amount(this.done, unit)} in ${formatDuration(this.elapsed)}`;
    return `${label}: ${join([time, this.speed], note)}`;
  }
}

/** Writes one line, during the work or at its end. */
type WriteLine = (note: string, finished: boolean) => void;

function plainProgress(measured: Measured, write: WriteLine): Progress {
  let lastTime = measured.now();
  let lastDone = measured.done;
  return {
    update(done, note = "") {
      measured.done = done;
      const { total } = measured.options;
      const stepped = total > 0 &&
        Math.floor(done / total / lineShare + 1e-9) > Math.floor(lastDone / total / lineShare + 1e-9);
      if (!stepped && measured.now() - lastTime < lineMilliseconds) return;
      // The closing line says it.
      if (total > 0 && done >= total) return;
      lastTime = measured.now();
      lastDone = done;
      write(note, false);
    },
    stop(note = "") {
      write(note, true);
    },
  };
}

function barProgress(measured: Measured, write: WriteLine): Progress {
  const { label, total, unit } = measured.options;
  const bar = new cliProgress.SingleBar({
    format: total > 0 ? "{label} {bar} {percentage} %  {text}" : "{label}  {text}",
    stream: process.stderr,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
    barsize: 24,
    fps: 8,
    etaBuffer: 2,
  }, cliProgress.Presets.shades_classic);
  const text = (note: string) => {
    const done = total > 0 && unit !== "bytes"
      ? `${measured.done}/${total} ${unit}`
      : amount(measured.done, unit);
    return join([done, measured.speed, measured.remaining], note);
  };
  bar.start(Math.max(total, 1), measured.done, { label, text: text("") });
  beforeLines(() => process.stderr.write("\r\x1b[K"));
  return {
    update(done, note = "") {
      measured.done = done;
      bar.update(done, { label, text: text(note) });
    },
    stop(note = "") {
      bar.stop();
      beforeLines();
      write(note, true);
    },
  };
}

/**
 * Starts to show progress: a bar with rate and remaining time on a terminal; elsewhere (a file, a log) a line at most
 * every five seconds or each tenth of the work, with `--log json` a JSON object.
 */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, stop() {} };
  const stream = options.stream ?? Deno.stderr;
  const encoder = new TextEncoder();
  const measured = new Measured(options, options.now ?? (() => performance.now()));
  const write: WriteLine = (note, finished) => {
    const line = logsJson()
      ? jsonLine("info", "progress", measured.fields(note, finished))
      : finished
      ? measured.closing(note)
      : measured.line(note);
    stream.writeSync(encoder.encode(line + "\n"));
  };
  const bar = options.stream === undefined && stream.isTerminal() && !logsJson();
  return bar ? barProgress(measured, write) : plainProgress(measured, write);
}
