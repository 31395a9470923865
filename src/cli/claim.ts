/**
 * Work that several processes share: whoever holds the claim on a piece does it. Interfaces:
 *
 *     using claim = await takeClaim(path)             null while another process holds it
 *     using claim = await claimFolder(folder)         an error while another process does
 *     await untilFree(() => ..., signal)              asks again until it gives something
 *     await putAway(folder)                           what a killed process left behind finished work
 *
 * A claim is the system's lock on a file, which goes with its process however that ends: none outlives its holder, and
 * none is lost while its holder is busy.
 *
 * @module
 */
import { dirname } from "node:path";
import { exists } from "../data/files.ts";
import { DataError, RunError } from "../errors.ts";
import { folderCheckpoints } from "../teachers/checkpoint_store.ts";

/** Keeps other processes from the same work until it is disposed of. */
export type Claim = Disposable;

/**
 * Takes the claim that a file stands for. The file and its folder are made if need be; the file goes with the claim.
 *
 * @returns null if another process holds it.
 * @throws {DataError} if the file cannot be made or locked.
 */
export async function takeClaim(path: string): Promise<Claim | null> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    while (true) {
      const file = await Deno.open(path, { create: true, write: true });
      try {
        if (!await file.tryLock(true)) {
          file.close();
          return null;
        }
        if (await isAt(file, path)) return claimOf(file, path);
      } catch (error) {
        file.close();
        throw error;
      }
      // The holder before has removed it: whoever comes next would lock another file.
      file.close();
    }
  } catch (error) {
    throw new DataError({ file: path }, `the file cannot be locked (${(error as Error).message})`);
  }
}

/** The file that stands for the claim on a folder: beside it, so that the folder may come and go. */
export function claimFile(folder: string): string {
  return `${folder.replace(/[\\/]+$/, "")}.claim`;
}

/**
 * Takes the claim on a folder of results.
 *
 * @throws {RunError} if another process is at work there.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  const claim = await takeClaim(claimFile(folder));
  if (claim !== null) return claim;
  throw new RunError(`another process is at work in ${folder}; wait for it, or name another folder`);
}

/** Removes what a process left that was killed when its work in a folder was done: its claim, and its checkpoints. */
export async function putAway(folder: string): Promise<void> {
  if (!await exists(`${folder}/claim`)) return;
  // Where nothing may be written it stays: it harms nobody.
  using claim = await takeClaim(`${folder}/claim`).catch(() => null);
  if (claim !== null) await folderCheckpoints(`${folder}/checkpoints`).clear();
}

function claimOf(file: Deno.FsFile, path: string): Claim {
  return {
    [Symbol.dispose]() {
      try {
        Deno.removeSync(path);
      } catch {
        // It is free all the same once its lock is gone.
      }
      file.close();
    },
  };
}

async function isAt(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return (await file.stat()).ino === (await Deno.stat(path)).ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const pollMilliseconds = 500;

/** Waits before other processes' work is looked at again; ends early with the signal's reason. */
export async function pause(signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < pollMilliseconds; waited += 50) {
    signal.throwIfAborted();
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/**
 * Calls an action until it gives something.
 *
 * @param action Gives null while another process has what it needs.
 * @throws {DOMException} the signal's reason, if it asked to stop.
 */
export async function untilFree<T>(action: () => Promise<T | null>, signal: AbortSignal): Promise<T> {
  while (true) {
    const result = await action();
    if (result !== null) return result;
    await pause(signal);
  }
}
