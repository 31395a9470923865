/**
 * Rows of few numbers, and a small network of sines (a SIREN: Sitzmann et al., NeurIPS 2020) that says more of them: with
 * x a row of the few, its code, the whole row is
 *
 *     [x, V sin(U sin(W x + a) + b) + c],
 *
 * the same network for all rows. Only codes and network are stored. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";

/** One layer: sums = input * weights + bias. */
export interface SirenLayer {
  /** [inputs x outputs], row by row. */
  readonly weights: Float32Array<ArrayBuffer>;
  /** [outputs]. */
  readonly bias: Float32Array<ArrayBuffer>;
}

/** The layers in their order; between them stand sines. */
export type Siren = readonly SirenLayer[];

/** The names of the layers in files and checkpoints. */
export const sirenLayerNames = ["hidden0", "hidden1", "output"] as const;

/** Numbers of the two hidden layers. */
const hidden = 64;

/** Numbers that the network adds to a code. */
export const sirenOutputs = 10;

/** Inputs and outputs of every layer for codes of `dim` numbers. */
export function sirenShape(dim: number): readonly (readonly [number, number])[] {
  return [[dim, hidden], [hidden, hidden], [hidden, sirenOutputs]];
}

/** Numbers of a network for codes of `dim` numbers. */
export function sirenParameters(dim: number): number {
  return sirenShape(dim).reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0);
}

/**
 * Checks that there are the layers that codes of `dim` numbers need.
 *
 * @throws {ArgumentError} if one is missing or of another size.
 */
export function checkSiren(siren: Siren, dim: number): void {
  const sizes = (layers: Iterable<readonly [number, number]>) =>
    Array.from(layers, ([weights, bias]) => `${weights} and ${bias}`).join(", ");
  const given = sizes(siren.map(({ weights, bias }) => [weights.length, bias.length]));
  const right = sizes(sirenShape(dim).map(([inputs, outputs]) => [inputs * outputs, outputs]));
  if (given === right) return;
  throw new ArgumentError("siren", `its layers have ${given} weights and biases`, right);
}

/** The whole rows, each of `dim` + {@linkcode sirenOutputs} numbers, of codes of `dim` numbers. */
export function withSiren(codes: Float32Array, dim: number, siren: Siren): Float32Array<ArrayBuffer> {
  const width = dim + sirenOutputs;
  const count = codes.length / dim;
  const rows = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const code = codes.subarray(row * dim, (row + 1) * dim);
    rows.set(code, row * width);
    const [first, ...others] = siren;
    const sums = others.reduce(
      (before, layer) => layerSums(before.map(sine), layer),
      layerSums(code, first!),
    );
    rows.set(sums, row * width + dim);
  }
  return rows;
}

/** The codes of whole rows. */
export function withoutSiren(rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  const width = dim + sirenOutputs;
  return rows.filter((_, n) => n % width < dim);
}

function layerSums(input: Float32Array | Float64Array, { weights, bias }: SirenLayer): Float64Array {
  const sums = Float64Array.from(bias);
  input.forEach((value, row) => {
    const start = row * sums.length;
    for (let column = 0; column < sums.length; column++) sums[column]! += value * weights[start + column]!;
  });
  return sums;
}

/** By additions and multiplications only, so that every engine gives the same bits; good to 1e-7. */
function sine(x: number): number {
  const halves = Math.floor(x / Math.PI + 0.5);
  const r = x - halves * Math.PI;
  const square = r * r;
  const series = 1 + square * (-1 / 6 + square *
          (1 / 120 + square * (-1 / 5040 + square * (1 / 362880 - square / 39916800))));
  return halves % 2 === 0 ? r * series : -r * series;
}
