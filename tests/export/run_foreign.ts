import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

/** Runs a program that loads a foreign reader as native code, with the permissions that takes; gives what it prints. */
export async function runForeign(script: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-lock",
      "--allow-read",
      "--allow-env",
      "--allow-ffi",
      "--allow-sys",
      script,
      ...args,
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Runs a program of the system; null where there is none of that name. */
export async function runSystem(command: string, args: string[]): Promise<string | null> {
  try {
    const output = new Deno.Command(command, { args, stdin: "null", stdout: "piped", stderr: "piped" });
    const { code, stdout, stderr } = await output.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
