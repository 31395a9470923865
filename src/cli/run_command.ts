/**
 * From an error to a message and an exit code.
 *
 * @module
 */
import { CommanderError } from "commander";
import { HetcompError } from "../errors.ts";
import { log, logsJson } from "./log.ts";
import { Interrupted } from "../teachers/training.ts";

/** What to print for an error, and the exit code. */
export interface ErrorReport {
  /** Text for standard error; empty if it was printed already. */
  readonly text: string;
  /** Exit code of the program. */
  readonly code: number;
  /** What a structured log calls it. */
  readonly event: "error" | "stopped" | "defect";
}

/**
 * Tells a user's mistake (message, exit code 1) from a defect (stack, exit code 2) and from a stop by Ctrl-C (130).
 */
export function reportError(error: unknown, version: string): ErrorReport {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return { text: "", code: error.exitCode, event: "error" };
  if (error instanceof Interrupted) return { text: error.message, code: 130, event: "stopped" };
  if (error instanceof HetcompError) return { text: `error: ${error.message}`, code: 1, event: "error" };
  if (error instanceof DOMException && error.name === "AbortError") {
    return { text: "stopped", code: 130, event: "stopped" };
  }
  if (error instanceof Deno.errors.NotCapable) {
    return {
      text: `error: ${error.message}, or use the task of deno.json that grants it`,
      code: 1,
      event: "error",
    };
  }
  // Nobody reads on, as behind `| head`.
  if (error instanceof Deno.errors.BrokenPipe) return { text: "", code: 1, event: "error" };
  if (error instanceof Error && /\(os error (5|28)\)/.test(error.message)) {
    return { text: `error: the output cannot be written (${error.message})`, code: 1, event: "error" };
  }
  const stack = error instanceof Error ? error.stack ?? String(error) : String(error);
  return {
    text: `${stack}\nthis is a defect in hetcomp ${version}; please report it with the lines above`,
    code: 2,
    event: "defect",
  };
}

/** Prints an error on standard error, as the log's form asks; gives the exit code. */
export function printError(error: unknown, version: string): number {
  const { text, code, event } = reportError(error, version);
  if (text !== "") {
    const name = error instanceof Error ? { name: error.name } : {};
    log(event === "stopped" ? "warning" : "error", event, logsJson() ? text.replace(/^error: /, "") : text, {
      ...name,
      code,
    });
  }
  return code;
}
