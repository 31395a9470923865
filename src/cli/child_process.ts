/**
 * Starting this Deno again. Interfaces:
 *
 *     runDeno(args, env): Promise<number>     same terminal, signals passed on, gives the exit code
 *
 * @module
 */

/** Signals that reach the child through its parent. */
const passedOn: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Calls `action` while the signals that end a program go to `child` and leave this process alone. */
export async function passingSignals<T>(child: Deno.ChildProcess, action: () => Promise<T>): Promise<T> {
  const handlers = passedOn.map((signal) => {
    const handler = () => {
      try {
        child.kill(signal);
      } catch {
        // It ended in the meantime.
      }
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  try {
    return await action();
  } finally {
    for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
  }
}

/** Runs this Deno with other arguments and more variables in this terminal; gives its exit code. */
export async function runDeno(args: string[], env: Record<string, string>): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    env,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return (await passingSignals(child, () => child.status)).code;
}
