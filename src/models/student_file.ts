/**
 * Students on disk: one safetensors file with everything that recommending needs. Encoding and decoding are browser
 * compatible; saving and loading need Deno or Node.
 *
 * @module
 */
import { readBytes, writeAtomically } from "../data/files.ts";
import { toHalf } from "../data/float16.ts";
import { encodeSafetensors, type Tensor } from "../data/safetensors.ts";
import { ArgumentError, HetcompError, ModelError } from "../errors.ts";
import { decodeStudent, studentFormat } from "./student_decoder.ts";
import { withoutSquares, withSquares } from "./item_squares.ts";
import { sirenOutputs, withoutSiren, withSiren } from "./siren.ts";
import type { Student, StudentParts } from "./student.ts";

export { decodeStudent };

/** Versions 3 and 4 leave out what follows of the rest. */
const versions = { whole: "2", squares: "3", siren: "4" } as const;

/** What a student file holds. */
export interface StudentFileOptions {
  /** Whether the seen items are kept, if they are known (true by default). Without them, nothing is left out for a user. */
  readonly seen?: boolean;
  /** The type of the factors: "f32" (the default), or "f16" for half the size, rounded to 11 significant bits. */
  readonly precision?: "f32" | "f16";
}

/**
 * Encodes a student as one safetensors file, which any reader of safetensors can read:
 *
 * | tensor                         | type and shape                                                               |
 * | ------------------------------ | ---------------------------------------------------------------------------- |
 * | `user_factors`, `item_factors` | F32 or F16, [users, dim] and [items, dim]; [items, dim / 2] with squares; [users, dim - 10] and [items, dim - 10] with a siren |
 * | `siren`                        | F32; only with a siren                                                       |
 * | `user_ids`, `item_ids`         | ids that are whole numbers: U16 or U32, [users] and [items]; other ids: U8, the UTF-8 text of a JSON array of strings |
 * | `seen_offsets`                 | U32, [users + 1]; only if the seen items are known                           |
 * | `seen_items`                   | U16 or U32: those of user u stand from `seen_offsets[u]` to before `seen_offsets[u + 1]` |
 *
 * U16 is taken where every number is below 65,536. The second half of an item is left out where it follows from the first
 * (`squares`, see {@linkcode StudentParts}), and the `version` is then "3"; the end of every vector where it follows from
 * a `siren`, and it is "4"; otherwise it is "2". The metadata stands beside `format` and `version`. The same student gives the same bytes.
 *
 * @example There and back
 * ```ts
 * import { decodeStudent, encodeStudent, Student } from "@hetcomp/hetcomp";
 * const parts = { dim: 1, userFactors: Float32Array.of(2), itemFactors: Float32Array.of(1, 3) };
 * const student = new Student({ ...parts, userIds: ["ann"], itemIds: ["tea", "milk"] });
 * console.assert(decodeStudent(encodeStudent(student)).recommend("ann", { k: 1 })[0]!.item === "milk");
 * const small = encodeStudent(student, { precision: "f16", seen: false });
 * console.assert(decodeStudent(small).similar("tea", { k: 1 })[0]!.item === "milk");
 * ```
 *
 * @param student What to encode.
 * @param options What to keep, and how exactly.
 * @throws {ModelError} if a factor is not a finite number or too large for the type, an id is no text, the metadata uses
 * the key `format` or `version`, or the second half of an item does not follow from the first where it should.
 * @throws {ArgumentError} if the precision is another, `dim` is odd where there are squares, the siren is of another size,
 * or there are both.
 */
export function encodeStudent(
  student: StudentParts,
  options: StudentFileOptions = {},
): Uint8Array<ArrayBuffer> {
  const { dim, userFactors, itemFactors, userIds, itemIds, metadata = {}, squares = false, siren } = student;
  const { precision = "f32" } = options;
  if (precision !== "f32" && precision !== "f16") {
    throw new ArgumentError("precision", `it is ${JSON.stringify(precision)}`, '"f32" or "f16"');
  }
  if (squares && dim % 2 > 0) throw new ArgumentError("dim", `it is ${dim}`, "an even number, with squares");
  if (squares && siren) throw new ArgumentError("siren", "it stands beside squares", "one of both");
  for (const key of ["format", "version"]) {
    if (Object.hasOwn(metadata, key)) {
      throw new ModelError(`the student's metadata uses the reserved key '${key}'`);
    }
  }
  const factors = (name: string, data: Float32Array<ArrayBuffer>, rows: number, squares = false): Tensor => {
    if (!(data instanceof Float32Array) || data.length !== rows * dim) {
      throw new ModelError(`the student's ${name} are no Float32Array of ${rows} x ${dim} numbers`);
    }
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new ModelError(`the student's ${name} hold ${data[wrong]} in row ${Math.floor(wrong / dim)}`);
    }
    // What follows from the rest of a row is not written.
    let width = dim;
    let written = data;
    if (siren) {
      width = dim - sirenOutputs;
      written = withoutSiren(data, width);
      requireSame(name, data, withSiren(written, width, siren), dim);
    } else if (squares) {
      width = dim / 2;
      written = withoutSquares(data, dim);
      requireSame(name, data, withSquares(written, width), dim);
    }
    const shape = [rows, width];
    if (precision === "f32") return { dtype: "F32", shape, data: written };
    const large = written.findIndex((value) => Math.abs(value) >= 65520);
    if (large >= 0) {
      throw new ModelError(`the student's ${name} hold ${written[large]}, too large for f16; expected "f32"`);
    }
    return { dtype: "F16", shape, data: toHalf(written) };
  };
  const tensors: Record<string, Tensor> = {
    user_factors: factors("user_factors", userFactors, userIds.length),
    item_factors: factors("item_factors", itemFactors, itemIds.length, squares),
    user_ids: idTensor(userIds),
    item_ids: idTensor(itemIds),
  };
  if (siren) tensors["siren"] = { dtype: "F32", shape: [siren.length], data: siren };
  const seen = options.seen === false ? undefined : student.seen;
  if (seen !== undefined) {
    tensors["seen_offsets"] = { dtype: "U32", shape: [seen.offsets.length], data: seen.offsets };
    tensors["seen_items"] = integerTensor(seen.items);
  }
  const version = versions[siren ? "siren" : squares ? "squares" : "whole"];
  return encodeSafetensors(tensors, { ...metadata, format: studentFormat, version });
}

function requireSame(name: string, given: Float32Array, right: Float32Array, dim: number): void {
  const wrong = given.findIndex((value, n) => value !== right[n]);
  if (wrong < 0) return;
  const row = Math.floor(wrong / dim);
  throw new ModelError(
    `row ${row} of the student's ${name} holds ${given[wrong]}; expected ${
      right[wrong]
    }, as follows from the numbers before`,
  );
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
 * @param options What to keep, and how exactly.
 * @throws {ModelError} as {@linkcode encodeStudent}.
 * @throws {DataError} if the file cannot be written.
 */
export async function saveStudent(
  path: string,
  student: StudentParts,
  options: StudentFileOptions = {},
): Promise<void> {
  await writeAtomically(path, encodeStudent(student, options));
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

/** Ids as numbers where that loses nothing, which takes a quarter of the room of their text. */
function idTensor(ids: readonly string[]): Tensor {
  const odd = ids.find((id) => typeof id !== "string");
  if (odd !== undefined) {
    throw new ModelError(`the student's ids hold ${JSON.stringify(odd)}; expected texts`);
  }
  const numbers = Uint32Array.from(ids, Number);
  if (ids.every((id, n) => id === String(numbers[n]))) return integerTensor(numbers);
  const data = new TextEncoder().encode(JSON.stringify(ids));
  return { dtype: "U8", shape: [data.length], data };
}

function integerTensor(data: Uint32Array<ArrayBuffer>): Tensor {
  const shape = [data.length];
  if (data.some((value) => value > 0xffff)) return { dtype: "U32", shape, data };
  return { dtype: "U16", shape, data: Uint16Array.from(data) };
}
