import { ArgumentError, ModelError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordBinaryCrossEntropy } from "../kernels/binary_cross_entropy.ts";
import { turnsPerInvocation } from "../kernels/dispatch_limits.ts";
import { strideOf } from "../kernels/embedding.ts";
import {
  type ExampleBatch,
  recordColumnCopy,
  recordConcatenatedRows,
  recordExampleRowGradient,
  recordRowProducts,
} from "../kernels/example_rows.ts";
import type { PairwiseBatch } from "../kernels/pairwise.ts";
import { stream, threefry } from "../random.ts";
import { DenseLayer } from "./dense_layer.ts";
import { EmbeddingTable } from "./embedding_table.ts";
import type { Hyperparameters, Model, ModelCheckpoint, Ranker, TrainingSet } from "./model.ts";
import { readOptions } from "./model_options.ts";
import { hiddenWidths, neumfDefaults, type NeumfOptions, neumfRules } from "./neumf_options.ts";
import { neumfRanker } from "./neumf_ranker.ts";
import { PairwiseBatches } from "./pairwise_batches.ts";
import { ParameterTables } from "./parameter_tables.ts";

/** A matrix of one step and its gradient. */
interface Stage {
  readonly values: DeviceArray;
  readonly gradient: DeviceArray;
  readonly columns: number;
}

/**
 * Neural matrix factorization; made by {@linkcode createNeumf}. Device memory: 16 bytes for each number of tables and
 * layers, and 8 bytes for each example of a batch and column of its matrices (tower inputs, hidden layers, output).
 */
export class NeuralMatrixFactorization implements Model {
  /** "DL". */
  readonly kind = "DL";
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included. */
  readonly hyperparameters: Hyperparameters;
  readonly #gpu: Gpu;
  readonly #settings: Required<NeumfOptions>;
  readonly #examples: number;
  readonly #batches: PairwiseBatches;
  readonly #multiplied: EmbeddingTable;
  readonly #concatenated: EmbeddingTable;
  readonly #hidden: DenseLayer[];
  readonly #output: DenseLayer;
  readonly #parameters: ParameterTables<string>;
  readonly #stages: Stage[];
  readonly #features: Stage;
  readonly #logits: Stage;

  /** Use {@linkcode createNeumf}, which checks and completes the settings. */
  constructor(gpu: Gpu, training: TrainingSet, settings: Required<NeumfOptions>) {
    this.#gpu = gpu;
    this.users = training.users;
    this.items = training.items;
    this.hyperparameters = { ...settings };
    this.#settings = settings;
    this.#examples = 1 + settings.negatives;
    this.#batches = new PairwiseBatches(gpu, training, settings);
    const { dim, towerDim } = settings;
    // Each table has a seed of its own: a start depends on seed, row and column only.
    let tables = 0;
    const own = () => ({
      ...settings,
      seed: threefry(settings.seed, stream.initial, 0xffffffff, tables++)[0],
    });
    const rows = this.users + this.items;
    this.#multiplied = new EmbeddingTable(gpu, { ...own(), rows, dim });
    this.#concatenated = new EmbeddingTable(gpu, { ...own(), rows, dim: towerDim });
    let inputs = 2 * towerDim;
    this.#hidden = hiddenWidths(settings.tower)!.map((outputs) => {
      const initialDeviation = Math.sqrt(2 / inputs);
      const layer = new DenseLayer(gpu, { ...own(), inputs, outputs, activation: "relu", initialDeviation });
      inputs = outputs;
      return layer;
    });
    inputs += dim;
    this.#output = new DenseLayer(gpu, {
      ...own(),
      inputs,
      outputs: 1,
      activation: "none",
      initialDeviation: Math.sqrt(1 / inputs),
    });
    this.#parameters = new ParameterTables({
      multiplied: this.#multiplied,
      concatenated: this.#concatenated,
      ...Object.fromEntries(this.#hidden.flatMap((layer, n) => [
        [`hidden${n}.weights`, layer.weights],
        [`hidden${n}.bias`, layer.bias],
      ])),
      "output.weights": this.#output.weights,
      "output.bias": this.#output.bias,
    });
    const most = Math.min(settings.batch, this.#batches.count) * this.#examples;
    const stage = (name: string, columns: number): Stage => ({
      values: gpu.array(name, 4 * most * strideOf(columns)),
      gradient: gpu.array(`gradient of ${name}`, 4 * most * strideOf(columns)),
      columns,
    });
    this.#stages = [
      stage("inputs of the tower", 2 * towerDim),
      ...this.#hidden.map((layer, n) => stage(`outputs of hidden layer ${n}`, layer.outputs)),
    ];
    this.#features = stage("inputs of the output layer", inputs);
    this.#logits = stage("logits", 1);
  }

  /** Records one epoch of training; see {@linkcode Model.recordEpoch}. */
  recordEpoch(epoch: number): { steps: number } {
    this.#batches.record(epoch, (batch) => {
      this.#recordForward(batch);
      this.#recordBackward(batch);
      this.#parameters.recordStep();
    });
    return { steps: this.#batches.steps };
  }

  #recordForward(batch: ExampleBatch): void {
    const { dim, towerDim } = this.#settings;
    const rows = batch.count * this.#examples;
    const place = { examples: this.#examples };
    const concatenated = { ...place, table: this.#concatenated.table, dim: towerDim };
    recordConcatenatedRows(this.#gpu, batch, concatenated, this.#stages[0]!.values);
    this.#hidden.forEach((layer, n) => {
      layer.record(this.#stages[n]!.values, this.#stages[n + 1]!.values, rows);
    });
    const multiplied = { ...place, table: this.#multiplied.table, dim };
    const features = this.#features;
    recordRowProducts(this.#gpu, batch, multiplied, features.values, features.columns);
    const last = this.#stages.at(-1)!;
    recordColumnCopy(
      this.#gpu,
      { matrix: last.values, columns: last.columns, first: 0 },
      { matrix: features.values, columns: features.columns, first: dim },
      rows,
      last.columns,
    );
    this.#output.record(features.values, this.#logits.values, rows);
  }

  #recordBackward(batch: PairwiseBatch): void {
    const { dim, towerDim, reduction } = this.#settings;
    const examples = this.#examples;
    const rows = batch.count * examples;
    const [features, logits, last] = [this.#features, this.#logits, this.#stages.at(-1)!];
    recordBinaryCrossEntropy(this.#gpu, batch, {
      logits: logits.values,
      logitGradient: logits.gradient,
      losses: batch.losses,
      examples,
      scale: reduction === "mean" ? 1 / rows : 1,
    });
    this.#output.recordGradient({
      input: features.values,
      output: logits.values,
      outputGradient: logits.gradient,
      inputGradient: features.gradient,
    }, rows);
    recordColumnCopy(
      this.#gpu,
      { matrix: features.gradient, columns: features.columns, first: dim },
      { matrix: last.gradient, columns: last.columns, first: 0 },
      rows,
      last.columns,
    );
    for (let n = this.#hidden.length - 1; n >= 0; n--) {
      const [before, after] = [this.#stages[n]!, this.#stages[n + 1]!];
      this.#hidden[n]!.recordGradient({
        input: before.values,
        output: after.values,
        outputGradient: after.gradient,
        inputGradient: before.gradient,
      }, rows);
    }
    recordExampleRowGradient(
      this.#gpu,
      batch,
      { table: this.#multiplied.table, dim, examples },
      "product",
      features.gradient,
      features.columns,
      this.#multiplied.gradient,
    );
    recordExampleRowGradient(
      this.#gpu,
      batch,
      { table: this.#concatenated.table, dim: towerDim, examples },
      "concatenation",
      this.#stages[0]!.gradient,
      2 * towerDim,
      this.#concatenated.gradient,
    );
  }

  /**
   * Mean loss per example of the last recorded epoch.
   *
   * @throws {ModelError} if no epoch was recorded.
   */
  async epochLoss(): Promise<number> {
    return await this.#batches.meanLoss() / this.#examples;
  }

  /** Null: the score is the output of a network. */
  factors(): null {
    return null;
  }

  /** Ranks with the model as it is whenever the ranker is asked. */
  ranker(): Ranker {
    return neumfRanker(this.#gpu, {
      users: this.users,
      items: this.items,
      multiplied: this.#multiplied,
      concatenated: this.#concatenated,
      hidden: this.#hidden,
      output: this.#output,
    });
  }

  /** Reads the tables and the layers. */
  parameters(): Promise<ModelCheckpoint> {
    return this.#parameters.parameters();
  }

  /**
   * Scores from now on with other tables and layers.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  load(parameters: ModelCheckpoint): void {
    this.#requireOwn(parameters);
    this.#parameters.load(parameters);
  }

  /** Tables, layers, moments and step. */
  checkpoint(): Promise<ModelCheckpoint> {
    return this.#parameters.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.#requireOwn(checkpoint);
    this.#parameters.restore(checkpoint);
  }

  /** A higher tower has all the layers of a lower one. */
  #requireOwn(checkpoint: ModelCheckpoint): void {
    const other = Object.keys(checkpoint).find((name) => /^hidden\d+\./.test(name) && !this.#owns(name));
    if (other === undefined) return;
    throw new ModelError(`the checkpoint has '${other}'; expected ${this.#hidden.length} hidden layers`);
  }

  #owns(name: string): boolean {
    return Object.hasOwn(this.#parameters.tables, name.slice(0, name.lastIndexOf(".")));
  }

  /** Gives the device memory back. */
  dispose(): void {
    this.#batches.dispose();
    this.#parameters.dispose();
    for (const { values, gradient } of [...this.#stages, this.#features, this.#logits]) {
      values.dispose();
      gradient.dispose();
    }
  }

  /** The same as {@linkcode NeuralMatrixFactorization.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Makes a neural matrix factorization (NeuMF; He et al., WWW 2017): the element-wise product of a user's and an
 * item's row, and a tower of dense layers with ReLU over two other rows of theirs, side by side; a last dense layer
 * over both gives the score. The loss is the binary cross-entropy with logits of training pairs and of fresh uniform
 * negatives.
 *
 * @example Train on three users
 * ```ts
 * import { createModel, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const training = { users: 3, items: 4, interactions: ragged([[0, 1], [1, 2], [3]]) };
 * using model = createModel(gpu, "DL", training, { dim: 4, towerDim: 4, tower: "8,4", learningRate: 0.05 });
 * model.recordEpoch(0);
 * const first = await model.epochLoss();
 * for (let epoch = 1; epoch < 20; epoch++) model.recordEpoch(epoch);
 * console.assert(await model.epochLoss() < first);
 * ```
 *
 * @param gpu The device.
 * @param training What to learn from.
 * @param options Settings; see {@linkcode NeumfOptions}.
 * @throws {ArgumentError} naming the setting that is unusable, or if the training set is empty or not in order.
 */
export function createNeumf(
  gpu: Gpu,
  training: TrainingSet,
  options: NeumfOptions = {},
): NeuralMatrixFactorization {
  const settings = readOptions(options, neumfDefaults, neumfRules);
  const touched = settings.batch * (2 + settings.negatives);
  // Software drivers end the loop over the rows that a batch touches.
  if (gpu.adapter.kind === "software" && touched > turnsPerInvocation) {
    throw new ArgumentError(
      "batch",
      `${settings.batch} pairs with ${settings.negatives} negatives touch ${touched} rows`,
      `${turnsPerInvocation} at most`,
    );
  }
  return new NeuralMatrixFactorization(gpu, training, settings);
}
