import type { Gpu } from "../gpu/gpu.ts";
import { Autoencoder } from "./autoencoder.ts";
import { autoencoderRules, type AutoencoderSettings } from "./autoencoder_settings.ts";
import { checkedInteractions } from "./training_set.ts";
import type { Factors, TrainingSet } from "./model.ts";
import { readOptions } from "./model_options.ts";

/** Settings of {@linkcode createVae}. */
export interface VaeOptions {
  /** Numbers a latent row. Default 64. */
  readonly dim?: number;
  /** Numbers in the hidden layer. Default 128. */
  readonly hidden?: number;
  /** Step length of Adam. Default 3e-3. */
  readonly learningRate?: number;
  /** Coupled L2 weight decay. Default 0. */
  readonly weightDecay?: number;
  /** Users a step. Default 500. */
  readonly batch?: number;
  /** Share of a user's items that the encoder does not see in a training step. Default 0.5. */
  readonly dropout?: number;
  /** Weight of the divergence from the standard normal distribution, once it is reached. Default 0.2. */
  readonly divergenceWeight?: number;
  /** Steps over which that weight rises from 0. Default 10,000. */
  readonly annealingSteps?: number;
  /** Seed of everything random. Default 0. */
  readonly seed?: number;
}

/** The settings of {@linkcode createVae} that are used where none are given. */
export const vaeDefaults: Required<VaeOptions> = {
  dim: 64,
  hidden: 128,
  learningRate: 3e-3,
  weightDecay: 0,
  batch: 500,
  dropout: 0.5,
  divergenceWeight: 0.2,
  annealingSteps: 10_000,
  seed: 0,
};

/** A variational autoencoder of the users' items; made by {@linkcode createVae}. */
export class UserAutoencoder extends Autoencoder {
  /** "AE". */
  readonly kind = "AE";

  /** Use {@linkcode createVae}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: AutoencoderSettings) {
    super(gpu, training, checkedInteractions(training), training.items, settings);
  }

  /** Users' codes and items' decoder rows, each with its bias. */
  override factors(): Factors {
    return {
      users: this.recordCodes(),
      items: this.decoderRows(),
      dim: (this.hyperparameters.dim as number) + 1,
    };
  }
}

/**
 * Makes a Mult-VAE (Liang et al., WWW 2018) of the users' items: the score of a pair is the logit of the item in what
 * is decoded from the mean latent row of the user.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "AE", training, { dim: 4, hidden: 8, dropout: 0, learningRate: 0.02 });
 * model.recordEpoch(0);
 * const first = await model.epochLoss();
 * for (let epoch = 1; epoch < 40; epoch++) model.recordEpoch(epoch);
 * console.assert(await model.epochLoss() < first);
 * ```
 *
 * @param gpu The device.
 * @param training What to learn from.
 * @param options Settings; see {@linkcode VaeOptions}.
 * @throws {ArgumentError} naming the setting that is unusable, or if the training set is empty or not in order.
 */
export function createVae(gpu: Gpu, training: TrainingSet, options: VaeOptions = {}): UserAutoencoder {
  return new UserAutoencoder(gpu, training, readOptions(options, vaeDefaults, autoencoderRules));
}
