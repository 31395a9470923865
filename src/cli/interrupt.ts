/**
 * Ctrl-C in a long command. Interface:
 *
 *     using interrupt = untilInterrupted();
 *     await distill(gpu, split, trajectories, options, { signal: interrupt.signal });
 *
 * @module
 */
import { log } from "./log.ts";

/** A signal that Ctrl-C aborts, until it is disposed of. */
export interface Interrupt extends Disposable {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A terminal and a parent process may both deliver the same Ctrl-C, this long apart at most. */
export const sameKeyMilliseconds = 300;

/**
 * Turns the first Ctrl-C into an abort, so that the work can stop at a good place. The second ends the program as if
 * nothing listened (130 in a shell): Deno.exit() would let software drivers crash, whose threads are still at work.
 *
 * A SIGTERM, which comes from no keyboard, is only ever a first one.
 *
 * @param message Said on standard error at the first Ctrl-C; null for nothing.
 */
export function untilInterrupted(
  message: string | null =
    "stopping after the current epoch, a checkpoint is kept; press Ctrl-C again to stop at once",
): Interrupt {
  const controller = new AbortController();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  const listened = new Set(signals);
  const endListening = (ended: readonly Deno.Signal[]) => {
    for (const signal of ended) if (listened.delete(signal)) Deno.removeSignalListener(signal, handler);
  };
  const handler = () => {
    if (controller.signal.aborted) return;
    if (message !== null) log("warning", "interrupt", `\n${message}`);
    const fromKeys = signals.filter((signal) => signal !== "SIGTERM");
    Deno.unrefTimer(setTimeout(() => endListening(fromKeys), sameKeyMilliseconds));
    controller.abort(new DOMException("stopped by Ctrl-C", "AbortError"));
  };
  for (const signal of signals) Deno.addSignalListener(signal, handler);
  return { signal: controller.signal, [Symbol.dispose]: () => endListening(signals) };
}
