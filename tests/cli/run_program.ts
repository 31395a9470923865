import { commandFlags } from "../../src/cli/permissions.ts";

/** What a program left behind. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

const folder = new URL("../../", import.meta.url);

/** Runs a script of this checkout in its own process, without a terminal. */
export async function runScript(
  script: string,
  args: string[],
  { env = {}, flags = commandFlags(Deno.execPath()) }: { env?: Record<string, string>; flags?: string[] } =
    {},
): Promise<Outcome> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--no-prompt", ...flags, script, ...args],
    cwd: folder,
    env: { NO_COLOR: "1", HETCOMP_EMBEDDED_DRIVER: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code: output.code, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}

/** Runs `hetcomp` with the permissions that its tasks have. */
export function runProgram(
  args: string[],
  options: { env?: Record<string, string>; flags?: string[] } = {},
): Promise<Outcome> {
  return runScript("src/cli/main.ts", args, options);
}

/** Variables that hide every Vulkan driver of this machine. */
export const withoutAdapter: Record<string, string> = {
  DENO_WEBGPU_BACKEND: "vulkan",
  VK_DRIVER_FILES: "/nonexistent",
  VK_ICD_FILENAMES: "/nonexistent",
};
