import { commandFlags } from "../../src/cli/permissions.ts";
import type { Outcome } from "./run_program.ts";

/** Runs `hetcomp` until its standard error matches `reached`, then sends it a signal and waits for its end. */
export async function stopProgram(
  args: string[],
  reached: RegExp,
  signal: Deno.Signal,
): Promise<Outcome & { signal: Deno.Signal | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...commandFlags(Deno.execPath()), "src/cli/main.ts", ...args],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", HETCOMP_EMBEDDED_DRIVER: "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  let sent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    if (sent || !reached.test(stderr)) continue;
    child.kill(signal);
    sent = true;
  }
  const status = await child.status;
  if (!sent) throw new Error(`the program ended before it came to ${reached}: ${stderr}`);
  return { code: status.code, signal: status.signal, stdout: await stdout, stderr };
}
