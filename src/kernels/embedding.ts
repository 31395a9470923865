import { ArgumentError } from "../errors.ts";

/** Floats from one row of an embedding table on the device to the next: the dimension, rounded up to whole vec4. */
export function strideOf(dim: number): number {
  return Math.ceil(dim / 4) * 4;
}

/**
 * Spreads rows of `dim` floats to rows of {@linkcode strideOf}`(dim)` floats, the rest zero.
 *
 * @throws {ArgumentError} if the length is no multiple of `dim`, or `dim` is not a positive integer.
 */
export function padRows(name: string, values: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  if (!Number.isInteger(dim) || dim < 1) throw new ArgumentError("dim", `it is ${dim}`, "a positive integer");
  if (values.length % dim !== 0) {
    throw new ArgumentError(
      name,
      `its length ${values.length} is no multiple of dim ${dim}`,
      "rows of dim numbers",
    );
  }
  const stride = strideOf(dim);
  const rows = values.length / dim;
  const padded = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row++) padded.set(values.subarray(row * dim, (row + 1) * dim), row * stride);
  return padded;
}

/** The inverse of {@linkcode padRows}. */
export function unpadRows(padded: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const stride = strideOf(dim);
  const rows = padded.length / stride;
  const values = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    values.set(padded.subarray(row * stride, row * stride + dim), row * dim);
  }
  return values;
}
