/**
 * Reading and writing files, with messages a user can act on. This module loads in a browser; its functions that touch
 * files need Deno or Node.
 *
 * @module
 */
import { DataError, HetcompError } from "../errors.ts";

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/**
 * Reads a whole file.
 *
 * @param path Path of the file.
 * @returns Its bytes.
 * @throws {DataError} naming the file, if it does not exist, is a folder, or cannot be read.
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import("node:fs/promises");
  try {
    const buffer = await readFile(path);
    return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") throw new DataError({ file: path }, "there is no such file");
    if (code === "EISDIR") throw new DataError({ file: path }, "this is a folder", "a file");
    throw new DataError({ file: path }, `the file cannot be read (${(error as Error).message})`);
  }
}

/**
 * Reads a whole file as UTF-8 text.
 *
 * @param path Path of the file.
 * @returns Its text, without a byte order mark.
 * @throws {DataError} naming the file, if it cannot be read or is not UTF-8.
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new DataError({ file: path }, "the file is not UTF-8 text");
  }
}

/** What there is under a path: a file, a folder, or nothing. Something that is neither file nor folder counts as a file. */
export async function pathKind(path: string): Promise<"file" | "folder" | "nothing"> {
  const { stat } = await import("node:fs/promises");
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "nothing";
    if ((error as Error).name === "NotCapable") {
      throw new DataError({ file: path }, "access is not granted", "a file");
    }
    throw new DataError({ file: path }, `the path cannot be examined (${(error as Error).message})`);
  }
}

/**
 * Refuses what can be read only once: reading a log starts with a look at its first lines.
 *
 * @throws {DataError} if it is a pipe or a device.
 */
export async function requireRegularFile(path: string): Promise<void> {
  const { stat } = await import("node:fs/promises");
  if ((await stat(path)).isFile()) return;
  throw new DataError({ file: path }, "this is a pipe or a device, which can be read only once", "a file");
}

/**
 * Whether there is a file or a folder under a path.
 *
 * @param path The path.
 * @returns False also where a part of the path is missing.
 * @throws {DataError} if that cannot be found out, for want of permission.
 */
export async function exists(path: string): Promise<boolean> {
  return await pathKind(path) !== "nothing";
}

/**
 * Writes a file so that it is either there as a whole or not at all: to a temporary name in the same folder, then renamed.
 * Missing folders are created, an existing file is replaced.
 *
 * @param path Path of the file.
 * @param content Bytes, or text to be written as UTF-8, or pieces of either, which are asked for one by one.
 * @throws {DataError} naming the file, if it cannot be written; nothing is left behind then, nor if the pieces throw.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const { mkdir, rename, rm, writeFile } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  const temporary = `${path}.${crypto.randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    // What the pieces throw on purpose is no trouble with the file.
    if (error instanceof HetcompError || (error as Error).name === "AbortError") throw error;
    throw new DataError({ file: path }, `the file cannot be written (${(error as Error).message})`);
  }
}

/**
 * The SHA-256 digest of some bytes.
 *
 * @param bytes The bytes.
 * @returns 64 lower-case hexadecimal digits.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
