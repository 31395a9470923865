/**
 * What the two variational autoencoders have in common.
 *
 * @module
 */
import { ModelError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordActivationGradient } from "../kernels/dense.ts";
import { strideOf } from "../kernels/embedding.ts";
import { type BagRows, EmbeddingBag, requireBagBatch } from "../kernels/embedding_bag.ts";
import { recordLatent, recordLatentGradient } from "../kernels/latent.ts";
import { SoftmaxOutput } from "../kernels/softmax_output.ts";
import { permutation, stream, threefry } from "../random.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import type { AutoencoderSettings } from "./autoencoder_settings.ts";
import { DenseLayer } from "./dense_layer.ts";
import { EmbeddingTable } from "./embedding_table.ts";
import type { FactorRows } from "../kernels/factors.ts";
import type { Factors, Hyperparameters, Model, ModelCheckpoint, TrainingSet } from "./model.ts";
import { ParameterTables } from "./parameter_tables.ts";

/**
 * A variational autoencoder of lists over a vocabulary (Mult-VAE; Liang et al., "Variational autoencoders for
 * collaborative filtering", WWW 2018). A list, as a row of 0 and 1 divided by its Euclidean length and thinned by
 * dropout, goes through one tanh layer to the mean and log variance of a normal distribution; a draw z from it (its
 * mean outside training) gives the logits W z + b. The loss of a list is the multinomial negative log-likelihood plus
 * the weighted divergence from the standard normal distribution. Lists without entries are not trained on.
 *
 * Weights start from normal numbers of variance 2 / (inputs + outputs) of their layer (Glorot and Bengio, AISTATS
 * 2010), the biases of the first and the last layer too. Device memory: 16 bytes a parameter, 40 an entry,
 * 4 x the padded length of dim + 1 a list, and what one batch takes (see {@linkcode SoftmaxOutput}).
 */
export abstract class Autoencoder implements Model {
  /** The key of its kind. */
  abstract readonly kind: string;
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Every setting, defaults included. */
  readonly hyperparameters: Hyperparameters;
  readonly #gpu: Gpu;
  readonly #settings: AutoencoderSettings;
  readonly #bag: EmbeddingBag;
  readonly #softmax: SoftmaxOutput;
  /** The vocabulary's rows of the first layer, and its bias. */
  readonly #input: EmbeddingTable;
  /** From the first layer to means and log variances. */
  readonly #encoder: DenseLayer;
  /** The decoder's rows, each with its bias behind it. */
  readonly #output: EmbeddingTable;
  readonly #parameters: ParameterTables<"input" | "encoder.weights" | "encoder.bias" | "output">;
  /** Lists with entries. */
  readonly #trained: Uint32Array<ArrayBuffer>;
  readonly #capacity: number;
  readonly #work: Readonly<
    Record<
      "hidden" | "hiddenGradient" | "encoded" | "encodedGradient" | "latents" | "latentGradient",
      DeviceArray
    >
  >;
  readonly #divergences: DeviceArray;
  readonly #losses: DeviceArray;
  #codes: DeviceArray | null = null;
  #recorded = false;

  /**
   * Uploads the lists and the parameters' start.
   *
   * @param gpu The device.
   * @param training Its number of users and items.
   * @param lists What is encoded and decoded.
   * @param vocabulary Numbers in the lists are below this.
   * @param settings All settings.
   * @throws {ArgumentError} if a list is not ascending, holds a number out of range, or is too long, or a batch is.
   */
  constructor(
    gpu: Gpu,
    { users, items }: TrainingSet,
    lists: Ragged,
    vocabulary: number,
    settings: AutoencoderSettings,
  ) {
    this.#gpu = gpu;
    this.users = users;
    this.items = items;
    this.hyperparameters = { ...settings };
    this.#settings = settings;
    requireBagBatch(gpu, settings.batch);
    this.#bag = new EmbeddingBag(gpu, lists, vocabulary);
    this.#trained = Uint32Array.from({ length: rowCount(lists) }, (_, row) => row)
      .filter((row) => lists.offsets[row + 1]! > lists.offsets[row]!);
    const { dim, hidden, batch } = settings;
    const capacity = this.#capacity = Math.min(batch, this.#trained.length);
    try {
      this.#softmax = new SoftmaxOutput(gpu, lists, { dim: dim + 1, capacity, vectors: vocabulary });
    } catch (error) {
      this.#bag.dispose();
      throw error;
    }
    const start = (part: number, inputs: number, outputs: number) => ({
      learningRate: settings.learningRate,
      weightDecay: settings.weightDecay,
      initialDeviation: Math.sqrt(2 / (inputs + outputs)),
      // No layer starts from the numbers of another.
      seed: threefry(settings.seed, stream.initial, part, 0xffffffff)[0],
    });
    this.#input = new EmbeddingTable(gpu, {
      ...start(0, vocabulary, hidden),
      rows: vocabulary + 1,
      dim: hidden,
    });
    this.#encoder = new DenseLayer(gpu, {
      ...start(1, hidden, 2 * dim),
      inputs: hidden,
      outputs: 2 * dim,
      activation: "none",
    });
    this.#output = new EmbeddingTable(gpu, {
      ...start(2, dim, vocabulary),
      rows: vocabulary,
      dim: dim + 1,
    });
    this.#parameters = new ParameterTables({
      input: this.#input,
      "encoder.weights": this.#encoder.weights,
      "encoder.bias": this.#encoder.bias,
      output: this.#output,
    });
    const rowsOf = (label: string, width: number) => gpu.array(label, 4 * capacity * strideOf(width));
    this.#work = {
      hidden: rowsOf("autoencoder: hidden", hidden),
      hiddenGradient: rowsOf("autoencoder: gradient by hidden", hidden),
      encoded: rowsOf("autoencoder: encoded", 2 * dim),
      encodedGradient: rowsOf("autoencoder: gradient by encoded", 2 * dim),
      latents: rowsOf("autoencoder: latents", dim + 1),
      latentGradient: rowsOf("autoencoder: gradient by latents", dim + 1),
    };
    this.#divergences = gpu.array("autoencoder: divergences", 4 * capacity);
    this.#losses = gpu.array("autoencoder: losses", 4 * this.#trained.length);
  }

  /** Records one epoch of training; see {@linkcode Model.recordEpoch}. */
  recordEpoch(epoch: number): { steps: number } {
    const { batch, dropout, seed } = this.#settings;
    const count = this.#trained.length;
    const order = permutation(count, seed, stream.shuffle, epoch).map((n) => this.#trained[n]!);
    this.#bag.recordOrder(order, batch);
    this.#bag.recordWeights({ rate: dropout, seed, epoch });
    const steps = Math.ceil(count / batch);
    for (let step = 0; step < steps; step++) this.#recordStep(epoch, step);
    this.#recorded = true;
    return { steps };
  }

  #recordStep(epoch: number, step: number): void {
    const gpu = this.#gpu;
    const { dim, hidden, batch, seed, divergenceWeight, annealingSteps } = this.#settings;
    const { table, gradient } = this.#output;
    const { hiddenGradient, encoded, encodedGradient, latents, latentGradient } = this.#work;
    const start = step * batch;
    const count = Math.min(batch, this.#trained.length - start);
    const annealed = annealingSteps > 0 ? Math.min(1, this.#parameters.steps / annealingSteps) : 1;
    const beta = divergenceWeight * annealed;
    const numbers = this.#bag.order;
    this.#recordEncoder({ ordered: true, start, count });
    const latent = { dim, count, encoded, latents };
    recordLatent(gpu, latent, this.#divergences, { numbers, start, seed, epoch });
    this.#softmax.record({
      rows: latents,
      numbers,
      start,
      count,
      vectors: table,
      weight: 1 / count,
      divergences: this.#divergences,
      divergenceWeight: beta,
      losses: this.#losses,
      rowGradient: latentGradient,
      vectorGradient: gradient,
    });
    recordLatentGradient(gpu, latent, latentGradient, beta / count, encodedGradient);
    this.#encoder.recordGradient({
      input: this.#work.hidden,
      output: encoded,
      outputGradient: encodedGradient,
      inputGradient: hiddenGradient,
    }, count);
    const layer = { rows: count, outputs: hidden, activation: "tanh" } as const;
    recordActivationGradient(gpu, layer, this.#work.hidden, hiddenGradient);
    this.#bag.recordGradient(step, hiddenGradient, hidden, this.#input.gradient);
    this.#parameters.recordStep();
  }

  /** Records the way from lists to means and log variances. */
  #recordEncoder(rows: BagRows): void {
    this.#bag.recordForward(rows, this.#input.table, this.#settings.hidden, this.#work.hidden);
    this.#encoder.record(this.#work.hidden, this.#work.encoded, rows.count);
  }

  /**
   * Mean loss per list with entries of the last recorded epoch.
   *
   * @throws {ModelError} if no epoch was recorded.
   */
  async epochLoss(): Promise<number> {
    if (!this.#recorded) {
      throw new ModelError("there is no loss before the first epoch: call recordEpoch() first");
    }
    let sum = 0;
    for (const loss of await this.#gpu.readFloats(this.#losses)) sum += loss;
    return sum / this.#trained.length;
  }

  /** The lists' mean latent rows, each with a 1 behind it; recorded anew at each call, a batch at a time. */
  protected recordCodes(): FactorRows {
    const { dim, seed } = this.#settings;
    const { rows } = this.#bag;
    this.#codes ??= this.#gpu.array("autoencoder: codes", 4 * rows * strideOf(dim + 1));
    this.#bag.recordWeights({ rate: 0, seed, epoch: 0 });
    for (let start = 0; start < rows; start += this.#capacity) {
      const count = Math.min(this.#capacity, rows - start);
      this.#recordEncoder({ ordered: false, start, count });
      const latent = { dim, count, encoded: this.#work.encoded, latents: this.#codes };
      recordLatent(this.#gpu, latent, this.#divergences, null, start);
    }
    return { array: this.#codes, row: 0, count: rows };
  }

  /** The decoder's rows, each with its bias behind it. */
  protected decoderRows(): FactorRows {
    const { table, rows } = this.#output;
    return { array: table, row: 0, count: rows };
  }

  /** Codes and decoder rows, whose dot products are the logits. */
  abstract factors(): Factors;

  /** The parameters of encoder and decoder. */
  parameters(): Promise<ModelCheckpoint> {
    return this.#parameters.parameters();
  }

  /**
   * Scores from now on with other parameters.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  load(parameters: ModelCheckpoint): void {
    this.#parameters.load(parameters);
  }

  /** Parameters, moments and step. */
  checkpoint(): Promise<ModelCheckpoint> {
    return this.#parameters.checkpoint();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.#parameters.restore(checkpoint);
  }

  /** Gives the device memory back. */
  dispose(): void {
    this.#bag.dispose();
    this.#softmax.dispose();
    this.#parameters.dispose();
    for (const array of Object.values(this.#work)) array.dispose();
    for (const array of [this.#divergences, this.#losses, this.#codes]) array?.dispose();
  }

  /** The same as {@linkcode Autoencoder.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
