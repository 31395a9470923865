import assert from "node:assert/strict";
import { generateSample } from "../../src/data/sample.ts";
import { printUsersDat } from "../data/list_texts.ts";
import { runProgram } from "./run_program.ts";
import type { Outcome } from "./run_program.ts";

/** A temporary folder that goes away with its scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "hetcomp-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Interactions of a planted world in users.dat form: 100 users, 150 items. */
export function smallData(seed = 1): string {
  const dataset = generateSample({ users: 100, items: 150, interactions: 2000, communities: 3, seed });
  return printUsersDat(dataset.interactions);
}

/** Options of a short run: an MF teacher, few epochs. */
export const shortRun = ["--teachers", "MF", "--teacher-epochs", "40", "--baseline-epochs", "10"];

/** The path of every file below a folder, relative to it, in order; also of empty folders. */
export function filesUnder(folder: string): string[] {
  const walk = (path: string): string[] => {
    const entries = [...Deno.readDirSync(`${folder}/${path}`)];
    if (entries.length === 0) return [path];
    return entries.flatMap(({ name, isDirectory }) =>
      isDirectory ? walk(`${path}${name}/`) : [`${path}${name}`]
    );
  };
  return walk("").filter((path) => path !== "").sort();
}

/** Runs a command that has to succeed. */
export async function succeed(...args: string[]): Promise<Outcome> {
  const outcome = await runProgram(args);
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}

/** Runs a command that has to end with one line `error: ...` that matches, exit code 1 and nothing else. */
export async function fail(
  message: RegExp,
  args: string[],
  options: { env?: Record<string, string> } = {},
): Promise<void> {
  const { code, stdout, stderr } = await runProgram(["--quiet", ...args], options);
  const lines = stderr.trimEnd().split("\n").filter((line) =>
    line !== "(add --help for the options and examples)"
  );
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0]!, message);
  assert.match(lines[0]!, /^error: /);
  assert.equal(stdout, "");
  assert.equal(code, 1);
}
