/**
 * Trajectories on disk: a folder with `trajectory.safetensors` and `manifest.json`. Teachers/README.md states the format.
 * This module loads in a browser; its functions need Deno or Node.
 *
 * @module
 */
import { readBytes, sha256, writeAtomically } from "../data/files.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../data/safetensors.ts";
import { type Split, splitFingerprint } from "../data/split.ts";
import { HetcompError, TrajectoryError } from "../errors.ts";
import { type Trajectory, type TrajectoryState, validateTrajectory } from "./trajectory.ts";
import {
  parseManifest,
  trajectoryFormat,
  type TrajectoryManifest,
  trajectoryVersion,
} from "./trajectory_manifest.ts";

const manifestName = "manifest.json";
const tensorsName = "trajectory.safetensors";

/** What a loaded trajectory must belong to. */
export interface LoadTrajectoryOptions {
  /** The split on which it must have been made; its lists are checked against the training part. */
  split?: Split;
  /** The fingerprint it must have, where the split itself is not at hand. */
  fingerprint?: string;
}

/**
 * Writes a trajectory into a folder, which is created. The manifest is written last and an older one is removed first, so
 * that an interrupted call leaves a folder that does not load instead of one that mixes two trajectories.
 *
 * @example Save and load
 * ```ts
 * import { loadTrajectory, saveTrajectory } from "@hetcomp/hetcomp";
 * const state = { epoch: 1, items: Uint32Array.of(4, 2), importance: Float32Array.of(2, 1.5), metrics: {} };
 * const folder = await Deno.makeTempDir();
 * await saveTrajectory(folder, {
 *   kind: "MF", users: 1, items: 9, length: 2, fingerprint: "0", seed: 1, hyperparameters: {}, adapter: "none",
 *   states: [state], observed: Float32Array.of(2), curve: [], seconds: 3,
 * });
 * const trajectory = await loadTrajectory(folder, { fingerprint: "0" });
 * console.assert(trajectory.states[0]!.items.join() === "4,2");
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @param folder Where to write.
 * @param trajectory What to write.
 * @throws {TrajectoryError} if the trajectory is not valid (see `validateTrajectory`); nothing is written then.
 * @throws {DataError} if a file cannot be written.
 */
export async function saveTrajectory(folder: string, trajectory: Trajectory): Promise<void> {
  validateTrajectory(trajectory, undefined, folder);
  const { users, length, observed } = trajectory;
  const tensors: Record<string, Tensor> = {
    observed: { dtype: "F32", shape: [observed.length], data: observed },
  };
  trajectory.states.forEach(({ items, importance }, s) => {
    tensors[`state_${s}.items`] = { dtype: "U32", shape: [users, length], data: items };
    tensors[`state_${s}.importance`] = { dtype: "F32", shape: [users, length], data: importance };
  });
  const bytes = encodeSafetensors(tensors, { format: trajectoryFormat, version: String(trajectoryVersion) });
  const manifest: TrajectoryManifest = {
    format: trajectoryFormat,
    version: trajectoryVersion,
    kind: trajectory.kind,
    users,
    items: trajectory.items,
    length,
    interactions: observed.length,
    fingerprint: trajectory.fingerprint,
    seed: trajectory.seed,
    hyperparameters: trajectory.hyperparameters,
    adapter: trajectory.adapter,
    seconds: trajectory.seconds,
    states: trajectory.states.map(({ epoch, metrics }) => ({ epoch, metrics })),
    curve: trajectory.curve,
    tensors: { file: tensorsName, bytes: bytes.length, sha256: await sha256(bytes) },
  };
  let text: string;
  try {
    text = JSON.stringify(manifest, null, 2) + "\n";
    parseManifest(text, folder);
  } catch (error) {
    // A member that JSON cannot hold would only be noticed when the training it cost is lost.
    throw error instanceof TrajectoryError ? error : new TrajectoryError(folder, String(error));
  }
  const { rm } = await import("node:fs/promises");
  await rm(`${folder}/${manifestName}`, { force: true });
  await writeAtomically(`${folder}/${tensorsName}`, bytes);
  await writeAtomically(`${folder}/${manifestName}`, text);
}

/**
 * Reads a trajectory and checks it: the format's version, size and SHA-256 of the lists, everything that
 * `validateTrajectory` checks, and with a split or a fingerprint that it belongs to it.
 *
 * @example A folder without a trajectory
 * ```ts
 * import { loadTrajectory, TrajectoryError } from "@hetcomp/hetcomp";
 * const error = await loadTrajectory("no/such/folder").catch((error) => error);
 * console.assert(error instanceof TrajectoryError);
 * ```
 *
 * @param folder Where it lies.
 * @param options What it must belong to.
 * @throws {TrajectoryError} naming the folder and the reason, if it is absent, incomplete, truncated, corrupted, of another
 * format version, made from other data or another split, or holds invalid lists.
 */
export async function loadTrajectory(
  folder: string,
  options: LoadTrajectoryOptions = {},
): Promise<Trajectory> {
  const manifest = parseManifest(new TextDecoder().decode(await read(folder, manifestName)), folder);
  const { split } = options;
  const wanted = new Set<string>();
  if (options.fingerprint !== undefined) wanted.add(options.fingerprint);
  if (split !== undefined) {
    if (manifest.users !== split.users || manifest.items !== split.items) {
      const counts = `it is of ${manifest.users} users and ${manifest.items} items`;
      throw new TrajectoryError(
        folder,
        `${counts}, the split '${split.name}' of ${split.users} and ${split.items}`,
      );
    }
    wanted.add(await splitFingerprint(split));
  }
  for (const fingerprint of wanted) {
    if (manifest.fingerprint !== fingerprint) {
      const reason =
        `it was made from another split (fingerprint ${manifest.fingerprint}, wanted ${fingerprint})`;
      throw new TrajectoryError(folder, reason);
    }
  }
  const tensors = await readTensors(folder, manifest);
  const { format: _format, version: _version, interactions, tensors: _tensors, states, ...rest } = manifest;
  const shape = [manifest.users, manifest.length];
  const trajectory: Trajectory = {
    ...rest,
    states: states.map((state, s): TrajectoryState => ({
      ...state,
      items: tensorOf(folder, tensors, `state_${s}.items`, "U32", shape).data,
      importance: tensorOf(folder, tensors, `state_${s}.importance`, "F32", shape).data,
    })),
    observed: tensorOf(folder, tensors, "observed", "F32", [interactions]).data,
  };
  validateTrajectory(trajectory, split, folder);
  return trajectory;
}

async function read(folder: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readBytes(`${folder}/${name}`);
  } catch (error) {
    if (error instanceof HetcompError) throw new TrajectoryError(folder, error.message);
    throw error;
  }
}

async function readTensors(folder: string, manifest: TrajectoryManifest): Promise<Map<string, Tensor>> {
  const bytes = await read(folder, tensorsName);
  const { bytes: size, sha256: digest } = manifest.tensors;
  if (bytes.length !== size) {
    const reason = bytes.length < size ? "is truncated" : "is too long";
    throw new TrajectoryError(
      folder,
      `${tensorsName} ${reason}: it has ${bytes.length} bytes, the manifest says ${size}`,
    );
  }
  if (await sha256(bytes) !== digest) {
    throw new TrajectoryError(folder, `${tensorsName} is corrupted: its SHA-256 is not the manifest's`);
  }
  try {
    return decodeSafetensors(bytes, `${folder}/${tensorsName}`).tensors;
  } catch (error) {
    if (error instanceof HetcompError) throw new TrajectoryError(folder, error.message);
    throw error;
  }
}

function tensorOf<T extends "U32" | "F32">(
  folder: string,
  tensors: Map<string, Tensor>,
  name: string,
  dtype: T,
  shape: number[],
): Extract<Tensor, { dtype: T }> {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new TrajectoryError(folder, `${tensorsName} has no tensor '${name}'`);
  if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
    const found = `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    throw new TrajectoryError(
      folder,
      `the tensor '${name}' is ${found}; expected ${dtype} [${shape.join(", ")}]`,
    );
  }
  return tensor as Extract<Tensor, { dtype: T }>;
}
