import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { strideOf } from "./embedding.ts";

/** Rows of an embedding table on the device, each of `strideOf(dim)` floats, padded with zeros. */
export interface FactorRows {
  /** The table. */
  readonly array: DeviceArray;
  /** The first of the rows. */
  readonly row: number;
  /** How many rows. */
  readonly count: number;
}

/** Numbers of a row at most: an invocation that scores eight items at a time still ends its loops. */
const longestRow = 30_000;

/**
 * Checks user and item vectors given to a public function, and that no score can overflow.
 *
 * @returns The number of users and the number of items.
 * @throws {ArgumentError} if `dim` is unusable, a length is no multiple of it, or a value is not finite or too large.
 */
export function checkFactors(
  users: Float32Array,
  items: Float32Array,
  dim: number,
): { users: number; items: number } {
  if (!Number.isInteger(dim) || dim < 1) throw new ArgumentError("dim", `it is ${dim}`, "a positive integer");
  if (dim > longestRow) throw new ArgumentError("dim", `it is ${dim}`, `at most ${longestRow}`);
  const largest = largestValue("users", users, dim) * largestValue("items", items, dim) * dim;
  if (largest > 1e38) {
    throw new ArgumentError(
      "users",
      `products with the items may reach ${largest.toExponential(1)}`,
      "scores below 1e38, so that they fit into 32-bit floats",
    );
  }
  return { users: users.length / dim, items: items.length / dim };
}

function largestValue(name: string, values: Float32Array, dim: number): number {
  if (values.length % dim !== 0) {
    throw new ArgumentError(
      name,
      `its length ${values.length} is no multiple of dim ${dim}`,
      "rows of dim numbers",
    );
  }
  let largest = 0;
  for (let n = 0; n < values.length; n++) {
    const size = Math.abs(values[n]!);
    if (!(size <= 3.5e38)) {
      throw new ArgumentError(name, `row ${Math.floor(n / dim)} holds ${values[n]}`, "finite numbers");
    }
    if (size > largest) largest = size;
  }
  return largest;
}

/** Number of vec4 in a row: the constant `VECTORS` of the scoring kernels. */
export function vectorsOf(dim: number): number {
  return strideOf(dim) / 4;
}
