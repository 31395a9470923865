import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/data/safetensors.ts";
import { ArgumentError, ModelError } from "../../src/errors.ts";
import { Student, type StudentParts } from "../../src/models/student.ts";
import { decodeStudent, encodeStudent, loadStudent, saveStudent } from "../../src/models/student_file.ts";
import { withSquares } from "../../src/models/item_squares.ts";
import { ragged } from "../../src/ragged.ts";
import { uniform } from "../../src/random.ts";

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

Deno.test("students of quadrics come back whole, without the half of their items that follows from the other", () => {
  const cases = fc.record({
    dim: fc.integer({ min: 1, max: 5 }),
    items: fc.integer({ min: 0, max: 6 }),
    seed: fc.nat(),
  });
  fc.assert(fc.property(cases, ({ dim, items, seed }) => {
    const vectors = Float32Array.from({ length: items * dim }, (_, n) => 8 * uniform(seed, 0, 0, n) - 4);
    const width = 2 * dim;
    const student = new Student({
      dim: width,
      userFactors: Float32Array.from({ length: width }, (_, n) => uniform(seed, 0, 1, n)),
      itemFactors: withSquares(vectors, dim),
      userIds: ["ann"],
      itemIds: Array.from({ length: items }, (_, n) => `item-${n}`),
      squares: true,
    });
    for (let item = 0; item < items; item++) {
      for (let d = 0; d < dim; d++) {
        const value = vectors[item * dim + d]!;
        assert.equal(student.itemFactors[item * width + d], value);
        assert.equal(student.itemFactors[item * width + dim + d], Math.fround(-value * value / 2));
      }
    }
    const bytes = encodeStudent(student);
    const { tensors, metadata } = decodeSafetensors(bytes, "memory");
    assert.deepEqual(tensors.get("item_factors")!.shape, [items, dim]);
    assert.deepEqual(tensors.get("user_factors")!.shape, [1, width]);
    assert.equal(metadata.version, "3");
    const back = decodeStudent(bytes);
    assert.ok(back.squares);
    assert.deepEqual(back.itemFactors, student.itemFactors);
    assert.deepEqual(back.userFactors, student.userFactors);
    assert.deepEqual(encodeStudent(back), bytes);
    const half = decodeStudent(encodeStudent(student, { precision: "f16" }));
    assert.deepEqual(encodeStudent(half, { precision: "f16" }), encodeStudent(student, { precision: "f16" }));
  }));
  refuses(
    () => encodeStudent(example({ squares: true })),
    /row 0 of the student's item_factors holds 2; expected -0.5/,
  );
  const odd = { dim: 3, userFactors: new Float32Array(3), itemFactors: new Float32Array(9), squares: true };
  assert.throws(() => encodeStudent(example(odd)), ArgumentError);
});

Deno.test("similar() does not look at what follows of items", () => {
  const vectors = Float32Array.of(1, 0, 9, 1, 0.9, 0.4, 0, 1);
  const ids = { userIds: [], userFactors: new Float32Array(0), itemIds: ["a", "b", "c", "d"] };
  const plain = new Student({ dim: 2, itemFactors: vectors, ...ids });
  const bent = new Student({ dim: 4, itemFactors: withSquares(vectors, 2), squares: true, ...ids });
  assert.deepEqual(bent.similar("a", { k: 3 }), plain.similar("a", { k: 3 }));
});

Deno.test("encodeStudent() takes the smallest integers that hold the ids and the seen items", () => {
  const types = (student: Student) => {
    const { tensors } = decodeSafetensors(encodeStudent(student), "memory");
    return [...tensors].map(([name, { dtype }]) => `${name} ${dtype}`).sort();
  };
  const long = (ids: string[]) =>
    example({ itemFactors: new Float32Array(2 * ids.length), itemIds: ids, seen: ragged([[0]]) });
  assert.deepEqual(types(example({ userIds: ["0"] })), [
    "item_factors F32",
    "item_ids U8",
    "seen_items U16",
    "seen_offsets U32",
    "user_factors F32",
    "user_ids U16",
  ]);
  const boundaries: [ids: string[], type: string][] = [
    [["65535", "0"], "U16"],
    [["65536", "0"], "U32"],
    [["4294967295"], "U32"],
    [["4294967296"], "U8"],
    [["01"], "U8"],
    [["-1"], "U8"],
    [["1.5"], "U8"],
    [["1e3"], "U8"],
    [[""], "U8"],
    [["0", "a"], "U8"],
  ];
  for (const [ids, type] of boundaries) {
    assert.ok(types(long(ids)).includes(`item_ids ${type}`), ids.join());
    assert.deepEqual(decodeStudent(encodeStudent(long(ids))).itemIds, ids);
  }
  const many = new Student({
    dim: 1,
    userFactors: Float32Array.of(1),
    itemFactors: new Float32Array(65537),
    userIds: ["0"],
    itemIds: Array.from({ length: 65537 }, (_, n) => String(n)),
    seen: ragged([[65535, 65536]]),
  });
  assert.ok(types(many).includes("seen_items U32"));
  assert.deepEqual(decodeStudent(encodeStudent(many)).seen, many.seen);
});

Deno.test("encodeStudent() rounds to half precision and leaves the seen items out where asked", () => {
  const student = example({ itemFactors: Float32Array.of(1, 2, 1 / 3, 4, -5, 6) });
  const full = encodeStudent(student);
  const half = encodeStudent(student, { precision: "f16", seen: false });
  assert.ok(half.length < full.length);
  const back = decodeStudent(half);
  assert.equal(back.seen, undefined);
  assert.deepEqual(back.metadata, student.metadata);
  assert.deepEqual([...back.itemFactors], [1, 2, Math.f16round(1 / 3), 4, -5, 6]);
  assert.deepEqual(decodeStudent(encodeStudent(back)).itemFactors, back.itemFactors);
  const large = (value: number) => example({ userFactors: Float32Array.of(1, value) });
  assert.equal(
    decodeStudent(encodeStudent(large(-65504), { precision: "f16" })).userFactors[1],
    -65504,
  );
  refuses(() => encodeStudent(large(-65520), { precision: "f16" }), /user_factors.*-65520.*f16/);
});

Deno.test("decodeStudent() takes a buffer as it takes its bytes, and names what is wrong with one", () => {
  const bytes = encodeStudent(example());
  const buffer = new Uint8Array(bytes).buffer;
  assert.deepEqual(decodeStudent(buffer), decodeStudent(bytes));
  refuses(() => decodeStudent(buffer.slice(0, 100)), /truncated/);
  refuses(() => decodeStudent(new ArrayBuffer(0)), /the bytes given/);
});

Deno.test("decodeStudent() reads files of version 1", () => {
  const student = example({ userIds: ["7"], itemIds: ["1", "2", "3"] });
  const text = (ids: readonly string[]) => {
    const data = new TextEncoder().encode(JSON.stringify(ids));
    return { dtype: "U8" as const, shape: [data.length], data };
  };
  const bytes = encodeSafetensors({
    user_factors: { dtype: "F32", shape: [1, 2], data: student.userFactors },
    item_factors: { dtype: "F32", shape: [3, 2], data: student.itemFactors },
    user_ids: text(student.userIds),
    item_ids: text(student.itemIds),
    seen_offsets: { dtype: "U32", shape: [2], data: Uint32Array.of(0, 1) },
    seen_items: { dtype: "U32", shape: [1], data: Uint32Array.of(2) },
  }, { format: "hetcomp-student", version: "1", dataset: "sample" });
  const back = decodeStudent(bytes);
  for (const name of ["userIds", "itemIds", "userFactors", "itemFactors", "seen"] as const) {
    assert.deepEqual(back[name], student[name], name);
  }
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

Deno.test("decodeStudent() names the row of a value that is not finite", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const bytes = without(example(), ({ tensors }) => {
      tensors.get("item_factors")!.data[3] = value;
    });
    refuses(
      () => decodeStudent(bytes, "s.safetensors"),
      new RegExp(`s.safetensors.*'itemFactors'.*row 1 holds ${value}`),
    );
  }
  const odd = { ...example(), userFactors: Float32Array.of(0, NaN) };
  refuses(() => encodeStudent(odd), /user_factors hold NaN in row 0/);
  const wide = { ...example(), itemFactors: Float64Array.of(1, 2, 3, 4, 5, 6) as never };
  refuses(() => encodeStudent(wide, { precision: "f16" }), /item_factors are no Float32Array of 3 x 2/);
  refuses(() => encodeStudent({ ...example(), userIds: [1] as never }), /ids hold 1; expected texts/);
  assert.throws(
    () => encodeStudent(example(), { precision: "float32" as never }),
    /'precision'.*"f32" or "f16"/,
  );
});

Deno.test("decodeStudent() refuses files that are not students, or not whole ones", () => {
  refuses(() => decodeStudent(encodeSafetensors({}, {}), "x.safetensors"), /x.safetensors.*not a student/);
  refuses(
    () => decodeStudent(without(example(), ({ metadata }) => metadata["version"] = "5")),
    /version is "5"; expected 1, 2, 3 or 4/,
  );
  // Version 3 is that of items whose second half follows, and no other.
  refuses(
    () => decodeStudent(without(example(), ({ metadata }) => metadata["version"] = "3")),
    /'itemFactors'.*it holds 12 numbers; expected 3 x 2/,
  );
  const bent = example({ squares: true, itemFactors: Float32Array.of(1, -0.5, 3, -4.5, -5, -12.5) });
  refuses(
    () => decodeStudent(without(bent, ({ metadata }) => metadata["version"] = "2")),
    /'itemFactors'.*it holds 3 numbers; expected 3 x 2/,
  );
  for (const name of ["user_factors", "item_factors", "user_ids", "item_ids", "seen_items", "seen_offsets"]) {
    const bytes = without(example(), ({ tensors }) => tensors.delete(name));
    refuses(() => decodeStudent(bytes), new RegExp(`'${name}' is missing`));
  }
  const turned = without(example(), ({ tensors }) => {
    tensors.set("item_factors", { ...tensors.get("item_factors")!, shape: [2, 3] });
  });
  refuses(() => decodeStudent(turned), /the factors have 1 and 2 rows; expected 1 and 3/);
  const bentTurned = without(bent, ({ tensors }) => {
    tensors.set("item_factors", { ...tensors.get("item_factors")!, shape: [1, 3] });
  });
  refuses(() => decodeStudent(bentTurned), /the factors have 1 and 1 rows; expected 1 and 3/);
  const ids = (text: string) => () => {
    const data = new TextEncoder().encode(text);
    return decodeStudent(without(example(), ({ tensors }) => {
      tensors.set("item_ids", { dtype: "U8", shape: [data.length], data });
    }));
  };
  refuses(ids("["), /'item_ids' is no JSON array/);
  refuses(ids("[1]"), /'item_ids' is no JSON array of strings/);
  refuses(ids('["a"]'), /itemFactors/);
  refuses(ids('["a","a","b"]'), /"a" stands at 0 and at 1/);
  const offsets = without(example(), ({ tensors }) => {
    tensors.set("seen_offsets", { dtype: "U32", shape: [2], data: Uint32Array.of(0, 2) });
  });
  refuses(() => decodeStudent(offsets), /'seen'.*a rise from 0 to 1,/);
});

Deno.test("encodeStudent() refuses metadata with a reserved key", () => {
  refuses(() => encodeStudent(example({ metadata: { format: "mine" } })), /'format'/);
});
