import assert from "node:assert/strict";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "npm:hyparquet-writer@0.17.0";
import { DataError } from "../../../src/errors.ts";
import { loadDataset } from "../../../src/data/dataset.ts";
import { parquet, withFile, withFolder } from "./log_files.ts";

const compress = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
};

for (const codec of ["GZIP", "BROTLI"] as const) {
  Deno.test(`loadDataset() reads Parquet with ${codec} pages, and ids that are numbers`, () => {
    const count = 500;
    const numbers = Array.from({ length: count }, (_, n) => n);
    const bytes = parquetWriteBuffer({
      codec,
      compressors: compress,
      columnData: [
        { name: "user_id", data: numbers.map((n) => n % 20), type: "INT32" },
        { name: "item_id", data: numbers.map((n) => 9007199254740993n + BigInt(n % 30)), type: "INT64" },
        { name: "timestamp", data: numbers.map((n) => new Date(1e12 + n)), type: "TIMESTAMP" },
      ],
    });
    return withFile("log.parquet", new Uint8Array(bytes), async (path) => {
      const dataset = await loadDataset(path);
      assert.deepEqual([dataset.users, dataset.items, dataset.interactions.items.length], [20, 30, 60]);
      assert.equal(dataset.userIds[7], "7");
      assert.equal(dataset.itemIds[1], "9007199254740994");
      // The last row of a pair is at most 60 before the end.
      assert.ok(dataset.times!.every((time) => time >= 1e9 + 0.44 && time < 1e9 + 0.5));
    });
  });
}

Deno.test("loadDataset() names the row and the column of a value that is missing in Parquet", () => {
  const bytes = parquetWriteBuffer({
    rowGroupSize: 2,
    columnData: [
      { name: "user_id", data: ["a", "b", "c", null], type: "STRING", nullable: true },
      { name: "item_id", data: ["x", "y", "z", "x"], type: "STRING" },
    ],
  });
  return withFile("log.parquet", new Uint8Array(bytes), async (path) => {
    const error = await loadDataset(path).catch((error) => error);
    assert.ok(error instanceof DataError);
    assert.match(
      error.message,
      /log\.parquet, row 4, column user_id: the id is missing; expected a text or a whole/,
    );
  });
});

Deno.test("without a registry, Parquet says what it needs, and everything else is read", () =>
  withFolder(async (folder) => {
    const rows = [{ user: "007", item: "x", rating: 5, time: 1 }];
    await Deno.writeFile(`${folder}/log.parquet`, parquet(rows));
    await Deno.writeTextFile(`${folder}/log.csv`, "user,item\n007,x\n");
    const dataset = new URL("../../../src/data/dataset.ts", import.meta.url).href;
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `import { loadDataset } from "${dataset}";
       console.log((await loadDataset("log.csv")).userIds.join());
       console.log(await loadDataset("log.parquet").then(() => "read", (error) => error.name + " " + error.message));`,
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-prompt", "--allow-read", "main.ts"],
      cwd: folder,
      env: { DENO_DIR: `${folder}/deno`, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/", NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 0, text.decode(stderr));
    const [csv, ...rest] = text.decode(stdout).split("\n");
    assert.equal(csv, "007");
    assert.match(
      rest.join(" "),
      /^DataError log\.parquet: Parquet is read by npm:hyparquet@[\d.]+, which cannot be loaded \(.*\); expected a connection/,
    );
  }));
