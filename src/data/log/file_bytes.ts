/**
 * The bytes of a file, a piece at a time, decompressed if it is gzipped. Needs Deno or Node.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import { pathKind, requireRegularFile } from "../files.ts";

/** What to be told, and how to stop, while a file is read. */
export interface ReadHooks {
  /** Called now and then with the bytes of the file that were read, and all it has. */
  readonly onProgress?: ((read: number, total: number) => void) | undefined;
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
}

const pieceBytes = 1 << 20;

/**
 * The first bytes of a file, after decompression.
 *
 * @param path Path of the file.
 * @param count How many.
 * @returns Fewer only if the file is shorter.
 * @throws {DataError} as {@linkcode fileBytes}.
 */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let length = 0;
  for await (const piece of fileBytes(path)) {
    const part = piece.subarray(0, count - length);
    bytes.set(part, length);
    length += part.length;
    if (length === count) break;
  }
  return bytes.subarray(0, length);
}

/**
 * A whole file, decompressed if it is gzipped.
 *
 * @throws {DataError} as {@linkcode fileBytes}.
 */
export async function wholeFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of fileBytes(path)) pieces.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/**
 * Reads a file from start to end. A file that starts like gzip is decompressed, whatever its name.
 *
 * @param path Path of the file.
 * @param hooks Progress and stop.
 * @returns Pieces, which stay as they are only until the next is asked for.
 * @throws {DataError} naming the file, if it cannot be read, is a folder, is compressed in another way, or is gzipped
 * and damaged or cut off.
 */
export async function* fileBytes(path: string, hooks: ReadHooks = {}): AsyncGenerator<Uint8Array> {
  const kind = await pathKind(path);
  if (kind === "nothing") throw new DataError({ file: path }, "there is no such file");
  if (kind === "folder") throw new DataError({ file: path }, "this is a folder", "a file");
  await requireRegularFile(path);
  const { open } = await import("node:fs/promises");
  let handle;
  try {
    handle = await open(path);
  } catch (error) {
    throw new DataError({ file: path }, `the file cannot be read (${(error as Error).message})`);
  }
  try {
    const { size } = await handle.stat();
    let position = 0;
    const readPiece = async (buffer: Uint8Array): Promise<Uint8Array> => {
      hooks.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length);
      position += bytesRead;
      if (bytesRead > 0) hooks.onProgress?.(position, Math.max(size, position));
      return buffer.subarray(0, bytesRead);
    };
    const first = await readPiece(new Uint8Array(pieceBytes));
    refuseOtherCompression(first, path);
    if (first[0] === 0x1f && first[1] === 0x8b) {
      yield* gunzipped(first, () => readPiece(new Uint8Array(pieceBytes)), path);
    } else {
      const buffer = new Uint8Array(pieceBytes);
      for (let piece = first; piece.length > 0; piece = await readPiece(buffer)) yield piece;
    }
  } finally {
    await handle.close();
  }
}

async function* gunzipped(
  first: Uint8Array,
  readPiece: () => Promise<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import("node:zlib");
  const { pipeline, Readable } = await import("node:stream");
  let failed: unknown;
  const compressed = async function* () {
    try {
      for (let piece = first; piece.length > 0; piece = await readPiece()) yield piece;
    } catch (error) {
      failed = error;
      throw error;
    }
  };
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  const source = Readable.from(compressed());
  // The error, if any, comes out of the iteration below.
  pipeline(source, gunzip, () => {});
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
  } catch (error) {
    if (failed !== undefined) throw failed;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError({ file: path }, `the file is gzipped, and damaged or cut off (${reason})`);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

const otherCompressions: readonly (readonly [string, readonly number[]])[] = [
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["compressed with Zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["compressed with bzip2", [0x42, 0x5a, 0x68]],
  ["compressed with xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["UTF-16 text", [0xff, 0xfe]],
  ["UTF-16 text", [0xfe, 0xff]],
];

function refuseOtherCompression(bytes: Uint8Array, path: string): void {
  for (const [name, magic] of otherCompressions) {
    if (!magic.every((byte, n) => bytes[n] === byte)) continue;
    const right = name === "UTF-16 text" ? "UTF-8 text" : "the unpacked file, or a gzipped one";
    throw new DataError({ file: path }, `the file is ${name}`, right);
  }
}
