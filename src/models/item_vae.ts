import { transpose } from "../data/csr.ts";
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { Autoencoder } from "./autoencoder.ts";
import { autoencoderRules, type AutoencoderSettings } from "./autoencoder_settings.ts";
import { checkedInteractions } from "./training_set.ts";
import { isAscending, type Ragged } from "../ragged.ts";
import type { Factors, TrainingSet } from "./model.ts";
import { readOptions } from "./model_options.ts";
import { vaeDefaults, type VaeOptions } from "./vae.ts";

/** The settings of {@linkcode createItemVae} that are used where none are given. */
export const itemVaeDefaults: Required<VaeOptions> = { ...vaeDefaults, batch: 1000 };

function usersByItem(training: TrainingSet): Ragged {
  const interactions = checkedInteractions(training);
  if (!isAscending(interactions) || interactions.items.some((item) => item >= training.items)) {
    throw new ArgumentError(
      "interactions",
      "a list holds an item out of order, twice, or out of range",
      `ascending, distinct item numbers below ${training.items}`,
    );
  }
  return transpose(interactions, training.items);
}

/** A variational autoencoder of the items' users; made by {@linkcode createItemVae}. */
export class ItemAutoencoder extends Autoencoder {
  /** "I-AE". */
  readonly kind = "I-AE";

  /** Use {@linkcode createItemVae}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: AutoencoderSettings) {
    super(gpu, training, usersByItem(training), training.users, settings);
  }

  /** Users' decoder rows, each with its bias, and items' codes. */
  override factors(): Factors {
    return {
      users: this.decoderRows(),
      items: this.recordCodes(),
      dim: (this.hyperparameters.dim as number) + 1,
    };
  }
}

/**
 * Makes a Mult-VAE (Liang et al., WWW 2018) of the items' users: the score of a pair is the logit of the user in what
 * is decoded from the mean latent row of the item. The settings are those of {@linkcode createVae}, for items in place
 * of users; a step takes 1,000 items.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "I-AE", training, { dim: 4, hidden: 8, dropout: 0, learningRate: 0.02 });
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
export function createItemVae(gpu: Gpu, training: TrainingSet, options: VaeOptions = {}): ItemAutoencoder {
  return new ItemAutoencoder(gpu, training, readOptions(options, itemVaeDefaults, autoencoderRules));
}
