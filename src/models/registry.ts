import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { createCml } from "./cml.ts";
import { createItemVae } from "./item_vae.ts";
import { createLightGcn } from "./lightgcn.ts";
import { createMf } from "./mf.ts";
import type { Model, TrainingSet } from "./model.ts";
import { createNeumf } from "./neumf.ts";
import { createVae } from "./vae.ts";

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
 * @param kind "MF" (matrix factorization) or "ML" (metric learning).
 * @param training What to learn from.
 * @param options The kind's own settings.
 * @throws {ArgumentError} if there is no such kind, or naming the setting that is unusable.
 */
export function createModel(gpu: Gpu, kind: string, training: TrainingSet, options: object = {}): Model {
  const create = Object.hasOwn(modelFactories, kind) ? modelFactories[kind]! : null;
  if (!create) {
    throw new ArgumentError("kind", `"${kind}" is no model`, Object.keys(modelFactories).join(", "));
  }
  return create(gpu, training, options);
}
