import { exists, readText, writeAtomically } from "../data/files.ts";
import { RunError } from "../errors.ts";
import { metricNames } from "../evaluate/metrics.ts";
import type { PerUserMetrics } from "../evaluate/per_user.ts";
import type { EpochRecord } from "../teachers/training.ts";

/** Name of the folder inside a run folder that holds checkpoints until the run is complete. */
export const checkpointFolder = "checkpoints";

/** Everything that decides the result of a run: running it again on the same adapter gives the same bits. */
export interface RunConfig {
  /** Version of the program. */
  readonly version: string;
}

/**
 * Starts a run folder by writing its config.json, or opens one to resume it.
 *
 * @throws {RunError} if the folder exists and is not to be resumed, or was complete already, or is no run folder.
 */
export async function openRunFolder<Config extends RunConfig>(
  folder: string,
  config: Config | null,
): Promise<Config> {
  const path = `${folder}/config.json`;
  if (config) {
    if (await exists(folder)) {
      throw new RunError(
        `the run folder ${folder} exists already; name another with --out, or continue it with --resume ${folder}`,
      );
    }
    await writeAtomically(path, JSON.stringify(config, null, 2) + "\n");
    return config;
  }
  if (!await exists(path)) {
    throw new RunError(
      `${folder} is no run folder: it has no config.json; expected one made by: deno task distill`,
    );
  }
  if (await exists(`${folder}/summary.json`)) {
    throw new RunError(`the run in ${folder} is complete: see ${folder}/report.html`);
  }
  try {
    return JSON.parse(await readText(path)) as Config;
  } catch {
    throw new RunError(`${path} is not JSON; the run cannot be resumed`);
  }
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
