import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/data/safetensors.ts";
import { ModelError } from "../../src/errors.ts";
import { Student, type StudentParts } from "../../src/models/student.ts";
import { decodeStudent, encodeStudent, loadStudent, saveStudent } from "../../src/models/student_file.ts";
import { ragged } from "../../src/ragged.ts";

function example(more: Partial<StudentParts> = {}): Student {
  return new Student({
    dim: 2,
    userFactors: Float32Array.of(1, 0.5),
    itemFactors: Float32Array.of(1, 2, 3, 4, -5, 6),
    userIds: ["ann"],
    itemIds: ["tea", "milk", "rope"],
    seen: ragged([[2]]),
    metadata: { dataset: "sample", seed: "1" },
    ...more,
  });
}

const refuses = (call: () => unknown, pattern: RegExp) =>
  assert.throws(call, (error) => error instanceof ModelError && pattern.test(error.message));

function without(
  student: Student,
  change: (content: ReturnType<typeof decodeSafetensors>) => void,
): Uint8Array {
  const content = decodeSafetensors(encodeStudent(student), "memory");
  change(content);
  return encodeSafetensors(content.tensors, content.metadata);
}

Deno.test("decodeStudent() gives back what encodeStudent() took, whatever the ids are", () => {
  const id = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\n", "\u0000", "\ud800", '"', "__proto__", ""),
  );
  const students = fc.record({
    dim: fc.integer({ min: 1, max: 3 }),
    userIds: fc.uniqueArray(id, { maxLength: 5 }),
    itemIds: fc.uniqueArray(id, { maxLength: 5 }),
    seen: fc.boolean(),
    metadata: fc.dictionary(fc.string().map((key) => `x${key}`), fc.string()),
    number: fc.float({ noNaN: true, noDefaultInfinity: true }),
  });
  fc.assert(fc.property(students, ({ dim, userIds, itemIds, seen, metadata, number }) => {
    const student = new Student({
      dim,
      userFactors: new Float32Array(userIds.length * dim).fill(number),
      itemFactors: new Float32Array(itemIds.length * dim).map((_, n) => n - number / 2),
      userIds,
      itemIds,
      metadata: { ...metadata },
      ...(seen ? { seen: ragged(userIds.map(() => itemIds.map((_, n) => n))) } : {}),
    });
    const bytes = encodeStudent(student);
    const back = decodeStudent(bytes);
    for (
      const name of [
        "dim",
        "users",
        "items",
        "userIds",
        "itemIds",
        "userFactors",
        "itemFactors",
        "seen",
      ] as const
    ) {
      assert.deepEqual(back[name], student[name], name);
    }
    assert.deepEqual({ ...back.metadata }, { ...student.metadata });
    assert.deepEqual(encodeStudent(back), bytes);
  }));
});

Deno.test("saveStudent() and loadStudent() go there and back through one file, byte for byte", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/deep/student.safetensors`;
    await saveStudent(path, example());
    const first = await Deno.readFile(path);
    await saveStudent(path, await loadStudent(path));
    assert.deepEqual(await Deno.readFile(path), first);
    assert.deepEqual([...Deno.readDirSync(`${folder}/deep`)].map(({ name }) => name), [
      "student.safetensors",
    ]);
    assert.deepEqual(
      (await loadStudent(path)).recommend("ann", { k: 9 }),
      example().recommend("ann", { k: 9 }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("loadStudent() names the file that is missing", async () => {
  await assert.rejects(loadStudent("no/such/student.safetensors"), (error) => {
    return error instanceof ModelError && error.message.includes("no/such/student.safetensors");
  });
});

Deno.test("decodeStudent() refuses every truncation", () => {
  const bytes = encodeStudent(example());
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(
      () => decodeStudent(bytes.subarray(0, length), "s.safetensors"),
      ModelError,
      `${length} bytes`,
    );
  }
});

Deno.test("decodeStudent() never throws anything but a ModelError on damaged bytes", () => {
  const good = encodeStudent(example());
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (place, value) => {
      const bytes = good.slice();
      bytes[place] = value;
      try {
        decodeStudent(bytes);
      } catch (error) {
        assert.ok(error instanceof ModelError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("decodeStudent() names tensor and row of a value that is not finite", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const bytes = without(example(), ({ tensors }) => {
      tensors.get("item_factors")!.data[3] = value;
    });
    refuses(
      () => decodeStudent(bytes, "s.safetensors"),
      new RegExp(`s.safetensors.*item_factors.*${value}.*row 1`),
    );
  }
  refuses(() => encodeStudent(example({ userFactors: Float32Array.of(0, NaN) })), /user_factors.*row 0/);
});

Deno.test("decodeStudent() refuses files that are not students, or not whole ones", () => {
  refuses(() => decodeStudent(encodeSafetensors({}, {}), "x.safetensors"), /x.safetensors.*not a student/);
  refuses(
    () => decodeStudent(without(example(), ({ metadata }) => metadata["version"] = "2")),
    /version is "2"/,
  );
  for (const name of ["user_factors", "item_factors", "user_ids", "item_ids", "seen_items", "seen_offsets"]) {
    const bytes = without(example(), ({ tensors }) => tensors.delete(name));
    refuses(() => decodeStudent(bytes), new RegExp(`'${name}' is missing`));
  }
  const ids = (text: string) => () => {
    const data = new TextEncoder().encode(text);
    return decodeStudent(without(example(), ({ tensors }) => {
      tensors.set("item_ids", { dtype: "U8", shape: [data.length], data });
    }));
  };
  refuses(ids("["), /'item_ids' is not JSON/);
  refuses(ids("[1]"), /'item_ids' is not a JSON array of strings/);
  refuses(ids('["a"]'), /itemFactors/);
  refuses(ids('["a","a","b"]'), /"a" stands at 0 and at 1/);
  const offsets = without(example(), ({ tensors }) => {
    tensors.set("seen_offsets", { dtype: "U32", shape: [2], data: Uint32Array.of(0, 2) });
  });
  refuses(() => decodeStudent(offsets), /seen_offsets/);
});

Deno.test("encodeStudent() refuses metadata with a reserved key", () => {
  refuses(() => encodeStudent(example({ metadata: { format: "mine" } })), /'format'/);
});
