import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/data/safetensors.ts";

const shapes = fc.array(fc.nat(4), { maxLength: 3 });
const words = (count: number) => fc.array(fc.nat(0xffffffff), { minLength: count, maxLength: count });
const tensors: fc.Arbitrary<Tensor> = shapes.chain((shape) => {
  const count = shape.reduce((product, size) => product * size, 1);
  return fc.oneof(
    words(count).map((list): Tensor => ({ dtype: "U32", shape, data: Uint32Array.from(list) })),
    words(count).map((list): Tensor => ({
      dtype: "F32",
      shape,
      data: Float32Array.from(list, (word) => word / 7 - 9),
    })),
    words(count).map((list): Tensor => ({ dtype: "U8", shape, data: Uint8Array.from(list) })),
    words(count).map((list): Tensor => ({ dtype: "F16", shape, data: Uint16Array.from(list) })),
    words(count).map((list): Tensor => ({
      dtype: "I64",
      shape,
      data: BigInt64Array.from(list, (word) => -BigInt(word)),
    })),
  );
});
const names = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "ünïcode \u{1f600}", '"quoted"\n', "10", "9"),
)
  .filter((name) => name !== "__metadata__");
const contents = fc.tuple(
  fc.uniqueArray(fc.tuple(names, tensors), { selector: ([name]) => name, maxLength: 6 }),
  fc.uniqueArray(fc.tuple(names, fc.string()), { selector: ([key]) => key, maxLength: 4 }),
);

Deno.test("decodeSafetensors() gives back what encodeSafetensors() took, whatever the order", () => {
  fc.assert(fc.property(contents, ([entries, pairs]) => {
    const metadata = Object.fromEntries(pairs);
    const bytes = encodeSafetensors(new Map(entries), metadata);
    const again = decodeSafetensors(bytes, "file");
    assert.deepEqual(new Map([...again.tensors].sort()), new Map(entries.toSorted() as typeof entries));
    assert.deepEqual(again.metadata, metadata);
    assert.deepEqual(
      encodeSafetensors(new Map(entries.toReversed()), Object.fromEntries(pairs.toReversed())),
      bytes,
    );
    assert.deepEqual(encodeSafetensors(again.tensors, again.metadata), bytes);
  }));
});

Deno.test("encodeSafetensors() writes the documented layout", () => {
  const bytes = encodeSafetensors(
    {
      small: { dtype: "U8", shape: [3], data: Uint8Array.of(7, 8, 9) },
      big: { dtype: "U32", shape: [1], data: Uint32Array.of(258) },
    },
    { b: "2", a: "1" },
  );
  const view = new DataView(bytes.buffer);
  const length = Number(view.getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  assert.equal(length % 8, 0);
  assert.equal(
    header.trimEnd(),
    '{"__metadata__":{"a":"1","b":"2"},"big":{"dtype":"U32","shape":[1],"data_offsets":[0,4]},' +
      '"small":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}',
  );
  assert.deepEqual([...bytes.subarray(8 + length)], [2, 1, 0, 0, 7, 8, 9]);
});

Deno.test("encodeSafetensors() writes the values a view shows, not its buffer", () => {
  const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const { tensors } = decodeSafetensors(encodeSafetensors({ x: { dtype: "F32", shape: [2], data } }), "file");
  assert.deepEqual(tensors.get("x")?.data, Float32Array.of(2, 3));
});

Deno.test("decodeSafetensors() reads from the middle of a buffer and copies the values", () => {
  const bytes = encodeSafetensors({ x: { dtype: "F32", shape: [], data: Float32Array.of(5) } });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { tensors } = decodeSafetensors(shifted.subarray(3), "file");
  shifted.fill(0);
  assert.deepEqual(tensors.get("x"), { dtype: "F32", shape: [], data: Float32Array.of(5) });
});

Deno.test("encodeSafetensors() refuses a reserved name, a wrong array and a wrong shape", () => {
  const data = Float32Array.of(1, 2);
  const wrong = [
    { __metadata__: { dtype: "F32", shape: [2], data } },
    { x: { dtype: "U32", shape: [2], data } },
    { x: { dtype: "BF16", shape: [2], data } },
    { x: { dtype: "F32", shape: [3], data } },
    { x: { dtype: "F32", shape: [-1, -2], data } },
    { x: { dtype: "F32", shape: [1.5], data } },
  ];
  for (const content of wrong) {
    assert.throws(() => encodeSafetensors(content as unknown as Record<string, Tensor>), ArgumentError);
  }
});

function fileOf(header: unknown, dataLength: number, text = JSON.stringify(header)): Uint8Array {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(() => decodeSafetensors(bytes, "student.safetensors"), (error) => {
    assert(error instanceof DataError, String(error));
    assert.match(error.message, message);
    assert.equal(error.place.file, "student.safetensors");
    return true;
  });
}

const one = (field: Record<string, unknown>) => ({
  x: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...field },
});

Deno.test("decodeSafetensors() refuses every shortened file", () => {
  const bytes = encodeSafetensors({ x: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } }, {
    key: "value",
  });
  for (let length = 0; length < bytes.length; length++) {
    refuses(bytes.subarray(0, length), /student\.safetensors: /);
  }
  refuses(bytes.subarray(0, 5), /truncated: it has 5 bytes/);
  refuses(
    bytes.subarray(0, bytes.length - 1),
    /truncated: the tensor 'x' ends at byte 8 of the 7 bytes of data/,
  );
});

Deno.test("decodeSafetensors() refuses what is not a safetensors file", () => {
  refuses(new Uint8Array(40).fill(0xff), /it is no safetensors file/);
  refuses(fileOf(null, 0, "{nonsense"), /the header is not JSON text/);
  refuses(fileOf([1], 0), /the header is not a JSON object/);
  refuses(fileOf({ x: 3 }, 0), /'x' is not described by an object/);
  refuses(fileOf({ __metadata__: { a: 1 } }, 0), /'__metadata__' is wrong; expected an object of strings/);
  refuses(fileOf({ __metadata__: "text" }, 0), /'__metadata__' is wrong/);
});

Deno.test("decodeSafetensors() refuses wrong dtypes, shapes and offsets", () => {
  refuses(fileOf(one({ dtype: "F64" }), 8), /dtype "F64"; expected one of F32, U32, I64, U8, U16, F16/);
  refuses(fileOf(one({ dtype: "toString" }), 8), /dtype "toString"/);
  refuses(fileOf(one({ dtype: undefined }), 8), /dtype undefined/);
  refuses(fileOf(one({ shape: [-2] }), 8), /shape \[-2\]/);
  refuses(fileOf(one({ shape: [2 ** 40, 2 ** 40] }), 8), /shape/);
  refuses(fileOf(one({ shape: 2 }), 8), /shape 2/);
  refuses(fileOf(one({ shape: [3] }), 8), /takes 8 bytes; expected 12 bytes/);
  refuses(fileOf(one({ data_offsets: [8, 0] }), 8), /data_offsets \[8,0\]/);
  refuses(fileOf(one({ data_offsets: [0] }), 8), /data_offsets \[0\]/);
  refuses(fileOf(one({ data_offsets: [-8, 0] }), 8), /data_offsets/);
  refuses(fileOf(one({ data_offsets: ["0", "8"] }), 8), /data_offsets/);
  refuses(fileOf(one({ data_offsets: [8, 16] }), 8), /ends at byte 16 of the 8 bytes/);
});

Deno.test("decodeSafetensors() refuses overlaps, gaps and bytes at the end", () => {
  const at = (begin: number) => ({ dtype: "U32", shape: [2], data_offsets: [begin, begin + 8] });
  refuses(fileOf({ a: at(0), b: at(4) }, 12), /'b' overlaps another: it starts at 4, not at 8/);
  refuses(fileOf({ a: at(0), b: at(12) }, 20), /a gap of 4 bytes before the tensor 'b'/);
  refuses(fileOf({ a: at(4) }, 12), /a gap of 4 bytes before the tensor 'a'/);
  refuses(fileOf({ a: at(0) }, 9), /1 bytes at the end of the file belong to no tensor/);
});
