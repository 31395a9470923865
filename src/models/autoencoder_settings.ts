/**
 * What the settings of an autoencoder must be. This module is browser compatible.
 *
 * @module
 */
import { nonNegativeNumber, type OptionRule, positiveNumber, wholeNumber } from "./model_options.ts";

/** Settings of an autoencoder, all of them. */
export interface AutoencoderSettings {
  /** Numbers a latent row. */
  readonly dim: number;
  /** Numbers in the hidden layer. */
  readonly hidden: number;
  /** Step length of Adam. */
  readonly learningRate: number;
  /** Coupled L2 weight decay. */
  readonly weightDecay: number;
  /** Lists a step. */
  readonly batch: number;
  /** Share of a list's entries that the encoder does not see in a training step. */
  readonly dropout: number;
  /** Weight of the divergence from the standard normal distribution, once it is reached. */
  readonly divergenceWeight: number;
  /** Steps over which that weight rises from 0. */
  readonly annealingSteps: number;
  /** Seed of everything random. */
  readonly seed: number;
}

const share: OptionRule = {
  allows: (value) => nonNegativeNumber.allows(value) && (value as number) < 1,
  expected: "a number from 0 to below 1",
};

/** Rules of an autoencoder's settings. */
export const autoencoderRules: { readonly [K in keyof AutoencoderSettings]: OptionRule } = {
  dim: wholeNumber(1, 127),
  hidden: wholeNumber(1, 1024),
  learningRate: positiveNumber,
  weightDecay: nonNegativeNumber,
  batch: wholeNumber(1, 60_000),
  dropout: share,
  divergenceWeight: nonNegativeNumber,
  annealingSteps: wholeNumber(0, 0xffffffff),
  seed: wholeNumber(0, 0xffffffff),
};
