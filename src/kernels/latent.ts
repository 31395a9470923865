/**
 * The Gaussian latent layer of a variational autoencoder (Kingma and Welling, ICLR 2014), and its gradient.
 *
 * @module
 */
import gradientCode from "../../shaders/layer/latent_gradient.wgsl" with { type: "text" };
import latentCode from "../../shaders/layer/latent.wgsl" with { type: "text" };
import randomCode from "../../shaders/sample/random.wgsl" with { type: "text" };
import type { DeviceArray } from "../gpu/device_array.ts";
import { type Gpu, spread } from "../gpu/gpu.ts";
import { strideOf } from "./embedding.ts";

/** A batch of encoded rows and what becomes of them. Rows are padded to `strideOf` of their length. */
export interface LatentBatch {
  /** Numbers a latent row. */
  readonly dim: number;
  /** Rows. */
  readonly count: number;
  /** [count x 2 dim]: means, then logarithms of variances. */
  readonly encoded: DeviceArray;
  /** [.. x (dim + 1)]: latent rows, each with a 1 behind it. */
  readonly latents: DeviceArray;
}

/** Where noise comes from: normal numbers by the counter (seed, `stream.latent`, epoch, row number x dim + column). */
export interface LatentNoise {
  /** Integers: row numbers. */
  readonly numbers: DeviceArray;
  /** Where in `numbers` the batch starts. */
  readonly start: number;
  /** Seed. */
  readonly seed: number;
  /** Epoch: every epoch draws afresh. */
  readonly epoch: number;
}

/**
 * Records z = mean + exp(log variance / 2) x noise; without noise, z = mean.
 *
 * @param gpu The device.
 * @param batch The rows; `latents` is written from row `firstTarget` on, padding included.
 * @param divergences [count], written: the divergence of each row's normal distribution from the standard one,
 * sum of (mean^2 + variance - 1 - log variance) / 2.
 * @param noise Where noise comes from, or null for none.
 * @param firstTarget The first row of `latents` to write. Default 0.
 */
export function recordLatent(
  gpu: Gpu,
  { dim, count, encoded, latents }: LatentBatch,
  divergences: DeviceArray,
  noise: LatentNoise | null,
  firstTarget = 0,
): void {
  gpu.dispatch(
    gpu.kernel({ name: "layer/latent", code: latentCode, parts: [randomCode], constants: { DIM: dim } }),
    { numbers: noise?.numbers ?? encoded, encoded, latents, divergences },
    {
      start: noise?.start ?? 0,
      count,
      seed: noise?.seed ?? 0,
      epoch: noise?.epoch ?? 0,
      noise: noise ? 1 : 0,
      first_target: firstTarget,
    },
    spread(Math.ceil(count / 64)),
    count * dim * 200,
  );
}

/**
 * Records the gradient by `encoded` of a loss whose gradient by the latent rows is given, plus `divergenceWeight` times
 * the sum of the divergences.
 *
 * @param gpu The device.
 * @param batch The rows, as {@linkcode recordLatent} left them from row 0 on.
 * @param latentGradient [count x (dim + 1)]: derivative by the latent rows.
 * @param divergenceWeight Factor of the divergences.
 * @param gradient [count x 2 dim], overwritten, padding included.
 */
export function recordLatentGradient(
  gpu: Gpu,
  { dim, count, encoded, latents }: LatentBatch,
  latentGradient: DeviceArray,
  divergenceWeight: number,
  gradient: DeviceArray,
): void {
  const length = count * strideOf(2 * dim);
  gpu.dispatch(
    gpu.kernel({ name: "layer/latent_gradient", code: gradientCode, constants: { DIM: dim } }),
    { encoded, latents, latent_gradient: latentGradient, gradient },
    { count, divergence_weight: divergenceWeight },
    spread(Math.ceil(length / 64)),
    length * 20,
  );
}
