import { type Command, InvalidArgumentError } from "commander";
import configuration from "../../deno.json" with { type: "json" };
import type { ServiceLog } from "../serve/app.ts";
import { examples } from "./examples.ts";
import { log, type LogLevel, logsJson } from "./log.ts";
import { pathName, positiveNumber } from "./options.ts";

interface ServeFlags {
  student: string;
  host: string;
  port: number;
  reloadSeconds: number;
  accessLog?: boolean;
  quiet?: boolean;
}

/** Reads a port of a command line. */
function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65535) return value;
  throw new InvalidArgumentError("expected an integer from 0 (any free port) to 65535");
}

/** Adds the command `serve`. */
export function registerServe(program: Command): void {
  program.command("serve").description(
    "Serves recommendations and similar items of a student file over HTTP (docs/serving.md).",
  )
    .requiredOption(
      "--student <file>",
      "the student, a .safetensors file; loaded anew when it changes",
      pathName,
    )
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--port <number>", "the port to listen on; 0: any that is free", portNumber, 8000)
    .option("--reload-seconds <number>", "time between two looks at the student file", positiveNumber, 2)
    .option("--access-log", "log every request")
    .addHelpText(
      "after",
      examples(
        "serve --student runs/mine/student.safetensors",
        "serve --student runs/mine/student.safetensors --port 8080 --access-log",
      ),
    )
    .action(async (_options, self: Command) => await runServe(self.optsWithGlobals()));
}

async function runServe({ accessLog = false, quiet = false, ...flags }: ServeFlags): Promise<void> {
  const { startService } = await import("../serve/service.ts");
  const stamped = (line: string) => `${new Date().toISOString()} ${line}`;
  const say = (level: LogLevel): ServiceLog => (line, event, fields) => {
    try {
      if (logsJson()) log(level, event, line, fields);
      else if (level === "error") console.error(stamped(line));
      else console.log(stamped(line));
    } catch { /* the service goes on where its log cannot, on a full disk for one */ }
  };
  const info = say("info");
  const service = await startService({
    ...flags,
    accessLog,
    version: configuration.version,
    log: (line, event, fields) => {
      if (!quiet || event === "request") info(line, event, fields);
    },
    logError: say("error"),
  });
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const reload = () => void service.reload();
  const windows = Deno.build.os === "windows";
  const ends: Deno.Signal[] = windows ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  for (const signal of ends) Deno.addSignalListener(signal, ask);
  if (!windows) Deno.addSignalListener("SIGHUP", reload);
  await asked;
  // From here on a second Ctrl-C ends the program as if nothing listened.
  for (const signal of ends) Deno.removeSignalListener(signal, ask);
  await service.stop();
  // A connection that a client holds open must not keep the program alive.
  Deno.exit(0);
}
