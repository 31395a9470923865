/**
 * Further processes that work on the same comparison: one process is one thread, which cannot keep a fast GPU busy.
 *
 * @module
 */
import { embeddedFolder } from "./embedded_driver.ts";
import { log } from "./log.ts";
import { inheritedFlags } from "./permissions.ts";

/** The option by which such a process knows what it is. */
export const helperOption = "--helper";

/**
 * Flags with which this program loads again from what is cached: with deno.lock, every package that it names has to be
 * there, without it what Deno knows of their versions. Which of them holds depends on how this process was started.
 */
async function loadingFlags(): Promise<string[]> {
  for (const flags of [["--cached-only"], ["--cached-only", "--no-lock"]]) {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, Deno.mainModule, "--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    if (success) return flags;
  }
  return [];
}

/** Further processes at work. */
export interface Helpers {
  /** Resolves when all have ended. */
  readonly ended: Promise<void>;
  /** Asks them to stop, with a checkpoint. */
  stop(): void;
}

/** Their second SIGINT would end them at once, and a terminal has sent them the first. */
const stopSignal = Deno.build.os === "windows" ? "SIGINT" : "SIGTERM";

/**
 * Starts processes of this same command. They say nothing but errors, and end by themselves when nothing is left to do
 * or when the signal asks to stop.
 *
 * @throws {DOMException} the signal's reason, if it asked to stop before they were started.
 */
export async function startHelpers(count: number, signal: AbortSignal): Promise<Helpers> {
  if (count === 0) return { ended: Promise.resolve(), stop() {} };
  const flags = [...await loadingFlags(), ...await inheritedFlags()];
  signal.throwIfAborted();
  const helpers = Array.from({ length: count }, () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, Deno.mainModule, ...Deno.args, helperOption],
      // The embedded driver is loaded by flags, which a helper finds out for itself.
      env: embeddedFolder() ? { HETCOMP_EMBEDDED_DRIVER: "" } : {},
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn());
  let isStopping = false;
  const stop = () => {
    // Those that have heard it may be past listening, where a second signal is the end.
    if (isStopping) return;
    isStopping = true;
    for (const helper of helpers) {
      try {
        helper.kill(stopSignal);
      } catch {
        // It ended in the meantime.
      }
    }
  };
  signal.addEventListener("abort", stop, { once: true });
  const ended = Promise.all(helpers.map(({ status }) => status)).then((ends) => {
    signal.removeEventListener("abort", stop);
    const failed = ends.filter(({ code }) => code !== 0 && code !== 130).length;
    if (failed > 0) log("warning", "helpers", `${failed} of ${count} further processes failed`, { failed });
  });
  return { ended, stop };
}
