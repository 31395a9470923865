/**
 * Ctrl-C in a long command. Interface:
 *
 *     using interrupt = untilInterrupted();
 *     await distill(gpu, split, trajectories, options, { signal: interrupt.signal });
 *
 * @module
 */
import { log } from "./log.ts";

/** A signal that Ctrl-C aborts. */
export interface Interrupt extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  dispose(): void;
}

/** A terminal and a parent process may both deliver the same Ctrl-C. */
const sameKeyMilliseconds = 300;

/**
 * Turns the first Ctrl-C into an abort, so that the work can stop at a good place. The second ends the program as if
 * nothing listened (130 in a shell): Deno.exit() would let software drivers crash, whose threads are still at work.
 *
 * @param message Said on standard error at the first Ctrl-C.
 */
export function untilInterrupted(
  message = "stopping after the current epoch, a checkpoint is kept; press Ctrl-C again to stop at once",
): Interrupt {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  let active = true;
  const dispose = () => {
    if (!active) return;
    active = false;
    for (const signal of signals) Deno.removeSignalListener(signal, handler);
  };
  const handler = () => {
    if (controller.signal.aborted) return;
    log("warning", "interrupt", `\n${message}`);
    Deno.unrefTimer(setTimeout(dispose, sameKeyMilliseconds));
    controller.abort(new DOMException("stopped by Ctrl-C", "AbortError"));
  };
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return { signal: controller.signal, dispose, [Symbol.dispose]: dispose };
}
