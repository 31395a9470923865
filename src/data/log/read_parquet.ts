/**
 * Logs in Parquet. The format is read by the package hyparquet, which is loaded when the first Parquet file is: its name
 * is no literal in the import, so that no module graph holds it and nobody else fetches it. Needs Deno or Node.
 *
 * @module
 */
import { DataError } from "../../errors.ts";
import { type ColumnNames, columnsByName, type LogColumns } from "./columns.ts";
import { firstBytes, type ReadHooks, wholeFile } from "./file_bytes.ts";
import type { InteractionLog } from "./interaction_log.ts";
import { TypedRows } from "./typed_rows.ts";

/** The packages that read Parquet, with the versions that are tested. */
const packages = {
  reader: "npm:hyparquet@1.31.5",
  /** Gzip, Zstandard, Brotli and LZ4 pages; the reader itself knows Snappy. */
  compressors: "npm:hyparquet-compressors@1.1.2",
} as const;

/** A file as hyparquet wants it. */
interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** What is used of the metadata of a file. */
interface ParquetMetadata {
  readonly schema: readonly { readonly name: string; readonly num_children?: number }[];
  readonly row_groups: readonly {
    readonly num_rows: bigint;
    readonly columns: readonly { readonly meta_data?: { readonly codec: string } }[];
  }[];
}

/** What is used of hyparquet. */
interface ParquetReader {
  parquetMetadataAsync(file: RandomAccess): Promise<ParquetMetadata>;
  parquetRead(options: {
    file: RandomAccess;
    metadata: ParquetMetadata;
    columns: string[];
    rowStart: number;
    rowEnd: number;
    compressors?: unknown;
    parsers: Readonly<Record<string, (value: never) => unknown>>;
    onChunk: (
      chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number; rowEnd: number },
    ) => void;
  }): Promise<void>;
}

/** Times become seconds, so that what is finer than a millisecond is kept. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => Number(value) / 1e3,
  timestampFromMicroseconds: (value: bigint) => Number(value) / 1e6,
  timestampFromNanoseconds: (value: bigint) => Number(value) / 1e9,
  dateFromDays: (days: number) => days * 86400,
};

/**
 * Reads a log in Parquet, one row group after the other.
 *
 * @param names Columns that were asked for.
 * @param log Takes the rows; its file is read.
 * @param onColumns Called when the columns are known, before the first row.
 * @param hooks Progress and stop.
 * @throws {DataError} naming file, row and column; and if the package that reads Parquet cannot be loaded.
 */
export async function readParquet(
  names: ColumnNames,
  log: InteractionLog,
  onColumns: (columns: LogColumns) => void,
  hooks: ReadHooks,
): Promise<void> {
  let columns: LogColumns | undefined;
  const choose = (found: readonly string[]) => {
    const place = { file: log.file };
    columns = columnsByName(found, names, place);
    log.start(columns, place);
    onColumns(columns);
    return [columns.user, columns.item, columns.rating, columns.time].map((column) => column?.name ?? null);
  };
  let rows: TypedRows | undefined;
  for await (const { start, end, values } of parquetGroups(log.file, choose, hooks)) {
    rows ??= new TypedRows(log, columns!);
    const [user, item, rating, time] = values as [Values, Values, Values, Values];
    for (let row = start; row < end; row++) {
      rows.take(user(row), item(row), rating(row), time(row), { file: log.file, row: row + 1 });
    }
  }
}

/** A row group of a Parquet file. */
export interface ParquetGroup {
  /** Its first row, from 0. */
  readonly start: number;
  /** The row after its last one. */
  readonly end: number;
  /** The columns that were chosen. */
  readonly values: readonly Values[];
}

/**
 * Reads columns of a Parquet file, one row group after the other.
 *
 * @param path Path of the file.
 * @param choose Is given the names of all columns that are not nested, and names those to read; null: one without values.
 * @param hooks Progress and stop.
 * @throws {DataError} naming the file, if it cannot be read, or the package that reads Parquet cannot be loaded.
 */
export async function* parquetGroups(
  path: string,
  choose: (names: readonly string[]) => readonly (string | null)[],
  hooks: ReadHooks,
): AsyncGenerator<ParquetGroup> {
  const reader = await load<ParquetReader>(packages.reader, path);
  const { file, close } = await openFile(path);
  const damaged = (error: unknown): never => {
    throw new DataError(
      { file: path },
      `the file cannot be read as Parquet (${error instanceof Error ? error.message : error})`,
    );
  };
  try {
    const metadata = await reader.parquetMetadataAsync(file).catch(damaged);
    const wanted = choose(flatColumns(metadata));
    const compressors = await compressorsFor(metadata, path);
    const total = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    let start = 0;
    for (const group of metadata.row_groups) {
      hooks.signal?.throwIfAborted();
      const end = start + Number(group.num_rows);
      const pieces = new Map<string, Piece[]>();
      await reader.parquetRead({
        file,
        metadata,
        columns: [...new Set(wanted.filter((name) => name !== null))],
        rowStart: start,
        rowEnd: end,
        ...(compressors === null ? {} : { compressors }),
        parsers,
        onChunk: ({ columnName, columnData, rowStart }) => {
          if (!pieces.has(columnName)) pieces.set(columnName, []);
          pieces.get(columnName)!.push({ from: rowStart, values: columnData });
        },
      }).catch(damaged);
      yield { start, end, values: wanted.map((name) => valuesOf(name, pieces)) };
      start = end;
      hooks.onProgress?.(Math.round(file.byteLength * end / total), file.byteLength);
    }
  } finally {
    await close();
  }
}

/** Some values of a column, from a row on. */
interface Piece {
  readonly from: number;
  readonly values: ArrayLike<unknown>;
}

/** The value of a column in a row; rows are asked for in ascending order. */
export type Values = (row: number) => unknown;

function valuesOf(name: string | null, pieces: Map<string, Piece[]>): Values {
  if (name === null) return () => undefined;
  const ordered = (pieces.get(name) ?? []).sort((one, two) => one.from - two.from);
  let current = 0;
  return (row) => {
    while (current < ordered.length && row >= ordered[current]!.from + ordered[current]!.values.length) {
      current++;
    }
    const piece = ordered[current];
    return piece?.values[row - piece.from];
  };
}

/** The names of the columns that are not nested. */
function flatColumns({ schema }: ParquetMetadata): string[] {
  const names: string[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let child = 0; child < (schema[index]!.num_children ?? 0); child++) next = skip(next);
    return next;
  };
  for (let index = 1; index < schema.length; index = skip(index)) {
    if ((schema[index]!.num_children ?? 0) === 0) names.push(schema[index]!.name);
  }
  return names;
}

async function compressorsFor(metadata: ParquetMetadata, file: string): Promise<unknown> {
  const known = ["UNCOMPRESSED", "SNAPPY"];
  const other = metadata.row_groups.some(({ columns }) =>
    columns.some(({ meta_data }) => meta_data !== undefined && !known.includes(meta_data.codec))
  );
  return other ? (await load<{ compressors: unknown }>(packages.compressors, file)).compressors : null;
}

async function load<T>(name: string, file: string): Promise<T> {
  try {
    return await import(name) as T;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      { file },
      `Parquet is read by ${name}, which cannot be loaded (${reason})`,
      "a connection to the npm registry the first time, or the data as CSV",
    );
  }
}

/** Opens a file for access at any place; a gzipped one is decompressed into memory. */
async function openFile(path: string): Promise<{ file: RandomAccess; close: () => Promise<void> }> {
  const magic = new TextDecoder("latin1").decode(await firstBytes(path, 4));
  if (magic !== "PAR1") {
    throw new DataError({ file: path }, "the file is not Parquet: it does not start with PAR1");
  }
  const { open } = await import("node:fs/promises");
  const handle = await open(path);
  const start = new Uint8Array(4);
  await handle.read(start, 0, 4, 0);
  if (start[0] !== 0x1f) {
    const slice = async (from: number, to?: number): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array((to ?? size) - from);
      for (let n = 0; n < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, n, bytes.length - n, from + n);
        if (bytesRead === 0) throw new Error("the file is cut off");
        n += bytesRead;
      }
      return bytes.buffer;
    };
    const { size } = await handle.stat();
    return { file: { byteLength: size, slice }, close: () => handle.close() };
  }
  await handle.close();
  const whole = (await wholeFile(path)).buffer;
  const slice = (from: number, to?: number) => Promise.resolve(whole.slice(from, to));
  return { file: { byteLength: whole.byteLength, slice }, close: () => Promise.resolve() };
}
