import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/data/safetensors.ts";
import { ArgumentError, ModelError } from "../../src/errors.ts";
import { sirenOutputs, sirenParameters, withoutSiren, withSiren } from "../../src/models/siren.ts";
import { Student } from "../../src/models/student.ts";
import { decodeStudent, encodeStudent } from "../../src/models/student_file.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { sirenRows } from "../oracle/siren.ts";

function network(dim: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: sirenParameters(dim) }, (_, n) => normal(seed, 0, n, 0) / 3);
}

function codesOf(count: number, dim: number, seed: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count * dim }, (_, n) => 2 * normal(seed, 9, n, 0));
}

function studentOf(users: number, items: number, dim: number, seed: number): Student {
  const siren = network(dim, seed);
  return new Student({
    dim: dim + sirenOutputs,
    userFactors: withSiren(codesOf(users, dim, seed), dim, siren),
    itemFactors: withSiren(codesOf(items, dim, seed + 1), dim, siren),
    userIds: Array.from({ length: users }, (_, n) => `user-${n}`),
    itemIds: Array.from({ length: items }, (_, n) => `item-${n}`),
    siren,
  });
}

const shapes = fc.record({
  count: fc.integer({ min: 0, max: 30 }),
  dim: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat(0xffff),
});

Deno.test("withSiren() keeps the codes and adds what its twin in float64 finds", () => {
  fc.assert(fc.property(shapes, ({ count, dim, seed }) => {
    const siren = network(dim, seed);
    const codes = codesOf(count, dim, seed);
    const rows = withSiren(codes, dim, siren);
    assertClose(rows, sirenRows(Float64Array.from(codes), dim, siren), 2e-6, 10, "rows");
    assert.deepEqual(withoutSiren(rows, dim), codes);
  }));
});

Deno.test("a student with a siren is stored as codes and one network, and comes back to the bit", () => {
  fc.assert(
    fc.property(shapes, ({ count, dim, seed }) => {
      const student = studentOf(count, 40, dim, seed);
      const bytes = encodeStudent(student);
      const { tensors, metadata } = decodeSafetensors(bytes, "memory");
      assert.deepEqual(tensors.get("item_factors")!.shape, [40, dim]);
      assert.deepEqual(tensors.get("user_factors")!.shape, [count, dim]);
      assert.equal(metadata.version, "4");
      const back = decodeStudent(bytes);
      assert.equal(back.dim, dim + sirenOutputs);
      assert.deepEqual(back.itemFactors, student.itemFactors);
      assert.deepEqual(back.userFactors, student.userFactors);
      assert.deepEqual(encodeStudent(back), bytes);
      const half = decodeStudent(encodeStudent(student, { precision: "f16" }));
      assertClose(
        withoutSiren(half.itemFactors, dim),
        withoutSiren(student.itemFactors, dim),
        5e-4,
        1e-3,
        "codes",
      );
      assert.deepEqual(
        encodeStudent(half, { precision: "f16" }),
        encodeStudent(student, { precision: "f16" }),
      );
    }),
    { numRuns: 30 },
  );
});

Deno.test("rows that do not follow, and layers that do not fit, are refused by name", () => {
  const refuses = (call: () => unknown, pattern: RegExp) =>
    assert.throws(call, (error) => error instanceof ModelError && pattern.test(error.message));
  const student = studentOf(2, 3, 4, 1);
  const itemFactors = student.itemFactors.slice();
  itemFactors[14 + 5]! += 1;
  refuses(
    () => encodeStudent({ ...student, itemFactors }),
    /row 1 of the student's item_factors holds .*as follows from the numbers before/,
  );
  const siren = student.siren!;
  for (const other of [siren.slice(1), network(5, 1)]) {
    assert.throws(
      () => encodeStudent({ ...student, siren: other }),
      (error) =>
        error instanceof ArgumentError &&
        error.message.includes(`'siren' is unusable: it holds ${other.length} numbers; expected 5130`),
    );
  }
  assert.throws(() => encodeStudent({ ...student, squares: true }), /'siren'.*beside squares/);
  const changed = (change: (tensors: ReturnType<typeof decodeSafetensors>["tensors"]) => void) => {
    const { tensors, metadata } = decodeSafetensors(encodeStudent(student), "memory");
    change(tensors);
    return () => decodeStudent(encodeSafetensors(tensors, metadata), "a.safetensors");
  };
  refuses(changed((tensors) => tensors.delete("siren")), /a.safetensors: the tensor 'siren' is missing/);
  refuses(
    changed((tensors) => tensors.set("siren", { dtype: "F32", shape: [2, 2], data: new Float32Array(4) })),
    /a.safetensors: .*'siren'.*it holds 4 numbers; expected 5130/,
  );
  refuses(
    changed((tensors) => (tensors.get("siren")!.data as Float32Array).fill(NaN, -1)),
    /a.safetensors: .*'userFactors'.*row 0 holds NaN/,
  );
});
