import assert from "node:assert/strict";
import { parquetReadObjects } from "npm:hyparquet@1.31.5";
import { loadStudent } from "../../src/models/student_file.ts";
import { fail, filesUnder, succeed } from "./small_run.ts";
import { smallStudent } from "./small_student.ts";

Deno.test("export writes every form with the permissions of its task", async () => {
  await using folder = await smallStudent();
  const { at, student } = folder;
  const write = (to: string, name: string, ...more: string[]) =>
    succeed("export", "--student", at("student.safetensors"), "--to", to, "--out", at(name), ...more);
  await write("safetensors-f16", "half.safetensors", "--no-seen");
  const half = await loadStudent(at("half.safetensors"));
  assert.equal(half.seen, undefined);
  assert.deepEqual(half.metadata, student.metadata);
  assert.deepEqual(half.itemFactors, Float32Array.from(new Float16Array(student.itemFactors)));
  await write("safetensors-f32", "full.safetensors");
  assert.deepEqual(
    await Deno.readFile(at("full.safetensors")),
    await Deno.readFile(at("student.safetensors")),
  );
  await write("parquet", "items.parquet");
  const file = (await Deno.readFile(at("items.parquet"))).buffer;
  assert.deepEqual(
    await parquetReadObjects({ file }),
    student.itemIds.map((id, n) => ({ id, vector: [...student.itemFactors.subarray(4 * n, 4 * n + 4)] })),
  );
  await write("csv", "users.csv", "--side", "users");
  assert.equal((await Deno.readTextFile(at("users.csv"))).trimEnd().split("\n").length, student.users + 1);
  const { stdout } = await write("onnx", "student.onnx");
  assert.match(stdout, /student\.onnx: [\d.]+ KB\n$/);
  await write("onnx", "fold_in.onnx", "--question", "history");
});

Deno.test("export refuses forms, names and files that do not fit", async () => {
  await using folder = await smallStudent();
  const { at } = folder;
  const before = filesUnder(at(""));
  const given = ["export", "--student", at("student.safetensors")];
  await fail(/exists already/, [...given, "--to", "onnx", "--out", at("data.dat")]);
  await fail(/ends in \.parquet/, [...given, "--to", "parquet", "--out", at("items.csv")]);
  for (
    const [to, ...more] of [["csv", "--no-seen"], ["onnx", "--side", "users"], [
      "csv",
      "--question",
      "history",
    ]]
  ) {
    const message = new RegExp(`'${more[0]}'.*no effect with --to ${to}`);
    await fail(message, [...given, "--to", to!, "--out", at(`x.${to}`), ...more]);
  }
  await fail(/Allowed choices are onnx/, [...given, "--to", "pickle", "--out", at("x")]);
  await fail(/data\.dat: it is no safetensors file/, [
    "export",
    "--student",
    at("data.dat"),
    "--to",
    "csv",
    "--out",
    at("x.csv"),
  ]);
  assert.deepEqual(filesUnder(at("")), before);
});
