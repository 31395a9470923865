/**
 * Where a training run keeps what it needs to continue. This module is browser compatible.
 *
 * @module
 */
import { exists, readBytes, writeAtomically } from "../data/files.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../data/safetensors.ts";

/** Named arrays and facts of one moment of a training run. */
export interface Checkpoint {
  /** The arrays, by name. */
  readonly arrays: Readonly<Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>>;
  /** Facts that JSON can hold. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Keeps checkpoints by name. A put either happens wholly or not at all. */
export interface CheckpointStore {
  /** Keeps a checkpoint, in place of an earlier one of this name. */
  put(name: string, checkpoint: Checkpoint): Promise<void>;
  /** The checkpoint of this name, or null. */
  get(name: string): Promise<Checkpoint | null>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

/** Keeps checkpoints in memory: for short runs and browsers. Facts are copied, arrays are not: leave them as they are. */
export function memoryCheckpoints(): CheckpointStore {
  const kept = new Map<string, Checkpoint>();
  return {
    put: (name, { arrays, facts }) =>
      Promise.resolve(void kept.set(name, { arrays, facts: structuredClone(facts) })),
    get: (name) => {
      const checkpoint = kept.get(name);
      return Promise.resolve(checkpoint ? { ...checkpoint, facts: structuredClone(checkpoint.facts) } : null);
    },
    clear: () => Promise.resolve(kept.clear()),
  };
}

/** Name of the checkpoint from which a training continues, and which names the others. */
export const latestName = "latest";

/** Name of the one from which a longer training continues whose final epochs had begun. */
export const beforeFinalName = "before-final";

/** Name of what a kill in the middle of a put leaves behind. */
const partOf = /\.safetensors\.[\da-f-]{36}\.part$/;

/** How a checkpoint starts behind the length of its header: no other file of ours does. */
const opening = '{"__metadata__":{"facts":';

async function isCheckpoint(path: string): Promise<boolean> {
  const { open } = await import("node:fs/promises");
  const file = await open(path);
  try {
    const start = new Uint8Array(opening.length);
    await file.read(start, 0, start.length, 8);
    return new TextDecoder().decode(start) === opening;
  } finally {
    await file.close();
  }
}

/**
 * Keeps each checkpoint as NAME.safetensors in a folder, so that a run survives a kill at any moment. Forgetting everything
 * removes these files, and the folder if nothing else is in it.
 */
export function folderCheckpoints(folder: string): CheckpointStore {
  const pathOf = (name: string) => `${folder}/${name}.safetensors`;
  return {
    async put(name, { arrays, facts }) {
      const tensors: Record<string, Tensor> = {};
      for (const [key, data] of Object.entries(arrays)) {
        const shape = [data.length];
        tensors[key] = data instanceof Float32Array
          ? { dtype: "F32", shape, data }
          : { dtype: "U32", shape, data };
      }
      await writeAtomically(pathOf(name), encodeSafetensors(tensors, { facts: JSON.stringify(facts) }));
    },
    async get(name) {
      if (!await exists(pathOf(name))) return null;
      const { tensors, metadata } = decodeSafetensors(await readBytes(pathOf(name)), pathOf(name));
      const arrays: Record<string, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>> = {};
      for (const [key, tensor] of tensors) {
        arrays[key] = tensor.data as Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
      }
      return { arrays, facts: JSON.parse(metadata.facts ?? "{}") as Record<string, unknown> };
    },
    async clear() {
      if (!await exists(folder)) return;
      const { readdir, rm, rmdir } = await import("node:fs/promises");
      const isLatest = (name: string) => name === `${latestName}.safetensors`;
      // A kill must not leave it without those it names.
      const names = (await readdir(folder)).toSorted((a, b) => Number(isLatest(b)) - Number(isLatest(a)));
      for (const name of names) {
        const path = `${folder}/${name}`;
        if (partOf.test(name) || name.endsWith(".safetensors") && await isCheckpoint(path)) await rm(path);
      }
      if ((await readdir(folder)).length === 0) await rmdir(folder);
    },
  };
}
