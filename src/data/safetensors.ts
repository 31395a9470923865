/**
 * The safetensors container (https://github.com/huggingface/safetensors): an 8-byte little-endian header length, a JSON
 * header, and the raw little-endian values. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError, DataError, shown } from "../errors.ts";

/** The element types that hetcomp reads and writes. */
export type TensorType = "F32" | "U32" | "I64" | "U8" | "U16" | "F16";

/** A named array of one element type. */
export interface TensorOf<Type extends TensorType, Values> {
  /** The element type. */
  readonly dtype: Type;
  /** The sizes of the dimensions, slowest first; an empty list for a single value. */
  readonly shape: readonly number[];
  /** The values in row-major order, as many as the product of the shape. */
  readonly data: Values;
}

/** A named array. F16 values are kept as their 16 bits. */
export type Tensor =
  | TensorOf<"F32", Float32Array<ArrayBuffer>>
  | TensorOf<"U32", Uint32Array<ArrayBuffer>>
  | TensorOf<"I64", BigInt64Array<ArrayBuffer>>
  | TensorOf<"U8", Uint8Array<ArrayBuffer>>
  | TensorOf<"U16", Uint16Array<ArrayBuffer>>
  | TensorOf<"F16", Uint16Array<ArrayBuffer>>;

const arrays = {
  F32: Float32Array,
  U32: Uint32Array,
  I64: BigInt64Array,
  U8: Uint8Array,
  U16: Uint16Array,
  F16: Uint16Array,
} as const;

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** The arrays by name, in the order of the file. */
  readonly tensors: Map<string, Tensor>;
  /** Free text by key. */
  readonly metadata: Record<string, string>;
}

const metadataKey = "__metadata__";
const largestHeader = 100_000_000;

/**
 * Encodes arrays as a safetensors file. The same content gives the same bytes whatever order it is handed over in:
 * larger element types come first (which keeps all values aligned), then names in code-unit order; metadata keys are sorted.
 *
 * @param tensors The arrays by name.
 * @param metadata Free text by key.
 * @returns The bytes of the file; the values start at a multiple of 8.
 * @throws {ArgumentError} if a name is reserved, or an array does not fit its type or shape.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries: [string, Tensor][] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  for (const [name, tensor] of entries) requireTensor(name, tensor);
  entries.sort(([a, one], [b, two]) =>
    arrays[two.dtype].BYTES_PER_ELEMENT - arrays[one.dtype].BYTES_PER_ELEMENT || (a < b ? -1 : 1)
  );
  const texts = Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1);
  const fields: string[] = [];
  if (texts.length > 0) {
    const pairs = texts.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(String(value))}`);
    fields.push(`"${metadataKey}":{${pairs.join(",")}}`);
  }
  let end = 0;
  for (const [name, { dtype, shape, data }] of entries) {
    const begin = end;
    end += data.byteLength;
    fields.push(
      `${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${
        shape.join(",")
      }],"data_offsets":[${begin},${end}]}`,
    );
  }
  const header = new TextEncoder().encode(`{${fields.join(",")}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(start + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(header, 8);
  let position = start;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

function requireTensor(name: string, tensor: Tensor): void {
  if (name === metadataKey) {
    throw new ArgumentError("tensors", `one is named '${name}'`, "another name: it is reserved");
  }
  const type = Object.hasOwn(arrays, tensor.dtype) ? arrays[tensor.dtype] : undefined;
  if (type === undefined || !(tensor.data instanceof type)) {
    const kind = tensor.data?.constructor?.name;
    throw new ArgumentError(
      "tensors",
      `'${name}' holds a ${kind} as ${tensor.dtype}`,
      "the array that fits the type",
    );
  }
  const size = elements(tensor.shape);
  if (size !== tensor.data.length) {
    const wrong = `'${name}' has the shape [${tensor.shape.join(", ")}] and ${tensor.data.length} values`;
    throw new ArgumentError(
      "tensors",
      wrong,
      size === null ? "sizes that are non-negative integers" : `${size} values`,
    );
  }
}

/** The product of the sizes, or null if one is not a size or the product is too large to be exact. */
function elements(shape: readonly unknown[]): number | null {
  let product = 1;
  for (const size of shape) {
    if (!isSize(size)) return null;
    product *= size;
  }
  return Number.isSafeInteger(product) ? product : null;
}

function isType(value: unknown): value is TensorType {
  return typeof value === "string" && Object.hasOwn(arrays, value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether the first nine bytes of a file are those of a safetensors file: a small length, and an object behind it. */
export function isSafetensors(start: Uint8Array): boolean {
  return start.length > 8 && start[8] === 0x7b && start.subarray(4, 8).every((byte) => byte === 0);
}

/**
 * Decodes a safetensors file. Every array is a copy that does not hold on to `bytes`.
 *
 * @param bytes The whole file.
 * @param file The file's path, for messages.
 * @returns Arrays and metadata.
 * @throws {DataError} naming the file, if it is truncated or too long, its header is not what the format asks for, an
 * element type is not one of F32, U32, I64, U8, U16, F16, or the arrays overlap, leave gaps or reach beyond the file.
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsContent {
  return decodeTensors(bytes, (wrong, right) => {
    throw new DataError({ file }, wrong, right);
  });
}

/** Throws an error that says what is wrong, and perhaps what would be right. */
export type Fail = (wrong: string, right?: string) => never;

/** {@linkcode decodeSafetensors} with errors of the caller's. */
export function decodeTensors(bytes: Uint8Array, fail: Fail): SafetensorsContent {
  const headerLength = bytes.length < 8
    ? 0
    : Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > largestHeader) {
    fail("it is no safetensors file");
  }
  const start = 8 + headerLength;
  if (start > bytes.length) {
    fail(`the file is truncated: it has ${bytes.length} bytes, its header ends at byte ${start}`);
  }
  const header = parseHeader(bytes.subarray(8, start), fail);
  const length = bytes.length - start;
  const found: { name: string; dtype: TensorType; shape: number[]; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataKey) {
      if (!isObject(value) || !Object.values(value).every((text) => typeof text === "string")) {
        fail(`the header field '${metadataKey}' is wrong`, "an object of strings");
      }
      metadata = { ...value as Record<string, string> };
    } else {
      found.push({ name, ...parseTensor(name, value, length, fail) });
    }
  }
  found.sort((one, two) => one.begin - two.begin || one.end - two.end);
  let covered = 0;
  for (const { name, begin, end } of found) {
    if (begin < covered) {
      fail(`the tensor '${name}' overlaps another: it starts at ${begin}, not at ${covered}`);
    }
    if (begin > covered) fail(`there is a gap of ${begin - covered} bytes before the tensor '${name}'`);
    covered = end;
  }
  if (covered !== length) fail(`${length - covered} bytes at the end of the file belong to no tensor`);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of found) {
    const copy = new Uint8Array(bytes.subarray(start + begin, start + end));
    const data = new arrays[dtype](copy.buffer);
    tensors.set(name, { dtype, shape, data } as Tensor);
  }
  return { tensors, metadata };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    fail("the header is not JSON text", "a safetensors file");
  }
  return isObject(header) ? header : fail("the header is not a JSON object", "a safetensors file");
}

function parseTensor(
  name: string,
  value: unknown,
  length: number,
  fail: Fail,
): { dtype: TensorType; shape: number[]; begin: number; end: number } {
  const wrong = (what: string, right?: string) => fail(`the tensor '${name}' ${what}`, right);
  if (!isObject(value)) return wrong("is not described by an object");
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isType(dtype)) {
    return wrong(
      `has the dtype ${shown(dtype)}`,
      `one of ${Object.keys(arrays).join(", ")}`,
    );
  }
  const size = Array.isArray(shape) ? elements(shape) : null;
  if (size === null) {
    return wrong(
      `has the shape ${shown(shape)}`,
      "a list of non-negative integers",
    );
  }
  if (
    !Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0]! > offsets[1]!
  ) {
    return wrong(
      `has the data_offsets ${shown(offsets)}`,
      "a begin and an end, not below it",
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end > length) {
    return fail(
      `the file is truncated: the tensor '${name}' ends at byte ${end} of the ${length} bytes of data`,
    );
  }
  if (end - begin !== size * arrays[dtype].BYTES_PER_ELEMENT) {
    return wrong(
      `takes ${end - begin} bytes`,
      `${size * arrays[dtype].BYTES_PER_ELEMENT} bytes for its shape and dtype`,
    );
  }
  return { dtype, shape: shape as number[], begin, end };
}
