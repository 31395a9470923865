/**
 * How many numbers a model learns. This module is browser compatible.
 *
 * @module
 */
import { hiddenWidths } from "./neumf_options.ts";

/** Sizes of a data set. */
interface Sizes {
  readonly users: number;
  readonly items: number;
}

type Settings = Readonly<Record<string, unknown>>;

function number(settings: Settings, name: string): number {
  const value = settings[name];
  return typeof value === "number" ? value : NaN;
}

function embeddings({ users, items }: Sizes, settings: Settings): number {
  return (users + items) * number(settings, "dim");
}

/** A table of each pair, then the tower over both rows, then the output over the product and the tower's end. */
function neumf({ users, items }: Sizes, settings: Settings): number {
  const dim = number(settings, "dim");
  const towerDim = number(settings, "towerDim");
  const widths = hiddenWidths(String(settings.tower)) ?? [NaN];
  let parameters = (users + items) * (dim + towerDim);
  let inputs = 2 * towerDim;
  for (const outputs of widths) {
    parameters += (inputs + 1) * outputs;
    inputs = outputs;
  }
  return parameters + dim + inputs + 1;
}

/** Input layer, encoder to means and deviations, and decoder, each with its biases. */
function autoencoder(vocabulary: number, settings: Settings): number {
  const dim = number(settings, "dim");
  const hidden = number(settings, "hidden");
  return (vocabulary + 1) * hidden + (hidden + 1) * 2 * dim + vocabulary * (dim + 1);
}

const counts: Readonly<Record<string, (sizes: Sizes, settings: Settings) => number>> = {
  MF: embeddings,
  ML: embeddings,
  GNN: embeddings,
  DL: neumf,
  AE: (sizes, settings) => autoencoder(sizes.items, settings),
  "I-AE": (sizes, settings) => autoencoder(sizes.users, settings),
};

/**
 * The number of trained parameters of a model that is not at hand, from its settings.
 *
 * @param kind The key of its kind, as in `createModel`.
 * @param sizes Number of users and of items.
 * @param hyperparameters All its settings.
 * @returns The number; undefined for a kind that is not of this toolkit, and where a setting is missing.
 */
export function parameterCount(
  kind: string,
  sizes: { readonly users: number; readonly items: number },
  hyperparameters: Readonly<Record<string, unknown>>,
): number | undefined {
  if (!Object.hasOwn(counts, kind)) return undefined;
  const count = counts[kind]!(sizes, hyperparameters);
  return Number.isSafeInteger(count) ? count : undefined;
}
