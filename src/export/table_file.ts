/**
 * Tables as files: comma- or tab-separated text, JSON lines, Parquet. They are written batch by batch, so that only one
 * batch is in memory.
 *
 * @module
 */
import { writeAtomically } from "../data/files.ts";
import { ArgumentError } from "../errors.ts";
import { loadPackage } from "./load_package.ts";

type ParquetPackage = typeof import("npm:hyparquet-writer@0.17.0");
type SchemaElement = NonNullable<ConstructorParameters<ParquetPackage["ParquetWriter"]>[0]>["schema"][number];

/** A column of a table; a vector is a list of numbers (32-bit floats in Parquet, a JSON array in text). */
export interface TableField {
  /** The column's name. */
  readonly name: string;
  /** What its values are. */
  readonly type: "text" | "integer" | "number" | "vector";
}

/** A value of a table. */
export type TableValue = string | number | ArrayLike<number>;

/** The forms of files, by the end of their names. */
const forms = ["csv", "tsv", "jsonl", "ndjson", "parquet"] as const;

/** A form of a table file. */
export type TableForm = typeof forms[number];

/**
 * The form that a file's name asks for.
 *
 * @throws {ArgumentError} if the name ends otherwise.
 */
export function tableForm(path: string): TableForm {
  const form = forms.find((end) => path.toLowerCase().endsWith(`.${end}`));
  if (form !== undefined) return form;
  throw new ArgumentError(
    "out",
    `${JSON.stringify(path)} does not say the form`,
    `a name in .${forms.join(", .")}`,
  );
}

/**
 * Writes a table; the file appears when it is complete.
 *
 * @param path Path of the file; its end decides the form (see {@linkcode tableForm}).
 * @param fields The columns.
 * @param batches Rows, as many values in each as there are columns; in Parquet a batch is a row group.
 * @throws {DataError} if the file cannot be written.
 */
export async function writeTable(
  path: string,
  fields: readonly TableField[],
  batches: Iterable<TableValue[][]>,
): Promise<void> {
  const form = tableForm(path);
  if (form === "parquet") return await writeAtomically(path, await parquetPieces(fields, batches));
  await writeAtomically(path, textPieces(form, fields, batches));
}

/** One row of comma- or tab-separated text (RFC 4180: a field is quoted where it has to be). */
export function delimitedLine(values: readonly TableValue[], delimiter: "," | "\t"): string {
  const texts = values.map((value) => {
    const text = typeof value === "object" ? JSON.stringify(Array.from(value)) : String(value);
    const needsQuotes = /["\r\n]/.test(text) || text.includes(delimiter);
    return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return texts.join(delimiter) + "\n";
}

// Asynchronous, so that signals are heard between batches.
async function* textPieces(
  form: TableForm,
  fields: readonly TableField[],
  batches: Iterable<TableValue[][]>,
): AsyncGenerator<string> {
  const names = fields.map(({ name }) => name);
  const isJson = form === "jsonl" || form === "ndjson";
  const delimiter = form === "tsv" ? "\t" : ",";
  // Readers of tabs take quotes for characters, unless the first line begins with one.
  if (form === "tsv") yield `"${names[0]}"${delimitedLine(["", ...names.slice(1)], delimiter)}`;
  else if (!isJson) yield delimitedLine(names, delimiter);
  for (const rows of batches) {
    const lines = rows.map((row) => {
      if (!isJson) return delimitedLine(row, delimiter);
      const entries = row.map((
        value,
        n,
      ) => [names[n], typeof value === "object" ? Array.from(value) : value]);
      return JSON.stringify(Object.fromEntries(entries)) + "\n";
    });
    yield lines.join("");
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function parquetPieces(
  fields: readonly TableField[],
  batches: Iterable<TableValue[][]>,
): Promise<AsyncGenerator<Uint8Array>> {
  const { ByteWriter, ParquetWriter } = await loadPackage<ParquetPackage>("hyparquet-writer@0.17.0");
  const schema = [{ name: "root", num_children: fields.length }, ...fields.flatMap(schemaOf)];
  return async function* () {
    const bytes = new ByteWriter();
    const writer = new ParquetWriter({ writer: bytes, schema, createdBy: "hetcomp" });
    const take = () => {
      const piece = bytes.getBytes().slice();
      bytes.index = 0;
      return piece;
    };
    for (const rows of batches) {
      if (rows.length > 0) {
        const columnData = fields.map(({ name, type }, n) => ({
          name,
          data: rows.map((row) => type === "vector" ? Array.from(row[n] as ArrayLike<number>) : row[n]!),
        }));
        await writer.write({ columnData, rowGroupSize: rows.length });
        yield take();
      }
      await new Promise((resolve) => setTimeout(resolve));
    }
    await writer.finish();
    yield take();
  }();
}

function schemaOf({ name, type }: TableField): SchemaElement[] {
  const repetition_type = "REQUIRED";
  switch (type) {
    case "text":
      return [{ name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }];
    case "integer":
      return [{ name, type: "INT32", repetition_type }];
    case "number":
      return [{ name, type: "DOUBLE", repetition_type }];
    case "vector":
      return [
        { name, converted_type: "LIST", num_children: 1, repetition_type },
        { name: "list", num_children: 1, repetition_type: "REPEATED" },
        { name: "element", type: "FLOAT", repetition_type },
      ];
  }
}
