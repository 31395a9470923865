/**
 * Behind `deno task test`: makes sure of an adapter, runs `deno test`, and ends with a line "N passed, N failed".
 * Arguments go to `deno test`; without any, all tests and the examples in the documentation run.
 *
 * @module
 */
import { HetcompError } from "../errors.ts";
import { passingSignals } from "./child_process.ts";
import { driverLaunch, prepareEnvironment } from "./embedded_driver.ts";

/**
 * What tests may do: read the checkout and shared data, write temporary folders, serve a page to a browser on this
 * machine, start this Deno and a browser.
 */
const permissions = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
  "--allow-net=127.0.0.1,localhost",
];
const everything = ["--doc", "tests", "mod.ts", "src"];

/** Numbers of the summary line of `deno test`. */
export interface TestSummary {
  /** Tests that passed. */
  readonly passed: number;
  /** Tests that failed. */
  readonly failed: number;
  /** Tests that were ignored. */
  readonly skipped: number;
}

// deno-lint-ignore no-control-regex
const colours = /\x1b\[[0-9;]*m/g;

/** Reads a line such as "ok | 11 passed (2 steps) | 0 failed | 1 ignored (162ms)"; null for any other line. */
export function parseSummary(line: string): TestSummary | null {
  const match = /^(ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(.*)$/.exec(
    line.replace(colours, "").trim(),
  );
  if (!match) return null;
  const skipped = /\| (\d+) ignored/.exec(match[4]!)?.[1] ?? "0";
  return { passed: Number(match[2]), failed: Number(match[3]), skipped: Number(skipped) };
}

/** The line at the end, for people and for machines. */
export function closingLine({ passed, failed, skipped }: TestSummary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Exit code of the runner, and what to say about it.
 *
 * @param complete Whether deno test has written its report file, which it does after the last test.
 */
export function judge(
  summary: TestSummary | null,
  status: { code: number; signal: string | null },
  complete: boolean,
): { code: number; remark: string } {
  const { code, signal } = status;
  const end = signal ?? `code ${code}`;
  if (!summary) {
    return {
      code: code || 1,
      remark: `deno test ended with ${end} and without a summary: the tests did not run to their end`,
    };
  }
  if (summary.failed > 0) return { code: code || 1, remark: "" };
  if (code === 0) return { code, remark: "" };
  // What comes after the last test is a driver's crash in exit(), which hides no failure.
  const crashed = signal === "SIGSEGV" || signal === "SIGABRT" || signal === "SIGBUS";
  if (complete && crashed) {
    return {
      code: 0,
      remark:
        `WARNING: all tests ran and passed; afterwards deno was ended by ${signal}: software drivers sometimes ` +
        "crash when their process exits",
    };
  }
  return { code, remark: `all tests passed, but deno test ended with ${end}` };
}

/** The summary, if it is the last thing that was printed: what a test prints itself does not count. */
async function readSummary(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<TestSummary | null> {
  let summary: TestSummary | null = null;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stdout) {
    for (let written = 0; written < chunk.length;) written += Deno.stdout.writeSync(chunk.subarray(written));
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) summary = parseSummary(line) ?? (line.trim() === "" ? summary : null);
  }
  return parseSummary(rest) ?? (rest.trim() === "" ? summary : null);
}

async function isComplete(report: string): Promise<boolean> {
  try {
    return (await Deno.readTextFile(report)).trimEnd().endsWith("</testsuites>");
  } catch {
    return false;
  }
}

/** Runs the tests; gives the exit code. */
export async function runTests(args: string[]): Promise<number> {
  const given = prepareEnvironment();
  const launch = await driverLaunch();
  if (launch) {
    console.error("tests run on the embedded software driver (SwiftShader): expect them to be slow");
  }
  const colour = Deno.stdout.isTerminal() && !Deno.env.get("NO_COLOR") ? { FORCE_COLOR: "1" } : {};
  const folder = await Deno.makeTempDir({ prefix: "hetcomp-tests-" });
  const report = `${folder}/report.xml`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      // Exports load packages that deno.lock should not hold: every first command fetches all that it names.
      "--no-lock",
      "--sanitize-resources",
      `--junit-path=${report}`,
      ...permissions,
      ...launch?.flags ?? [],
      ...(args.length > 0 ? args : everything),
    ],
    env: { ...given, ...launch?.env, ...colour },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [printed, status] = await passingSignals(
    child,
    () => Promise.all([readSummary(child.stdout), child.status]),
  );
  const complete = await isComplete(report);
  // A test may print what looks like a summary, and then crash.
  const summary = status.signal && !complete ? null : printed;
  const { code, remark } = judge(summary, status, complete);
  await Deno.remove(folder, { recursive: true });
  if (remark !== "") console.error(remark);
  console.log(`\n${closingLine(summary ?? { passed: 0, failed: 1, skipped: 0 })}`);
  return code;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await runTests(Deno.args);
  } catch (error) {
    if (!(error instanceof HetcompError)) throw error;
    console.error(`error: ${error.message}`);
    console.log("\n0 passed, 1 failed");
    Deno.exitCode = 1;
  }
}
