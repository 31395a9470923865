/**
 * The settings of a comparison: what its folder was begun with, and whether a command may go on in it.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import configuration from "../../deno.json" with { type: "json" };
import { exists, pathKind, readText, writeAtomically } from "../data/files.ts";
import { ArgumentError, RunError } from "../errors.ts";
import type { AdapterChoice } from "../gpu/adapter.ts";
import { listsDigest, type Trajectory } from "../teachers/trajectory.ts";
import { claimFile, takeClaim, untilFree } from "./claim.ts";
import type { TeacherChoice } from "./ensure_teachers.ts";
import { difference, readKept } from "./kept_file.ts";
import type { DataChoice } from "./load_split.ts";
import { isVacant } from "./run_folder.ts";

/** The content of a comparison's config.json. */
export interface CompareConfig {
  /** Version of the program. */
  readonly version: string;
  /** Commit of the program; empty if unknown. */
  readonly commit: string;
  /** The command lines that worked in the folder. */
  readonly commands: readonly string[];
  /** When it was begun, ISO 8601. */
  readonly started: string;
  /** Which adapter may be used. */
  readonly adapter: AdapterChoice;
  /** The data. */
  readonly data: DataChoice;
  /** How users take part. */
  readonly setup: "benchmark" | "generalization";
  /** Fingerprint of the split on which students are trained. */
  readonly fingerprint: string;
  /** The teachers. */
  readonly teachers: TeacherChoice;
  /** Kind of the students. */
  readonly student: string;
  /** Dimension of the students. */
  readonly dim: number;
  /** Most epochs of a training. */
  readonly epochs: number;
  /** Epochs between evaluations, and between changes of what is taught. */
  readonly every: number;
  /** Evaluations without gain before a training ends. */
  readonly patience: number;
  /** Trials of tuning for each method; 0: the default settings. */
  readonly trials: number;
  /** Most epochs of a trial. */
  readonly trialEpochs: number;
  /** Folder of the comparison whose trials chose the settings, if it was another one. */
  readonly tunedIn?: string;
  /** Name of the method against which the others are tested; absent: HetComp. */
  readonly against?: string;
  /** Names of the methods asked for so far. */
  readonly methods: readonly string[];
  /** Seeds of the students asked for so far. */
  readonly seeds: readonly number[];
}

const fileName = "config.json";
const fixed = [
  "data",
  "setup",
  "fingerprint",
  "teachers",
  "student",
  "dim",
  "epochs",
  "every",
  "patience",
  "trials",
  "trialEpochs",
  "tunedIn",
] as const;

/**
 * Begins a comparison's folder, or goes on in it: methods and seeds may be added, all else has to be as it was.
 *
 * @throws {RunError} if the folder holds something else, or a setting differs.
 * @throws {ArgumentError} if the method that others are to be tested against is none of the folder's.
 */
export async function joinFolder(
  folder: string,
  asked: CompareConfig,
  signal: AbortSignal,
): Promise<CompareConfig> {
  // Beside the folder: whether that is there says whether it may be begun.
  using _claim = await untilFree(() => takeClaim(claimFile(folder)), signal);
  const path = `${folder}/${fileName}`;
  let config = asked;
  if (await exists(path)) {
    const found = await readConfig(path);
    for (const name of fixed) {
      const other = difference(found[name], asked[name], name);
      if (other !== null) {
        throw new RunError(`the comparison in ${folder} was begun with ${other}; name another with --out`);
      }
    }
    const union = <T>(one: readonly T[], two: readonly T[]) => [...new Set([...one, ...two])];
    config = {
      ...found,
      version: asked.version,
      commit: asked.commit || found.commit,
      ...(asked.against === undefined ? {} : { against: asked.against }),
      commands: union(found.commands, asked.commands),
      methods: union(found.methods, asked.methods),
      seeds: union(found.seeds, asked.seeds),
    };
  } else if (!await isVacant(folder)) {
    throw new RunError(
      `${folder} exists already and is no comparison: it has no ${fileName}; name another with --out`,
    );
  }
  const { against, methods } = config;
  if (asked.against !== undefined && against !== undefined && !methods.includes(against)) {
    throw new ArgumentError(
      "--against",
      `${against} is not compared in ${folder}`,
      `one of ${methods.join(",")}`,
    );
  }
  await writeAtomically(path, JSON.stringify(config, null, 2) + "\n");
  return config;
}

/**
 * Keeps what the teachers of a comparison or a search say, and from then on wants the same of them: students of other ones
 * cannot stand in one table.
 *
 * @throws {RunError} naming a teacher whose lists are others than at the beginning.
 */
export async function requireSameTeachers(
  folder: string,
  trajectories: readonly Trajectory[],
): Promise<void> {
  const path = `${folder}/teachers.json`;
  const found: Record<string, string> = {};
  for (const trajectory of trajectories) found[trajectory.kind] = await listsDigest(trajectory);
  const remedy = "delete it if the teachers are still those of the students in the folder";
  const kept = await readKept<Record<string, string>>(path, remedy);
  if (kept === null) return await writeAtomically(path, JSON.stringify(found, null, 2) + "\n");
  const other = Object.keys(found).find((kind) => found[kind] !== kept[kind]);
  if (other === undefined) return;
  throw new RunError(
    `the students in ${folder} were taught by another ${other} than the one there is now: bring that one back, or ` +
      "name another folder with --out",
  );
}

/** The configuration as it is now: other processes may have added to it. */
export async function currentConfig(folder: string): Promise<CompareConfig> {
  return await readConfig(`${folder}/${fileName}`);
}

async function readConfig(path: string): Promise<CompareConfig> {
  let found: unknown;
  try {
    found = JSON.parse(await readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RunError(`${path} is not JSON: it was not written by compare`);
    }
    throw error;
  }
  const { methods, seeds, commands, trialEpochs } = found as Partial<CompareConfig>;
  const lists = [methods, seeds, commands].every(Array.isArray);
  if (!lists || typeof trialEpochs !== "number") {
    throw new RunError(`${path} is not the configuration of a comparison; name another folder with --out`);
  }
  // Folders of before this could be chosen do not say it.
  return { every: 10, ...found as object } as CompareConfig;
}

/** The version of this program. */
export const programVersion: string = configuration.version;

/** The commit that is checked out where this program lies; empty where that cannot be told. */
export async function commitOf(root: URL = new URL("../../", import.meta.url)): Promise<string> {
  if (root.protocol !== "file:") return "";
  const read = async (path: string) => (await readText(path)).trim();
  try {
    const top = fileURLToPath(new URL(".git", root));
    // In a further worktree, .git is a file that says where its own folder is.
    const linked = await pathKind(top) === "file" ? /^gitdir: (.+)$/.exec(await read(top))?.[1] : undefined;
    const own = linked === undefined ? top : resolve(dirname(top), linked);
    const shared = linked === undefined ? own : resolve(own, await read(`${own}/commondir`));
    const head = await read(`${own}/HEAD`);
    const name = /^ref: (.+)$/.exec(head)?.[1];
    if (name === undefined) return head;
    return await read(`${shared}/${name}`).catch(async () =>
      (await read(`${shared}/packed-refs`)).split("\n").find((line) => line.endsWith(` ${name}`))
        ?.split(" ")[0] ?? ""
    );
  } catch {
    return "";
  }
}
