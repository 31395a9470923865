import { exists, pathKind, readText, writeAtomically } from "../data/files.ts";
import { RunError } from "../errors.ts";
import { metricNames } from "../evaluate/metrics.ts";
import type { PerUserMetrics } from "../evaluate/per_user.ts";
import type { EpochRecord } from "../teachers/training.ts";
import { invocation } from "./invocation.ts";

/** Name of the folder inside a run folder that holds checkpoints until the run is complete. */
export const checkpointFolder = "checkpoints";

/** Everything that decides the result of a run: running it again on the same adapter gives the same bits. */
export interface RunConfig {
  /** Version of the program. */
  readonly version: string;
}

/** Name of the file with the configuration of a run. */
export const configName = "config.json";

/** Name of the file that is written last. */
const summaryName = "summary.json";

/** Whether a run folder has come to its end. */
export function isComplete(folder: string): Promise<boolean> {
  return exists(`${folder}/${summaryName}`);
}

/** Whether nothing is under a path, or a folder without anything in it, as `mktemp -d` makes one. */
export async function isVacant(path: string): Promise<boolean> {
  const kind = await pathKind(path);
  if (kind !== "folder") return kind === "nothing";
  const { readdir } = await import("node:fs/promises");
  return (await readdir(path)).length === 0;
}

/**
 * Refuses a folder of results that something stands in the way of.
 *
 * @param folder Which `--out` names.
 * @param otherwise What could be done instead of naming another.
 * @throws {RunError} if there is something already, but for an empty folder.
 */
export async function requireNoFolder(folder: string, otherwise = ""): Promise<void> {
  if (await isVacant(folder)) return;
  throw new RunError(`the folder ${folder} exists already; name another with --out${otherwise}`);
}

/**
 * Refuses a run folder that something stands in the way of.
 *
 * @throws {RunError} if there is something already.
 */
export async function requireNewFolder(folder: string): Promise<void> {
  const isStopped = await exists(`${folder}/${configName}`) && !await isComplete(folder);
  await requireNoFolder(folder, isStopped ? `, or continue it with --resume ${folder}` : "");
}

/**
 * Starts a run folder by writing its config.json.
 *
 * @throws {RunError} if the folder exists.
 * @throws {DataError} if it cannot be written.
 */
export async function startRunFolder(folder: string, config: RunConfig): Promise<void> {
  await requireNewFolder(folder);
  await writeAtomically(`${folder}/${configName}`, JSON.stringify(config, null, 2) + "\n");
}

/**
 * Reads the config.json of a run that was stopped.
 *
 * @throws {RunError} if there is no such run, it is complete, or its configuration is not JSON.
 */
export async function readRunConfig(folder: string): Promise<unknown> {
  const path = `${folder}/${configName}`;
  if (!await exists(path)) {
    throw new RunError(
      `${folder} is no run folder: it has no ${configName}; expected one made by: ${invocation("distill")}`,
    );
  }
  if (await isComplete(folder)) {
    throw new RunError(`the run in ${folder} is complete: see ${folder}/report.html`);
  }
  try {
    return JSON.parse(await readText(path));
  } catch {
    throw new RunError(`${path} is not JSON; the run cannot be resumed`);
  }
}

/**
 * Removes a run folder in which nothing was trained yet, so that the same command can be given again.
 *
 * @returns Whether it is gone; otherwise it holds checkpoints, from which the run can be continued.
 */
export async function discardUnstarted(folder: string): Promise<boolean> {
  for (const name of [checkpointFolder, summaryName]) if (await exists(`${folder}/${name}`)) return false;
  const { rm, rmdir } = await import("node:fs/promises");
  await rm(`${folder}/${configName}`, { force: true });
  await rmdir(folder).catch(() => {});
  return true;
}

/** Removes a folder that a command made for itself, with all that is in it. */
export async function removeFolder(folder: string): Promise<void> {
  const { rm } = await import("node:fs/promises");
  await rm(folder, { recursive: true, force: true });
}

/** One JSON object a line for every epoch of every model of the run. */
export function metricsLines(histories: Readonly<Record<string, readonly EpochRecord[]>>): string {
  return Object.entries(histories)
    .flatMap(([model, history]) => history.map((record) => JSON.stringify({ model, ...record }) + "\n")).join(
      "",
    );
}

/** A table of test metrics: one line for each evaluated user and model. */
export function perUserTable(
  models: Readonly<Record<string, PerUserMetrics>>,
  userIds: readonly string[],
): string {
  const lines: string[] = [];
  for (const [model, perUser] of Object.entries(models)) {
    if (lines.length === 0) {
      const columns = perUser.k.flatMap((k) => metricNames.map((metric) => `${metric}@${k}`));
      lines.push(["model", "user", ...columns].join("\t"));
    }
    perUser.users.forEach((user, n) => {
      const values = perUser.k.flatMap((_, c) => metricNames.map((metric) => String(perUser[metric][c]![n])));
      lines.push([model, JSON.stringify(userIds[user]!).slice(1, -1), ...values].join("\t"));
    });
  }
  return lines.join("\n") + "\n";
}
