/** Parameters of the autoencoder, without padding. */
export interface AutoencoderParameters {
  /** [(vocabulary + 1) x hidden]; the last row is the bias. */
  input: Float64Array;
  /** [hidden x 2 dim]. */
  encoder: Float64Array;
  /** [2 dim]. */
  encoderBias: Float64Array;
  /** [vocabulary x (dim + 1)]; the last column is the bias. */
  output: Float64Array;
}

/** One batch of lists. */
export interface AutoencoderCase {
  vocabulary: number;
  hidden: number;
  dim: number;
  parameters: AutoencoderParameters;
  lists: ArrayLike<number>[];
  /** What each entry of each list weighs in the input. */
  weights: ArrayLike<number>[];
  /** [dim] normal numbers per list. */
  noise: ArrayLike<number>[];
  divergenceWeight: number;
}

/** The layers of one list. */
export function encode(shape: AutoencoderCase, n: number) {
  const { vocabulary, hidden, dim, parameters: { input, encoder, encoderBias } } = shape;
  const values = Float64Array.from({ length: hidden }, (_, h) => {
    let sum = input[vocabulary * hidden + h]!;
    Array.from(shape.lists[n]!).forEach((item, e) =>
      sum += shape.weights[n]![e]! * input[item * hidden + h]!
    );
    return Math.tanh(sum);
  });
  const encoded = Float64Array.from({ length: 2 * dim }, (_, o) => {
    let sum = encoderBias[o]!;
    for (let h = 0; h < hidden; h++) sum += values[h]! * encoder[h * 2 * dim + o]!;
    return sum;
  });
  const mean = encoded.slice(0, dim);
  const logVariance = encoded.slice(dim);
  const latent = mean.map((value, d) => value + Math.exp(logVariance[d]! / 2) * shape.noise[n]![d]!);
  return { hidden: values, mean, logVariance, latent };
}

/** Loss of every list, and the gradient of their mean. */
export function autoencoder(
  shape: AutoencoderCase,
): { losses: Float64Array; gradient: AutoencoderParameters } {
  const { vocabulary, hidden, dim, parameters, lists, weights, noise, divergenceWeight } = shape;
  const { encoder, output } = parameters;
  const gradient: AutoencoderParameters = {
    input: new Float64Array(parameters.input.length),
    encoder: new Float64Array(encoder.length),
    encoderBias: new Float64Array(2 * dim),
    output: new Float64Array(output.length),
  };
  const losses = new Float64Array(lists.length);
  lists.forEach((list, n) => {
    const layers = encode(shape, n);
    const logits = Float64Array.from({ length: vocabulary }, (_, v) => {
      let sum = output[v * (dim + 1) + dim]!;
      for (let d = 0; d < dim; d++) sum += output[v * (dim + 1) + d]! * layers.latent[d]!;
      return sum;
    });
    const top = logits.reduce((high, value) => Math.max(high, value), -Infinity);
    const logTotal = top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const slope = logits.map((value) => list.length * Math.exp(value - logTotal));
    for (const item of Array.from(list)) {
      losses[n]! += logTotal - logits[item]!;
      slope[item]! -= 1;
    }
    const byLatent = new Float64Array(dim);
    for (let v = 0; v < vocabulary; v++) {
      const g = slope[v]! / lists.length;
      gradient.output[v * (dim + 1) + dim]! += g;
      for (let d = 0; d < dim; d++) {
        gradient.output[v * (dim + 1) + d]! += g * layers.latent[d]!;
        byLatent[d]! += g * output[v * (dim + 1) + d]!;
      }
    }
    const byEncoded = new Float64Array(2 * dim);
    const share = divergenceWeight / lists.length;
    for (let d = 0; d < dim; d++) {
      const [mean, logVariance] = [layers.mean[d]!, layers.logVariance[d]!];
      losses[n]! += divergenceWeight * (mean ** 2 + Math.expm1(logVariance) - logVariance) / 2;
      byEncoded[d] = byLatent[d]! + share * mean;
      byEncoded[dim + d] = byLatent[d]! * noise[n]![d]! * Math.exp(logVariance / 2) / 2 +
        share * Math.expm1(logVariance) / 2;
    }
    for (let h = 0; h < hidden; h++) {
      const value = layers.hidden[h]!;
      let byHidden = 0;
      for (let o = 0; o < 2 * dim; o++) {
        gradient.encoder[h * 2 * dim + o]! += value * byEncoded[o]!;
        byHidden += encoder[h * 2 * dim + o]! * byEncoded[o]!;
      }
      const bySum = byHidden * (1 - value ** 2);
      gradient.input[vocabulary * hidden + h]! += bySum;
      Array.from(list).forEach((item, e) => gradient.input[item * hidden + h]! += weights[n]![e]! * bySum);
    }
    byEncoded.forEach((value, o) => gradient.encoderBias[o]! += value);
  });
  return { losses, gradient };
}
