import assert from "node:assert/strict";
import { writeEmbeddings } from "../../src/export/embeddings.ts";
import { saveStudent } from "../../src/models/student_file.ts";
import { randomStudent } from "./random_student.ts";
import { runForeign, runSystem } from "./run_foreign.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeEmbeddings() writes the vectors of items and users for DuckDB to read", () =>
  inFolder(async (folder) => {
    const student = randomStudent(3, 6, 4);
    for (const side of ["items", "users"] as const) {
      const [ids, factors] = side === "items"
        ? [student.itemIds, student.itemFactors]
        : [student.userIds, student.userFactors];
      const path = `${folder}/${side}.parquet`;
      await writeEmbeddings(path, student, side);
      const text = await runForeign("tests/export/read_parquet_program.ts", [`select * from '${path}'`]);
      assert.deepEqual(
        JSON.parse(text),
        ids.map((id, n) => ({ id, vector: [...factors.subarray(4 * n, 4 * n + 4)] })),
      );
    }
    const neighbours = await runForeign("tests/export/read_parquet_program.ts", [
      `select b.id from '${folder}/items.parquet' a, '${folder}/items.parquet' b where a.id = 'größe 3' and ` +
      "b.id <> a.id order by list_cosine_similarity(a.vector, b.vector) desc",
    ]);
    assert.deepEqual(
      JSON.parse(neighbours).map(({ id }: { id: string }) => id),
      student.similar("größe 3", { k: 9 }).map(({ item }) => item),
    );
  }));

Deno.test("writeEmbeddings() gives text one column per dimension", () =>
  inFolder(async (folder) => {
    const student = randomStudent(2, 3, 2);
    await writeEmbeddings(`${folder}/users.csv`, student, "users");
    const lines = (await Deno.readTextFile(`${folder}/users.csv`)).trimEnd().split("\n");
    const [a, b, c, d] = student.userFactors;
    assert.deepEqual(lines, ["id,vector_0,vector_1", `user-0,${a},${b}`, `user-1,${c},${d}`]);
  }));

Deno.test("writeEmbeddings() that is stopped leaves nothing behind", () =>
  inFolder(async (folder) => {
    const student = randomStudent(2, 3, 2);
    for (const name of ["items.csv", "items.parquet"]) {
      const stopped = writeEmbeddings(`${folder}/${name}`, student, "items", AbortSignal.abort());
      await assert.rejects(stopped, { name: "AbortError" });
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

/** A reader of safetensors of its own, from the format's description, with nothing but Python's standard library. */
const readSafetensors = `
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
codes = {"F32": "f", "F16": "e", "U32": "I", "U16": "H", "U8": "B"}
out = {"metadata": header.pop("__metadata__")}
for name, entry in header.items():
    begin, end = entry["data_offsets"]
    code = codes[entry["dtype"]]
    count = 1
    for length in entry["shape"]:
        count *= length
    values = struct.unpack("<%d%s" % (count, code), data[8 + size + begin:8 + size + end])
    out[name] = {"dtype": entry["dtype"], "shape": entry["shape"], "values": values}
for name in ("user_ids", "item_ids"):
    if out[name]["dtype"] == "U8":
        out[name]["values"] = json.loads(bytes(out[name]["values"]))
print(json.dumps(out))
`;

Deno.test("saveStudent() writes safetensors that a reader in Python reads, in half and in full precision", () =>
  inFolder(async (folder) => {
    const student = randomStudent(3, 6, 4);
    for (const precision of ["f16", "f32"] as const) {
      const path = `${folder}/${precision}.safetensors`;
      await saveStudent(path, student, { precision });
      const text = await runSystem("python3", ["-c", readSafetensors, path]);
      if (text === null) return console.warn("SKIPPED: there is no python3 to read the student file");
      const read = JSON.parse(text);
      const round = (values: Float32Array) => [...(precision === "f16" ? new Float16Array(values) : values)];
      assert.equal(read.metadata.dataset, "random");
      assert.equal(read.item_factors.dtype, precision.toUpperCase());
      assert.deepEqual(read.item_factors.shape, [6, 4]);
      assert.deepEqual(read.item_factors.values, round(student.itemFactors));
      assert.deepEqual(read.user_factors.values, round(student.userFactors));
      assert.deepEqual(read.item_ids.values, [...student.itemIds]);
      assert.equal(read.seen_items.dtype, "U16");
      assert.deepEqual(read.seen_items.values, [...student.seen!.items]);
      assert.deepEqual(read.seen_offsets.values, [...student.seen!.offsets]);
    }
  }));
