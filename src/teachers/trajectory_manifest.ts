/**
 * The manifest of a saved trajectory. This module is browser compatible.
 *
 * @module
 */
import { TrajectoryError } from "../errors.ts";
import type { CurvePoint, Trajectory } from "./trajectory.ts";

/** What `format` must say in a manifest. */
export const trajectoryFormat = "hetcomp-trajectory";

/** The version of the format that is written and read here. */
export const trajectoryVersion = 1;

/** The content of `manifest.json`; Teachers/README.md explains every member. */
export interface TrajectoryManifest extends Omit<Trajectory, "states" | "observed" | "curve"> {
  /** Always {@linkcode trajectoryFormat}. */
  format: string;
  /** The version of the format. */
  version: number;
  /** Number of training interactions. */
  interactions: number;
  /** Epoch and metrics of every state. */
  states: { epoch: number; metrics: Record<string, number> }[];
  /** Every evaluation during training. */
  curve: CurvePoint[];
  /** The file of the lists. */
  tensors: { file: string; bytes: number; sha256: string };
}

/**
 * Reads a manifest and checks the kind of every member (not their values: `validateTrajectory` does that).
 *
 * @param text The JSON text.
 * @param folder Where it lies, for the message.
 * @throws {TrajectoryError} if it is no manifest, of another version, or a member is missing or of a wrong kind.
 */
export function parseManifest(text: string, folder: string): TrajectoryManifest {
  const fail = (reason: string): never => {
    throw new TrajectoryError(folder, `manifest.json ${reason}`);
  };
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    fail(`is not JSON (${(error as Error).message})`);
  }
  if (!isObject(manifest) || manifest["format"] !== trajectoryFormat) {
    return fail(`is not the manifest of a trajectory; expected the format "${trajectoryFormat}"`);
  }
  const { version } = manifest;
  if (version !== trajectoryVersion) {
    fail(
      `has the format version ${JSON.stringify(version)}; this program reads version ${trajectoryVersion}`,
    );
  }
  const check = (where: string, value: unknown, right: string, good: (value: unknown) => boolean) => {
    if (!good(value)) fail(`has ${shown(value)} as '${where}'; expected ${right}`);
  };
  for (const name of ["kind", "fingerprint", "adapter"]) check(name, manifest[name], "text", isText);
  for (const name of ["users", "items", "length", "interactions"]) {
    check(
      name,
      manifest[name],
      "an integer from 0 up",
      (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    );
  }
  for (const name of ["seed", "seconds"]) check(name, manifest[name], "a number", isNumber);
  check("hyperparameters", manifest["hyperparameters"], "an object", isObject);
  const { states, curve, tensors } = manifest;
  check("states", states, "a list", Array.isArray);
  (states as unknown[]).forEach((state, s) => {
    check(`states[${s}]`, state, "an object with 'epoch' and 'metrics'", isPoint);
  });
  check("curve", curve, "a list", Array.isArray);
  (curve as unknown[]).forEach((point, n) => {
    const good = (value: unknown) => isPoint(value) && isNumber((value as Record<string, unknown>)["loss"]);
    check(`curve[${n}]`, point, "an object with 'epoch', 'loss' and 'metrics'", good);
  });
  check("tensors", tensors, "an object", isObject);
  const { file, bytes, sha256 } = tensors as Record<string, unknown>;
  check("tensors.file", file, '"trajectory.safetensors"', (value) => value === "trajectory.safetensors");
  check("tensors.bytes", bytes, "a number", isNumber);
  check("tensors.sha256", sha256, "64 lower-case hexadecimal digits", (value) => {
    return isText(value) && /^[0-9a-f]{64}$/.test(value as string);
  });
  return known(manifest as unknown as TrajectoryManifest);
}

// Members that a later writer adds do not leak into the trajectory.
function known(manifest: TrajectoryManifest): TrajectoryManifest {
  const { format, version, kind, users, items, length, interactions, fingerprint, seed } = manifest;
  const { hyperparameters, adapter, seconds, tensors } = manifest;
  const states = manifest.states.map(({ epoch, metrics }) => ({ epoch, metrics }));
  const curve = manifest.curve.map(({ epoch, loss, metrics }) => ({ epoch, loss, metrics }));
  return {
    ...{
      format,
      version,
      kind,
      users,
      items,
      length,
      interactions,
      fingerprint,
      seed,
      hyperparameters,
      adapter,
    },
    ...{ seconds, states, curve, tensors },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}

function isPoint(value: unknown): boolean {
  return isObject(value) && isNumber(value["epoch"]) && isObject(value["metrics"]) &&
    Object.values(value["metrics"]).every(isNumber);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
