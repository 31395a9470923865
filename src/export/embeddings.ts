/**
 * The vectors of a student as a table, for vector databases and data frames.
 *
 * @module
 */
import type { Student } from "../models/student.ts";
import { type TableField, tableForm, type TableValue, writeTable } from "./table_file.ts";

/** Whose vectors. */
export type EmbeddingSide = "items" | "users";

/** Rows of a batch, which is a row group in Parquet. */
const batchRows = 65536;

/**
 * Writes one row per item or user: its `id` and its `vector`, a list of 32-bit floats in Parquet and a JSON array in JSON
 * lines; in comma- or tab-separated text, one column per dimension, `vector_0` and so on.
 *
 * @param path Path of the file; its end decides the form.
 * @param student The student.
 * @param side Whose vectors.
 * @param signal Stops the writing; nothing is left of the file.
 * @throws {ArgumentError} if the name does not say the form.
 * @throws {DataError} if the file cannot be written.
 * @throws {DOMException} the signal's reason.
 */
export async function writeEmbeddings(
  path: string,
  student: Student,
  side: EmbeddingSide,
  signal?: AbortSignal,
): Promise<void> {
  const { dim } = student;
  const [ids, factors] = side === "items"
    ? [student.itemIds, student.itemFactors]
    : [student.userIds, student.userFactors];
  const form = tableForm(path);
  const isFlat = form === "csv" || form === "tsv";
  const vectorFields: TableField[] = isFlat
    ? Array.from({ length: dim }, (_, d) => ({ name: `vector_${d}`, type: "number" }))
    : [{ name: "vector", type: "vector" }];
  function* batches(): Generator<TableValue[][]> {
    for (let start = 0; start < ids.length; start += batchRows) {
      signal?.throwIfAborted();
      yield ids.slice(start, start + batchRows).map((id, n) => {
        const vector = factors.subarray((start + n) * dim, (start + n + 1) * dim);
        return isFlat ? [id, ...vector] : [id, vector];
      });
    }
  }
  await writeTable(path, [{ name: "id", type: "text" }, ...vectorFields], batches());
}
