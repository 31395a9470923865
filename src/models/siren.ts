/**
 * Rows of few numbers, and a small network of sines (a SIREN: Sitzmann et al., NeurIPS 2020) that says more of them: with
 * x a row of the few, its code, the whole row is
 *
 *     [x, W sin(V sin(U x + a) + b) + c],
 *
 * the same network for all rows. Only codes and network are stored. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** Numbers that the network adds to a code. */
export const sirenOutputs = 10;
const hidden = 64;

/** Outputs of every layer. */
export const sirenLayers: readonly number[] = [hidden, hidden, sirenOutputs];

/** Numbers of a network for codes of `dim` numbers: of every layer the weights [inputs x outputs], then the bias. */
export function sirenParameters(dim: number): number {
  return (dim + 1) * hidden + (hidden + 1) * (hidden + sirenOutputs);
}

/**
 * The whole rows, of `dim` + {@linkcode sirenOutputs} numbers each.
 *
 * @param codes Codes of `dim` numbers.
 * @param dim Numbers of a code.
 * @param siren The network, laid out as {@linkcode sirenParameters} says.
 * @throws {ArgumentError} if the network has another size.
 */
export function withSiren(codes: Float32Array, dim: number, siren: Float32Array): Float32Array<ArrayBuffer> {
  const size = sirenParameters(dim);
  if (siren.length !== size) throw new ArgumentError("siren", `it holds ${siren.length} numbers`, `${size}`);
  const width = dim + sirenOutputs;
  const rows = new Float32Array(codes.length / dim * width);
  for (let code = 0, row = 0; row < rows.length; code += dim, row += width) {
    let values = Float64Array.from(codes.subarray(code, code + dim));
    rows.set(values, row);
    let n = 0;
    for (const outputs of sirenLayers) {
      const inputs = n > 0 ? values.map(Math.sin) : values;
      values = new Float64Array(outputs);
      for (let input = 0; input < inputs.length; input++) {
        const value = inputs[input]!;
        for (let output = 0; output < outputs; output++) values[output]! += value * siren[n++]!;
      }
      for (let output = 0; output < outputs; output++) values[output]! += siren[n++]!;
    }
    rows.set(values, row + dim);
  }
  return rows;
}

/** The codes of whole rows. */
export function withoutSiren(rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  return rows.filter((_, n) => n % (dim + sirenOutputs) < dim);
}
