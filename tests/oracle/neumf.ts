import { dense, type DenseCase, denseGradient } from "./dense.ts";

/** A network of He et al. (2017) in float64; matrices without padding, table rows: users, then items. */
export interface NeumfCase {
  dim: number;
  towerDim: number;
  /** Widths of the hidden layers. */
  tower: number[];
  /** By the names of the model's checkpoint, without ".table". */
  parameters: Readonly<Record<string, ArrayLike<number>>>;
}

interface Forward {
  product: number[];
  layers: { name: string; layer: DenseCase; output: Float64Array }[];
  logit: number;
}

function rowOf(table: ArrayLike<number>, dim: number, row: number): number[] {
  return Array.from({ length: dim }, (_, d) => table[row * dim + d]!);
}

function forward({ dim, towerDim, tower, parameters }: NeumfCase, user: number, item: number): Forward {
  const left = rowOf(parameters.multiplied!, dim, user);
  const product = rowOf(parameters.multiplied!, dim, item).map((q, d) => q * left[d]!);
  let input: ArrayLike<number> = [
    ...rowOf(parameters.concatenated!, towerDim, user),
    ...rowOf(parameters.concatenated!, towerDim, item),
  ];
  const layers: Forward["layers"] = [];
  const apply = (name: string, outputs: number, activation: "relu" | "none") => {
    const [weights, bias] = [parameters[`${name}.weights`]!, parameters[`${name}.bias`]!];
    const layer: DenseCase = { rows: 1, inputs: input.length, outputs, activation, input, weights, bias };
    layers.push({ name, layer, output: dense(layer).output });
    input = layers.at(-1)!.output;
  };
  tower.forEach((width, n) => apply(`hidden${n}`, width, "relu"));
  input = [...product, ...Array.from(input)];
  apply("output", 1, "none");
  return { product, layers, logit: input[0]! };
}

/** The score of a pair; `item` is a table row. */
export function neumfScore(network: NeumfCase, user: number, item: number): number {
  return forward(network, user, item).logit;
}

/**
 * Each group's loss (user, positive, negatives ... as table rows) and the gradient of scale * their sum by every
 * parameter.
 */
export function neumf(
  network: NeumfCase,
  groups: ArrayLike<number>,
  width: number,
  scale: number,
): { losses: number[]; gradient: Record<string, Float64Array> } {
  const { dim, towerDim, parameters } = network;
  const gradient = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, new Float64Array(values.length)]),
  );
  const losses: number[] = [];
  for (let start = 0; start < groups.length; start += width) {
    const user = groups[start]!;
    let loss = 0;
    for (let r = 1; r < width; r++) {
      const item = groups[start + r]!;
      if (r > 1 && item === groups[start + 1]) continue;
      const { layers, logit } = forward(network, user, item);
      const t = r === 1 ? logit : -logit;
      loss += Math.max(-t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
      let slopes: Float64Array = Float64Array.of(scale * (r === 1 ? -1 : 1) / (1 + Math.exp(t)));
      for (const { name, layer } of [...layers].reverse()) {
        const own = denseGradient(layer, slopes);
        own.weights.forEach((g, n) => gradient[`${name}.weights`]![n]! += g);
        own.bias.forEach((g, n) => gradient[`${name}.bias`]![n]! += g);
        slopes = own.input;
        if (name !== "output") continue;
        for (let d = 0; d < dim; d++) {
          const [p, q] = [parameters.multiplied![user * dim + d]!, parameters.multiplied![item * dim + d]!];
          gradient.multiplied![user * dim + d]! += slopes[d]! * q;
          gradient.multiplied![item * dim + d]! += slopes[d]! * p;
        }
        slopes = slopes.slice(dim);
      }
      for (let d = 0; d < towerDim; d++) {
        gradient.concatenated![user * towerDim + d]! += slopes[d]!;
        gradient.concatenated![item * towerDim + d]! += slopes[towerDim + d]!;
      }
    }
    losses.push(loss);
  }
  return { losses, gradient };
}
