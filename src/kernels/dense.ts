/**
 * Dense layers: output = activation(input * weights + bias), and their gradients. Matrices are row-major with rows
 * padded to `strideOf` their columns, the padding zero: input [rows x inputs], weights [inputs x outputs], bias
 * [1 x outputs], output [rows x outputs]. Every sum has a fixed order: same inputs, same bits.
 *
 * @module
 */
import activationCode from "../../shaders/layer/activation.wgsl" with { type: "text" };
import activationGradientCode from "../../shaders/layer/activation_gradient.wgsl" with { type: "text" };
import denseCode from "../../shaders/layer/dense.wgsl" with { type: "text" };
import gradientSumCode from "../../shaders/layer/dense_gradient_sum.wgsl" with { type: "text" };
import inputGradientCode from "../../shaders/layer/dense_input_gradient.wgsl" with { type: "text" };
import weightGradientCode from "../../shaders/layer/dense_weight_gradient.wgsl" with { type: "text" };
import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { operationsPerDispatch, ranges, turnsPerInvocation } from "./dispatch_limits.ts";
import { strideOf } from "./embedding.ts";

/** What a layer applies to its sums: nothing, max(0, x), or the hyperbolic tangent. */
export type Activation = "none" | "relu" | "tanh";

/** Sizes of a dense layer. */
export interface DenseShape {
  /** Rows of the batch. */
  readonly rows: number;
  /** Numbers an input row, from 1 to 240,000. */
  readonly inputs: number;
  /** Numbers an output row, from 1 to 240,000. */
  readonly outputs: number;
  /** What is applied to the sums. */
  readonly activation: Activation;
}

/** A forward pass. */
export interface DenseForward extends DenseShape {
  /** [rows x inputs]. */
  readonly input: DeviceArray;
  /** [inputs x outputs]. */
  readonly weights: DeviceArray;
  /** [1 x outputs]. */
  readonly bias: DeviceArray;
  /** [rows x outputs], written; its padding becomes zero if that of weights and bias is. */
  readonly output: DeviceArray;
}

/** A backward pass. */
export interface DenseBackward extends DenseShape {
  /** [rows x inputs], what the layer was given. */
  readonly input: DeviceArray;
  /** [inputs x outputs]. */
  readonly weights: DeviceArray;
  /** [rows x outputs], what the layer gave. Not read for the activation "none". */
  readonly output: DeviceArray;
  /** [rows x outputs], derivative of the loss by the output; replaced by the one by the sums before the activation. */
  readonly outputGradient: DeviceArray;
  /** [rows x inputs], written: derivative of the loss by the input. Default: not computed. */
  readonly inputGradient?: DeviceArray;
  /** [inputs x outputs]: the derivative by the weights is added to it. */
  readonly weightGradient: DeviceArray;
  /** [1 x outputs]: the derivative by the bias is added to it. */
  readonly biasGradient: DeviceArray;
}

const activations: Readonly<Record<Activation, number>> = { none: 0, relu: 1, tanh: 2 };

/** The constant `ACTIVATION` of shaders/layer/activation.wgsl. */
export function activationNumber(activation: Activation): number {
  return activations[activation];
}

/** Rows and vec4 of columns of an invocation; on processors loads cost most. That of graphics processors is not tuned. */
const tiles = {
  software: { rows: 8, columns: 4, size: 16 },
  hardware: { rows: 4, columns: 1, size: 64 },
} as const;
/** vec4 of inputs of an invocation of the weights' gradient, at most: with more, processors run out of registers. */
const vectorsOfWeights = 4;
/** Rows over which one invocation of the weights' gradient sums. */
const sliceRows = 128;
/** Memory of the slices' results, at most, unless the fewest slices that there may be take more. */
const sliceBytes = 16 * 1024 * 1024;

/** As many vec4 as the kind's tile has at most, so that the last tile across is as full as the others. */
function tileOf(gpu: Gpu, columns: number): { rows: number; columns: number; size: number } {
  const tile = tiles[gpu.adapter.kind];
  const width = strideOf(columns) / 4;
  return { ...tile, columns: Math.ceil(width / Math.ceil(width / tile.columns)) };
}

function check({ rows, inputs, outputs }: DenseShape): void {
  for (
    const [name, size, most] of [
      ["rows", rows, 2 ** 24],
      ["inputs", inputs, 4 * turnsPerInvocation],
      ["outputs", outputs, 4 * turnsPerInvocation],
    ] as const
  ) {
    if (!Number.isInteger(size) || size < 1 || size > most) {
      throw new ArgumentError(name, `it is ${size}`, `a whole number from 1 to ${most}`);
    }
  }
}

/** Workgroups for the rows, which one dispatch has to hold. */
function groupsOf(rows: number, rowsOfGroup: number): number {
  const groups = Math.ceil(rows / rowsOfGroup);
  if (groups <= 65535) return groups;
  throw new ArgumentError("rows", `it is ${rows}`, `at most ${65535 * rowsOfGroup}`);
}

/** Cuts the workgroups that lie side by side so that no dispatch takes too long. */
function* pieces(
  groups: number,
  operations: number,
): Generator<{ first: number; here: number; share: number }> {
  const longest = Math.max(1, Math.min(65535, Math.floor(groups * operationsPerDispatch / operations)));
  for (const [first, end] of ranges(groups, longest)) {
    yield { first, here: end - first, share: operations * (end - first) / groups };
  }
}

/**
 * Records output = activation(input * weights + bias).
 *
 * @throws {ArgumentError} if a size is out of range.
 */
export function recordDense(gpu: Gpu, layer: DenseForward): void {
  check(layer);
  const { rows, inputs, outputs, activation, input, weights, bias, output } = layer;
  const tile = tileOf(gpu, outputs);
  const kernel = gpu.kernel({
    name: "layer/dense",
    code: denseCode,
    parts: [activationCode],
    header: { ROWS: tile.rows, COLUMNS: tile.columns },
    constants: { ACTIVATION: activations[activation], SIZE: tile.size },
  });
  const down = groupsOf(rows, tile.rows * tile.size);
  const across = Math.ceil(strideOf(outputs) / 4 / tile.columns);
  for (const { first, here, share } of pieces(across, rows * inputs * outputs)) {
    gpu.dispatch(
      kernel,
      { input, weights, bias, output },
      { rows, inputs, outputs, first_column: first * tile.columns },
      [down, here],
      share,
    );
  }
}

/**
 * Records the gradients of a dense layer. Working memory: 16 MiB at most, or the size of weights and bias for every
 * 60,000 rows begun, if that is more.
 *
 * @throws {ArgumentError} if a size is out of range.
 */
export function recordDenseGradient(gpu: Gpu, layer: DenseBackward): void {
  check(layer);
  recordActivationGradient(gpu, layer, layer.output, layer.outputGradient);
  if (layer.inputGradient) recordInputGradient(gpu, layer, layer.inputGradient);
  recordWeightGradient(gpu, layer);
}

/**
 * Records the multiplication of `gradient` by the derivative of the activation, in place: the derivative by a layer's
 * output becomes the one by its sums.
 */
export function recordActivationGradient(
  gpu: Gpu,
  { rows, outputs, activation }: Pick<DenseShape, "rows" | "outputs" | "activation">,
  output: DeviceArray,
  gradient: DeviceArray,
): void {
  if (activation === "none") return;
  const count = rows * strideOf(outputs) / 4;
  gpu.dispatch(
    gpu.kernel({
      name: "layer/activation_gradient",
      code: activationGradientCode,
      parts: [activationCode],
      constants: { ACTIVATION: activations[activation] },
    }),
    { output, gradient },
    { count },
    spread(Math.ceil(count / 64)),
    count * 12,
  );
}

function recordInputGradient(gpu: Gpu, layer: DenseBackward, inputGradient: DeviceArray): void {
  const { rows, inputs, outputs, weights, outputGradient } = layer;
  const tile = tileOf(gpu, inputs);
  const kernel = gpu.kernel({
    name: "layer/dense_input_gradient",
    code: inputGradientCode,
    header: { ROWS: tile.rows, COLUMNS: tile.columns },
    constants: { SIZE: tile.size },
  });
  const down = groupsOf(rows, tile.rows * tile.size);
  const across = Math.ceil(strideOf(inputs) / 4 / tile.columns);
  for (const { first, here, share } of pieces(across, rows * inputs * outputs)) {
    gpu.dispatch(
      kernel,
      { sum_gradient: outputGradient, weights, input_gradient: inputGradient },
      { rows, inputs, outputs, first_column: first * tile.columns },
      [down, here],
      share,
    );
  }
}

function recordWeightGradient(gpu: Gpu, layer: DenseBackward): void {
  const { rows, inputs, outputs, input, outputGradient, weightGradient, biasGradient } = layer;
  const stride = strideOf(outputs) / 4;
  const resultBytes = 16 * (inputs + 1) * stride;
  const fitting = Math.max(1, Math.floor(sliceBytes / resultBytes));
  const shortest = Math.ceil(rows / Math.min(fitting, turnsPerInvocation));
  const slice = Math.min(turnsPerInvocation, Math.max(sliceRows, shortest));
  const slices = Math.ceil(rows / slice);
  const size = stride > 32 ? 64 : stride > 16 ? 32 : stride > 8 ? 16 : 8;
  const across = Math.ceil(stride / size);
  const width = strideOf(inputs) / 4;
  const blocks = Math.ceil(width / vectorsOfWeights);
  using sliceSums = gpu.array("dense gradients of slices", slices * resultBytes);
  const kernel = gpu.kernel({
    name: "layer/dense_weight_gradient",
    code: weightGradientCode,
    header: { VECTORS: Math.ceil(width / blocks) },
    constants: { SIZE: size },
  });
  for (const { first, here, share } of pieces(blocks, rows * (inputs + 1) * outputs)) {
    gpu.dispatch(
      kernel,
      { input, sum_gradient: outputGradient, slice_sums: sliceSums },
      { rows, inputs, outputs, slice, first_block: first },
      [across, here, slices],
      share,
    );
  }
  gpu.dispatch(
    gpu.kernel({ name: "layer/dense_gradient_sum", code: gradientSumCode }),
    { slice_sums: sliceSums, weight_gradient: weightGradient, bias_gradient: biasGradient },
    { inputs, stride, slices },
    spread(Math.ceil((inputs + 1) * stride / 64)),
    (inputs + 1) * stride * 4 * slices,
  );
}
