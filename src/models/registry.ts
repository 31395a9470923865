import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { autoencoderRules } from "./autoencoder_settings.ts";
import { cmlDefaults, cmlRules, createCml } from "./cml.ts";
import { createItemVae, itemVaeDefaults } from "./item_vae.ts";
import { createLightGcn, lightGcnDefaults, lightGcnRules } from "./lightgcn.ts";
import { createMf, mfDefaults } from "./mf.ts";
import type { Hyperparameters, Model, TrainingSet } from "./model.ts";
import { embeddingRules, type OptionRule } from "./model_options.ts";
import { createNeumf } from "./neumf.ts";
import { neumfDefaults, neumfRules } from "./neumf_options.ts";
import { createVae, vaeDefaults } from "./vae.ts";

/** Makes a model of one kind; it checks its settings itself. */
export type ModelFactory = (gpu: Gpu, training: TrainingSet, options: object) => Model;

/** The kinds of models, by their keys. */
export const modelFactories: Readonly<Record<string, ModelFactory>> = {
  MF: createMf,
  ML: createCml,
  DL: createNeumf,
  GNN: createLightGcn,
  AE: createVae,
  "I-AE": createItemVae,
};

/** The settings of one kind of model. */
export interface ModelSettings {
  /** Every setting, with the value it has where none is given. */
  readonly defaults: Hyperparameters;
  /** What each may be. */
  readonly rules: Readonly<Record<string, OptionRule>>;
}

/** The settings of every kind of model, for those that want to know them before a model is made. */
export const modelSettings: Readonly<Record<string, ModelSettings>> = {
  MF: { defaults: { ...mfDefaults }, rules: embeddingRules },
  ML: { defaults: { ...cmlDefaults }, rules: cmlRules },
  DL: { defaults: { ...neumfDefaults }, rules: neumfRules },
  GNN: { defaults: { ...lightGcnDefaults }, rules: lightGcnRules },
  AE: { defaults: { ...vaeDefaults }, rules: autoencoderRules },
  "I-AE": { defaults: { ...itemVaeDefaults }, rules: autoencoderRules },
};

/**
 * Makes a model of a kind given by its key.
 *
 * @example An unknown kind is named
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 1, items: 2, interactions: ragged([[0]]) };
 * using model = createModel(gpu, "MF", training, { dim: 4 });
 * console.assert(model.hyperparameters.dim === 4);
 * ```
 *
 * @param gpu The device.
 * @param kind "MF" (matrix factorization), "ML" (metric learning), "DL" (NeuMF), "GNN" (LightGCN), "AE" or "I-AE"
 * (autoencoders of users' and of items' lists).
 * @param training What to learn from.
 * @param options The kind's own settings.
 * @throws {ArgumentError} if there is no such kind, or naming the setting that is unusable.
 * @throws {GpuError} if a table does not fit into one binding of the device; nothing is taken then.
 */
export function createModel(gpu: Gpu, kind: string, training: TrainingSet, options: object = {}): Model {
  const create = Object.hasOwn(modelFactories, kind) ? modelFactories[kind]! : null;
  if (!create) {
    throw new ArgumentError("kind", `"${kind}" is no model`, Object.keys(modelFactories).join(", "));
  }
  return gpu.allOrNothing(() => create(gpu, training, options));
}
