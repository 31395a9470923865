/**
 * Downloading registry datasets from their public source. Needs Deno or Node.
 *
 * @module
 */
import { DataError } from "../errors.ts";
import { exists, readBytes, sha256, writeAtomically } from "./files.ts";
import { type DatasetEntry, type DatasetFile, registryEntry } from "./registry.ts";

/** Settings of {@linkcode downloadDataset}. */
export interface DownloadOptions {
  /** The folder of downloads; the files go into a folder of it named like the dataset. */
  readonly folder: string;
  /** Called after every received chunk with the bytes received so far and the bytes to expect, over all files. */
  readonly onProgress?: ((received: number, total: number) => void) | undefined;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Stops the download. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a registry dataset and checks its SHA-256. Files that are there already with the right checksum are not
 * fetched again; no file is written before all have arrived and are right.
 *
 * @param name A name of the registry.
 * @param options The folder of downloads, progress, an own `fetch`, a signal to stop.
 * @returns The folder that holds the dataset's files.
 * @throws {DataError} if the name is unknown, the dataset has no direct download, the source cannot be reached or answers
 * with an error (the message says how to go on by hand), or a checksum is wrong (the message names both sums). Nothing is
 * left behind then.
 * @throws the signal's reason, if it stopped the download.
 */
export async function downloadDataset(name: string, options: DownloadOptions): Promise<string> {
  return await downloadEntry(registryEntry(name), options);
}

/** Does the work of {@linkcode downloadDataset} for an entry that need not be in the registry. */
export async function downloadEntry(entry: DatasetEntry, options: DownloadOptions): Promise<string> {
  const { join } = await import("node:path");
  const folder = join(options.folder, entry.name);
  const missing: { file: DatasetFile; path: string }[] = [];
  for (const file of entry.files) {
    const path = join(folder, file.name);
    const right = await exists(path) && await sha256(await readBytes(path)) === file.sha256;
    if (!right) missing.push({ file, path });
  }
  const total = missing.reduce((sum, { file }) => sum + file.bytes, 0);
  let before = 0;
  const arrived: { path: string; bytes: Uint8Array }[] = [];
  for (const { file, path } of missing) {
    const report = (received: number) => options.onProgress?.(before + received, total);
    const bytes = await fetchFile(entry, file, path, options, report);
    const sum = await sha256(bytes);
    if (sum !== file.sha256) {
      const wrong =
        `the file from ${file.url} has the SHA-256 ${sum} (${bytes.length} bytes) and was not kept`;
      throw new DataError({ file: path }, wrong, `${file.sha256} (${file.bytes} bytes)`);
    }
    before += bytes.length;
    arrived.push({ path, bytes });
  }
  for (const { path, bytes } of arrived) await writeAtomically(path, bytes);
  return folder;
}

async function fetchFile(
  entry: DatasetEntry,
  file: DatasetFile,
  path: string,
  options: DownloadOptions,
  report: (received: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (file.url === null) {
    const right = `the file, made from ${entry.source} as data/README.md describes, put there by hand`;
    throw new DataError({ file: path }, `the dataset '${entry.name}' has no direct download`, right);
  }
  const advice =
    `fetch ${file.url} by other means, put it there, or pass a folder that holds it with '--data FOLDER'`;
  const failed = (reason: string) =>
    new DataError({ file: path }, `the download failed (${reason}); ${advice}`);
  try {
    const { signal } = options;
    const response = await (options.fetch ?? globalThis.fetch)(file.url, signal ? { signal } : {});
    if (!response.ok) {
      await response.body?.cancel();
      throw failed(`the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    // A body that is far too long cannot be right, and must not fill the memory.
    const limit = 2 * file.bytes + 1_048_576;
    const chunks: Uint8Array[] = [];
    let received = 0;
    for await (const chunk of response.body ?? []) {
      signal?.throwIfAborted();
      chunks.push(chunk);
      received += chunk.length;
      if (received > limit) {
        throw failed(`the server sent more than ${limit} bytes where ${file.bytes} are right`);
      }
      report(received);
    }
    const bytes = new Uint8Array(received);
    let position = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, position);
      position += chunk.length;
    }
    return bytes;
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (error instanceof DataError) throw error;
    throw failed(error instanceof Error ? error.message : String(error));
  }
}
