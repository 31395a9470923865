/** Asks DuckDB, which is not ours, a query; prints the rows as JSON. */
import { DuckDBInstance } from "npm:@duckdb/node-api@1.5.4-r.1";

const connection = await (await DuckDBInstance.create(":memory:")).connect();
const reader = await connection.runAndReadAll(Deno.args[0]!);
console.log(JSON.stringify(reader.getRowObjectsJson()));
