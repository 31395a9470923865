/**
 * Students on disk: one safetensors file with everything that recommending needs. Encoding and decoding are browser
 * compatible; saving and loading need Deno or Node.
 *
 * @module
 */
import { readBytes, writeAtomically } from "../data/files.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../data/safetensors.ts";
import { DataError, HetcompError, ModelError } from "../errors.ts";
import { Student, type StudentParts } from "./student.ts";

const format = "hetcomp-student";
const version = "1";

/**
 * Encodes a student as one safetensors file: `user_factors` and `item_factors` (F32, [users, dim] and [items, dim]),
 * `user_ids` and `item_ids` (U8: the UTF-8 text of a JSON array of strings), `seen_offsets` and `seen_items` (U32) if the
 * seen items are known; the metadata beside `format` and `version`. The same student gives the same bytes.
 *
 * @example There and back
 * ```ts
 * import { decodeStudent, encodeStudent, Student } from "@hetcomp/hetcomp";
 * const parts = { dim: 1, userFactors: Float32Array.of(2), itemFactors: Float32Array.of(1, 3) };
 * const student = new Student({ ...parts, userIds: ["ann"], itemIds: ["tea", "milk"] });
 * console.assert(decodeStudent(encodeStudent(student)).recommend("ann", { k: 1 })[0]!.item === "milk");
 * ```
 *
 * @param student What to encode.
 * @throws {ModelError} if a factor is not a finite number, or the metadata uses the key `format` or `version`.
 */
export function encodeStudent(student: StudentParts): Uint8Array<ArrayBuffer> {
  const { dim, userFactors, itemFactors, userIds, itemIds, seen, metadata = {} } = student;
  for (const key of ["format", "version"]) {
    if (Object.hasOwn(metadata, key)) {
      throw new ModelError(`the student's metadata uses the reserved key '${key}'`);
    }
  }
  const tensors: Record<string, Tensor> = {
    user_factors: { dtype: "F32", shape: [userIds.length, dim], data: userFactors },
    item_factors: { dtype: "F32", shape: [itemIds.length, dim], data: itemFactors },
    user_ids: textTensor(userIds),
    item_ids: textTensor(itemIds),
  };
  checkFinite("the student", "user_factors", userFactors, dim);
  checkFinite("the student", "item_factors", itemFactors, dim);
  if (seen !== undefined) {
    tensors["seen_offsets"] = { dtype: "U32", shape: [seen.offsets.length], data: seen.offsets };
    tensors["seen_items"] = { dtype: "U32", shape: [seen.items.length], data: seen.items };
  }
  return encodeSafetensors(tensors, { ...metadata, format, version });
}

/**
 * Decodes what {@linkcode encodeStudent} made, and checks it.
 *
 * @example Not a student
 * ```ts
 * import { decodeStudent, ModelError } from "@hetcomp/hetcomp";
 * let refused = false;
 * try {
 *   decodeStudent(Uint8Array.of(1, 2, 3));
 * } catch (error) {
 *   refused = error instanceof ModelError;
 * }
 * console.assert(refused);
 * ```
 *
 * @param bytes The whole file.
 * @param file Its path, for messages.
 * @throws {ModelError} naming the file, if it is truncated, not a student, of another version, inconsistent, or holds a
 * factor that is not a finite number (the message names the tensor and the row).
 */
export function decodeStudent(bytes: Uint8Array, file = "the bytes given"): Student {
  const { tensors, metadata } = decode(bytes, file);
  const { format: foundFormat, version: foundVersion, ...rest } = metadata;
  if (foundFormat !== format) {
    throw new ModelError(`${file}: this is not a student; expected the format "${format}"`);
  }
  if (foundVersion !== version) {
    const found = JSON.stringify(foundVersion);
    throw new ModelError(`${file}: the format version is ${found}; this program reads version ${version}`);
  }
  const users = tensorOf(file, tensors, "user_factors", "F32", 2);
  const items = tensorOf(file, tensors, "item_factors", "F32", 2);
  const dim = users.shape[1]!;
  if (items.shape[1] !== dim) {
    throw new ModelError(`${file}: user vectors have the length ${dim}, item vectors ${items.shape[1]}`);
  }
  checkFinite(file, "user_factors", users.data, dim);
  checkFinite(file, "item_factors", items.data, dim);
  const parts: StudentParts = {
    dim,
    userFactors: users.data,
    itemFactors: items.data,
    userIds: idsOf(file, tensors, "user_ids"),
    itemIds: idsOf(file, tensors, "item_ids"),
    metadata: rest,
  };
  if (!tensors.has("seen_offsets") && !tensors.has("seen_items")) return build(file, parts);
  const offsets = tensorOf(file, tensors, "seen_offsets", "U32", 1).data;
  const seen = tensorOf(file, tensors, "seen_items", "U32", 1).data;
  if (
    offsets[0] !== 0 || offsets.at(-1) !== seen.length ||
    offsets.some((end, n) => n > 0 && end < offsets[n - 1]!)
  ) {
    throw new ModelError(`${file}: 'seen_offsets' does not rise from 0 to the ${seen.length} seen items`);
  }
  return build(file, { ...parts, seen: { offsets, items: seen } });
}

/**
 * Saves a student as one file (see {@linkcode encodeStudent}), written to a temporary name and then renamed.
 *
 * @example Save and load
 * ```ts
 * import { loadStudent, saveStudent, Student } from "@hetcomp/hetcomp";
 * const parts = { dim: 1, userFactors: Float32Array.of(2), itemFactors: Float32Array.of(1, 3) };
 * const path = await Deno.makeTempFile({ suffix: ".safetensors" });
 * await saveStudent(path, new Student({ ...parts, userIds: ["ann"], itemIds: ["tea", "milk"] }));
 * console.assert((await loadStudent(path)).items === 2);
 * await Deno.remove(path);
 * ```
 *
 * @param path Path of the file.
 * @param student What to save.
 * @throws {ModelError} as {@linkcode encodeStudent}.
 * @throws {DataError} if the file cannot be written.
 */
export async function saveStudent(path: string, student: StudentParts): Promise<void> {
  await writeAtomically(path, encodeStudent(student));
}

/**
 * Loads a student (see {@linkcode decodeStudent}); no data set and no GPU is needed to recommend with it.
 *
 * @example A missing file
 * ```ts
 * import { loadStudent, ModelError } from "@hetcomp/hetcomp";
 * const error = await loadStudent("no/such/file.safetensors").catch((error) => error);
 * console.assert(error instanceof ModelError);
 * ```
 *
 * @param path Path of the file.
 * @throws {ModelError} naming the file and the reason, if it cannot be read or is not a sound student.
 */
export async function loadStudent(path: string): Promise<Student> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    throw error instanceof HetcompError ? new ModelError(error.message) : error;
  }
  return decodeStudent(bytes, path);
}

function textTensor(ids: readonly string[]): Tensor {
  const data = new TextEncoder().encode(JSON.stringify(ids));
  return { dtype: "U8", shape: [data.length], data };
}

function decode(
  bytes: Uint8Array,
  file: string,
): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  try {
    return decodeSafetensors(bytes, file);
  } catch (error) {
    throw error instanceof DataError ? new ModelError(error.message) : error;
  }
}

function tensorOf<T extends "U8" | "U32" | "F32">(
  file: string,
  tensors: Map<string, Tensor>,
  name: string,
  dtype: T,
  dimensions: number,
): Extract<Tensor, { dtype: T }> {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new ModelError(`${file}: the tensor '${name}' is missing`);
  if (tensor.dtype !== dtype || tensor.shape.length !== dimensions) {
    const found = `${tensor.dtype} with ${tensor.shape.length} dimensions`;
    throw new ModelError(`${file}: the tensor '${name}' is ${found}; expected ${dtype} with ${dimensions}`);
  }
  return tensor as Extract<Tensor, { dtype: T }>;
}

function idsOf(file: string, tensors: Map<string, Tensor>, name: string): string[] {
  let ids: unknown;
  try {
    ids = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(tensorOf(file, tensors, name, "U8", 1).data),
    );
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(`${file}: the tensor '${name}' is not JSON text`);
  }
  if (Array.isArray(ids) && ids.every((id) => typeof id === "string")) return ids;
  throw new ModelError(`${file}: the tensor '${name}' is not a JSON array of strings`);
}

function checkFinite(file: string, name: string, factors: Float32Array, dim: number): void {
  for (let n = 0; n < factors.length; n++) {
    if (!Number.isFinite(factors[n]!)) {
      throw new ModelError(`${file}: the tensor '${name}' holds ${factors[n]} in row ${Math.floor(n / dim)}`);
    }
  }
}

function build(file: string, parts: StudentParts): Student {
  try {
    return new Student(parts);
  } catch (error) {
    throw error instanceof HetcompError ? new ModelError(`${file}: ${error.message}`) : error;
  }
}
