/** Asks DuckDB, which is not ours, a query; prints the rows as JSON. */
import { loadPackage } from "../../src/export/load_package.ts";

interface DuckDb {
  DuckDBInstance: {
    create(path: string): Promise<{
      connect(): Promise<{ runAndReadAll(query: string): Promise<{ getRowObjectsJson(): unknown }> }>;
    }>;
  };
}

// Not a literal import: the lock file, from which every first command fetches all packages, would hold 140 MB more.
const { DuckDBInstance } = await loadPackage<DuckDb>("@duckdb/node-api@1.5.4-r.1");

const connection = await (await DuckDBInstance.create(":memory:")).connect();
const reader = await connection.runAndReadAll(Deno.args[0]!);
console.log(JSON.stringify(reader.getRowObjectsJson()));
