import type { AutoencoderSettings } from "../../src/models/autoencoder_settings.ts";
import { initialRows } from "../../src/models/embedding_table.ts";
import { normal, permutation, stream, threefry } from "../../src/random.ts";
import { type Ragged, rowCount, rowOf } from "../../src/ragged.ts";
import { AdamTwin } from "../oracle/adam.ts";
import {
  autoencoder,
  type AutoencoderCase,
  type AutoencoderParameters,
  encode,
} from "../oracle/autoencoder.ts";

/** The start of training: normal numbers of variance 2 / (inputs + outputs), a seed of its own for each table. */
export function initialParameters(
  vocabulary: number,
  { dim, hidden, seed }: AutoencoderSettings,
): AutoencoderParameters {
  const table = (part: number, rows: number, width: number, fan: number) =>
    Float64Array.from(initialRows({
      rows,
      dim: width,
      initialDeviation: Math.sqrt(2 / fan),
      seed: threefry(seed, stream.initial, part, 0xffffffff)[0],
    }));
  return {
    input: table(0, vocabulary + 1, hidden, vocabulary + hidden),
    encoder: table(1, hidden, 2 * dim, hidden + 2 * dim),
    encoderBias: new Float64Array(2 * dim),
    output: table(2, vocabulary, dim + 1, dim + vocabulary),
  };
}

/** Trains in float64 with the same random numbers; `codes` are the mean latents of all lists. */
export function trainAutoencoderTwin(
  lists: Ragged,
  vocabulary: number,
  settings: AutoencoderSettings,
  epochs: number,
): {
  parameters: AutoencoderParameters;
  firstMoments: AutoencoderParameters;
  losses: number[];
  codes: Float64Array[];
} {
  const { dim, hidden, batch, seed, dropout, learningRate, weightDecay } = settings;
  const start = initialParameters(vocabulary, settings);
  const options = { learningRate, weightDecay, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const names = ["input", "encoder", "encoderBias", "output"] as const;
  const adam = names.map((name) => new AdamTwin(start[name], options));
  const [input, encoder, encoderBias, output] = adam.map(({ values }) => values);
  const parameters = { input: input!, encoder: encoder!, encoderBias: encoderBias!, output: output! };
  const caseOf = (
    rows: number[],
    weigh: (entry: number) => number,
    draw: (row: number, d: number) => number,
  ) => ({
    vocabulary,
    hidden,
    dim,
    parameters,
    lists: rows.map((row) => rowOf(lists, row)),
    weights: rows.map((row) =>
      Array.from(
        rowOf(lists, row),
        (_, e) => weigh(lists.offsets[row]! + e) / Math.sqrt(rowOf(lists, row).length),
      )
    ),
    noise: rows.map((row) => Array.from({ length: dim }, (_, d) => draw(row, d))),
    divergenceWeight: 0,
  });
  const all = Array.from({ length: rowCount(lists) }, (_, row) => row);
  const trained = all.filter((row) => rowOf(lists, row).length > 0);
  const losses: number[] = [];
  let steps = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Array.from(permutation(trained.length, seed, stream.shuffle, epoch), (n) => trained[n]!);
    let sum = 0;
    for (let first = 0; first < order.length; first += batch) {
      const annealed = settings.annealingSteps > 0 ? Math.min(1, steps / settings.annealingSteps) : 1;
      const shape: AutoencoderCase = {
        ...caseOf(
          order.slice(first, first + batch),
          (entry) =>
            threefry(seed, stream.dropout, epoch, entry)[0] < Math.round(dropout * 2 ** 32)
              ? 0
              : 1 / (1 - dropout),
          (row, d) => normal(seed, stream.latent, epoch, row * dim + d),
        ),
        divergenceWeight: settings.divergenceWeight * annealed,
      };
      const step = autoencoder(shape);
      for (const loss of step.losses) sum += loss;
      names.forEach((name, n) => adam[n]!.step(step.gradient[name]));
      steps++;
    }
    losses.push(sum / order.length);
  }
  const shape = caseOf(all, () => 1, () => 0);
  const [first, second, third, fourth] = adam.map((table) => table.first);
  const firstMoments = { input: first!, encoder: second!, encoderBias: third!, output: fourth! };
  return { parameters, firstMoments, losses, codes: all.map((row) => encode(shape, row).latent) };
}
