import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors } from "../../src/data/safetensors.ts";
import { ArgumentError, ModelError } from "../../src/errors.ts";
import { type Siren, sirenOutputs, sirenParameters, sirenShape, withSiren } from "../../src/models/siren.ts";
import { withoutSiren } from "../../src/models/siren.ts";
import { Student } from "../../src/models/student.ts";
import { decodeStudent, encodeStudent } from "../../src/models/student_file.ts";
import { normal } from "../../src/random.ts";
import { assertClose } from "../oracle/close.ts";
import { sirenRows } from "../oracle/siren.ts";

function network(dim: number, seed: number): Siren {
  return sirenShape(dim).map(([inputs, outputs], layer) => ({
    weights: Float32Array.from(
      { length: inputs * outputs },
      (_, n) => 2 * normal(seed, layer, n, 0) / Math.sqrt(inputs),
    ),
    bias: Float32Array.from({ length: outputs }, (_, n) => normal(seed, layer, n, 1)),
  }));
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
    assert.equal(
      siren.reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0),
      sirenParameters(dim),
    );
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
  assert.throws(() => encodeStudent({ ...student, siren: siren.slice(1) }), ArgumentError);
  assert.throws(
    () => encodeStudent({ ...student, siren: network(5, 1) }),
    /'siren'.*320 and 64, 4096 and 64, 640 and 10.*expected 256 and 64, 4096 and 64, 640 and 10/,
  );
  const changed = (change: (tensors: ReturnType<typeof decodeSafetensors>["tensors"]) => void) => {
    const { tensors, metadata } = decodeSafetensors(encodeStudent(student), "memory");
    change(tensors);
    return () => decodeStudent(encodeSafetensors(tensors, metadata), "a.safetensors");
  };
  refuses(
    changed((tensors) => tensors.delete("hidden1_bias")),
    /a.safetensors: the tensor 'hidden1_bias' is missing/,
  );
  refuses(
    changed((tensors) =>
      tensors.set("hidden0_weights", { dtype: "F32", shape: [64, 4], data: new Float32Array(256) })
    ),
    /'hidden0_weights' has the shape 64 x 4; expected 4 x 64/,
  );
  refuses(
    changed((tensors) => (tensors.get("output_bias")!.data as Float32Array).fill(NaN)),
    /a.safetensors: .*'userFactors'.*row 0 holds NaN/,
  );
});
