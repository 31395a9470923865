/**
 * Decoding of student files, apart from encoding so that a bundle for an edge worker stays small. This module is browser
 * compatible.
 *
 * @module
 */
import { fromHalf } from "../data/float16.ts";
import { decodeTensors, type Fail, type Tensor, type TensorType } from "../data/safetensors.ts";
import { HetcompError, ModelError, shown } from "../errors.ts";
import type { Ragged } from "../ragged.ts";
import { withSquares } from "./item_squares.ts";
import { sirenOutputs, withSiren } from "./siren.ts";
import { Student } from "./student.ts";

/** Stands in the metadata of every student file. */
export const studentFormat = "hetcomp-student";

/**
 * Decodes what `encodeStudent` made, and checks it.
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
 * @param bytes The whole file, such as `await response.arrayBuffer()`.
 * @param file Its path, for messages.
 * @throws {ModelError} naming the file, if it is truncated, not a student, of another version, inconsistent, or holds what
 * {@linkcode Student} refuses, such as a factor that is not a finite number (the message names the row).
 */
export function decodeStudent(bytes: Uint8Array | ArrayBuffer, file = "the bytes given"): Student {
  const fail: Fail = (wrong, right) => {
    throw new ModelError(`${file}: ${wrong}${right ? `; expected ${right}` : ""}`);
  };
  try {
    const { tensors, metadata } = decodeTensors("buffer" in bytes ? bytes : new Uint8Array(bytes), fail);
    const { format, version, ...rest } = metadata;
    if (format !== studentFormat) fail("this is not a student", `the format "${studentFormat}"`);
    // Version 1 has the same tensors, in fewer types; version 3 half the numbers for an item, version 4 codes.
    if (!["1", "2", "3", "4"].includes(version!)) {
      fail(`the format version is ${shown(version)}`, "1, 2, 3 or 4");
    }
    const tensor = <Type extends TensorType>(name: string, ...types: Type[]) => {
      const found = tensors.get(name) ?? fail(`the tensor '${name}' is missing`);
      if (types.every((type) => type !== found.dtype)) {
        fail(`the tensor '${name}' is ${found.dtype}`, types.join(" or "));
      }
      return found as Extract<Tensor, { dtype: Type }>;
    };
    const factors = (name: string) => {
      const { dtype, shape, data } = tensor(name, "F32", "F16");
      if (shape.length !== 2) fail(`the tensor '${name}' has ${shape.length} dimensions`, "2");
      const values = dtype === "F16" ? fromHalf(data) : data;
      return { values, rows: shape[0]!, dim: shape[1]! };
    };
    const ids = (name: string) => {
      const { dtype, data } = tensor(name, "U8", "U16", "U32");
      if (dtype !== "U8") return Array.from(data, String);
      try {
        const list: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
        if (Array.isArray(list) && list.every((id) => typeof id === "string")) return list;
      } catch { /* said below */ }
      return fail(`the tensor '${name}' is no JSON array of strings`);
    };
    const users = factors("user_factors");
    const items = factors("item_factors");
    const squares = version === "3";
    const siren = version === "4" && tensor("siren", "F32").data;
    const whole = ({ values, dim }: typeof users, squares = false) =>
      siren ? withSiren(values, dim, siren) : squares ? withSquares(values, dim) : values;
    const seen = (): { seen?: Ragged } => {
      if (!tensors.has("seen_offsets") && !tensors.has("seen_items")) return {};
      const offsets = tensor("seen_offsets", "U32").data;
      const { data } = tensor("seen_items", "U16", "U32");
      return { seen: { offsets, items: Uint32Array.from(data) } };
    };
    const student = new Student({
      dim: users.dim + (siren ? sirenOutputs : 0),
      userFactors: whole(users),
      itemFactors: whole(items, squares),
      userIds: ids("user_ids"),
      itemIds: ids("item_ids"),
      metadata: rest,
      squares,
      ...(siren ? { siren } : {}),
      ...seen(),
    });
    // A matrix that lies on its side has as many numbers.
    if (users.rows !== student.users || items.rows !== student.items) {
      fail(
        `the factors have ${users.rows} and ${items.rows} rows`,
        `${student.users} and ${student.items}`,
      );
    }
    return student;
  } catch (error) {
    if (error instanceof ModelError || !(error instanceof HetcompError)) throw error;
    return fail(error.message);
  }
}
