import { normal, stream } from "../../src/random.ts";

/** Where the noise of a latent layer comes from. */
export interface NoiseSource {
  numbers: ArrayLike<number>;
  seed: number;
  epoch: number;
}

/** z = mean + exp(log variance / 2) x noise of every row, and its divergence from the standard normal distribution. */
export function latent(
  encoded: ArrayLike<number>,
  dim: number,
  noise: NoiseSource | null,
): { latents: Float64Array; divergences: Float64Array } {
  const count = encoded.length / (2 * dim);
  const latents = new Float64Array(count * dim);
  const divergences = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let d = 0; d < dim; d++) {
      const mean = encoded[row * 2 * dim + d]!;
      const logVariance = encoded[row * 2 * dim + dim + d]!;
      const drawn = noise ? normal(noise.seed, stream.latent, noise.epoch, noise.numbers[row]! * dim + d) : 0;
      latents[row * dim + d] = mean + Math.exp(logVariance / 2) * drawn;
      divergences[row]! += (mean ** 2 + Math.expm1(logVariance) - logVariance) / 2;
    }
  }
  return { latents, divergences };
}

/** Gradient by `encoded`; `slope` is the one by the latent rows, each with one number more behind it. */
export function latentGradient(
  encoded: ArrayLike<number>,
  latents: ArrayLike<number>,
  slope: ArrayLike<number>,
  dim: number,
  divergenceWeight: number,
): Float64Array {
  const result = new Float64Array(encoded.length);
  for (let row = 0; row < latents.length / dim; row++) {
    for (let d = 0; d < dim; d++) {
      const mean = encoded[row * 2 * dim + d]!;
      const logVariance = encoded[row * 2 * dim + dim + d]!;
      const own = slope[row * (dim + 1) + d]!;
      result[row * 2 * dim + d] = own + divergenceWeight * mean;
      result[row * 2 * dim + dim + d] = own * (latents[row * dim + d]! - mean) / 2 +
        divergenceWeight * Math.expm1(logVariance) / 2;
    }
  }
  return result;
}
