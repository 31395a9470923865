import assert from "node:assert/strict";
import { ArgumentError } from "../../src/errors.ts";
import { delimitedLine, tableForm, type TableValue, writeTable } from "../../src/export/table_file.ts";
import { parquetMetadataAsync, parquetReadObjects } from "npm:hyparquet@1.31.5";
import { runForeign, runSystem } from "./run_foreign.ts";

const fields = [
  { name: "id", type: "text" },
  { name: "rank", type: "integer" },
  { name: "score", type: "number" },
  { name: "vector", type: "vector" },
] as const;

const ids = ["tea", 'a,"b"', "größe\n2", "", "=1+1", "tab\there"];
const rows = ids.map((id, n): [string, number, number, Float32Array] => {
  return [id, n - 2, n / 3 - 1, Float32Array.of(n, -(n + 1) / 3, 1e-7 * n)];
});
const objects = rows.map(([id, rank, score, vector]) => ({ id, rank, score, vector: [...vector] }));

/** The rows in batches of every awkward size, one of them empty. */
function* batches(): Generator<TableValue[][]> {
  yield rows.slice(0, 1);
  yield [];
  yield rows.slice(1);
}

async function written(name: string, test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeTable(`${folder}/${name}`, fields, batches());
    assert.deepEqual([...Deno.readDirSync(folder)].map((entry) => entry.name), [name]);
    await test(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeTable() writes Parquet that hyparquet reads", () =>
  written("table.parquet", async (path) => {
    const file = (await Deno.readFile(path)).buffer;
    assert.deepEqual(await parquetReadObjects({ file }), objects);
    assert.equal((await parquetMetadataAsync(file)).row_groups.length, 2);
  }));

Deno.test("writeTable() writes Parquet that DuckDB reads, with the types it says", () =>
  written("table.parquet", async (path) => {
    const query = async (text: string) =>
      JSON.parse(await runForeign("tests/export/read_parquet_program.ts", [text]));
    assert.deepEqual(await query(`select * from '${path}'`), objects);
    const types = await query(`describe select * from '${path}'`);
    assert.deepEqual(
      types.map((row: Record<string, string>) => [row.column_name, row.column_type]),
      [["id", "VARCHAR"], ["rank", "INTEGER"], ["score", "DOUBLE"], ["vector", "FLOAT[]"]],
    );
  }));

const readCsv = `
import csv, json, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    print(json.dumps(list(csv.DictReader(file))))
`;

Deno.test("writeTable() writes CSV that Python's csv module reads", () =>
  written("table.csv", async (path) => {
    const text = await runSystem("python3", ["-c", readCsv, path]);
    if (text === null) return console.warn("SKIPPED: there is no python3 to read the CSV file");
    const read = JSON.parse(text).map((row: Record<string, string>) => ({
      id: row.id,
      rank: Number(row.rank),
      score: Number(row.score),
      vector: JSON.parse(row.vector!),
    }));
    assert.deepEqual(read, objects);
  }));

Deno.test("writeTable() writes one JSON object a line", () =>
  written("table.jsonl", async (path) => {
    const lines = (await Deno.readTextFile(path)).split("\n");
    assert.equal(lines.pop(), "");
    assert.deepEqual(lines.map((line) => JSON.parse(line)), objects);
  }));

Deno.test("writeTable() writes a header where there are no rows", async () => {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  await writeTable(path, fields, []);
  assert.equal(await Deno.readTextFile(path), "id,rank,score,vector\n");
  await Deno.remove(path);
});

Deno.test("writeTable() leaves nothing behind if the rows throw", async () => {
  const folder = await Deno.makeTempDir();
  function* failing(): Generator<TableValue[][]> {
    yield rows;
    throw new DOMException("stopped by Ctrl-C", "AbortError");
  }
  for (const name of ["table.csv", "table.parquet"]) {
    await assert.rejects(writeTable(`${folder}/${name}`, fields, failing()), { name: "AbortError" });
  }
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("tableForm() goes by the end of the name", () => {
  assert.equal(tableForm("a.csv/B.PARQUET"), "parquet");
  assert.equal(tableForm("lists.ndjson"), "ndjson");
  for (const name of ["lists", "lists.xlsx", "csv"]) {
    assert.throws(
      () => tableForm(name),
      (error) => error instanceof ArgumentError && /\.parquet/.test(error.message),
    );
  }
});

Deno.test("delimitedLine() quotes what needs it", () => {
  assert.equal(delimitedLine(["a", 'b"', "c,d", "e\nf", 1.5], ","), 'a,"b""","c,d","e\nf",1.5\n');
  assert.equal(delimitedLine(["a\tb", 'c"', "d,\\"], "\t"), '"a\tb"\t"c"""\td,\\\n');
});
