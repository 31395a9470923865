import { saveStudent } from "../../src/models/student_file.ts";
import { Student } from "../../src/models/student.ts";
import { loadDataset } from "../../src/data/dataset.ts";
import { type Split, splitDataset, splitFingerprint } from "../../src/data/split.ts";
import { uniform } from "../../src/random.ts";
import { smallData, temporaryFolder } from "./small_run.ts";

/** A folder with interactions in `data.dat` and a student of random vectors in `student.safetensors`. */
export async function smallStudent(): Promise<
  AsyncDisposable & { at: (name: string) => string; student: Student; split: Split }
> {
  const folder = await temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("data.dat"), smallData());
  const split = splitDataset(await loadDataset(at("data.dat")), { test: 0.2, valid: 0.2, seed: 1 });
  const dim = 4;
  const values = (count: number, seed: number) =>
    Float32Array.from({ length: count * dim }, (_, n) => 2 * uniform(seed, 0, 0, n) - 1);
  const student = new Student({
    dim,
    userFactors: values(split.users, 1),
    itemFactors: values(split.items, 2),
    userIds: split.userIds,
    itemIds: split.itemIds,
    seen: split.train,
    metadata: { dataset: split.name, fingerprint: await splitFingerprint(split) },
  });
  await saveStudent(at("student.safetensors"), student);
  return { at, student, split, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
