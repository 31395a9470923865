/**
 * The kinds of students. To add one, write a class that is a {@linkcode StudentModel} and name it below. This module is
 * browser compatible.
 *
 * @module
 */
import type { Split } from "../data/split.ts";
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { recordActivationGradient } from "../kernels/dense.ts";
import { strideOf } from "../kernels/embedding.ts";
import { EmbeddingBag, largestBagBatch } from "../kernels/embedding_bag.ts";
import { InteractionGraph } from "../kernels/graph.ts";
import { Propagation } from "../kernels/propagate.ts";
import { EmbeddingTable } from "../models/embedding_table.ts";
import type { ModelCheckpoint } from "../models/model.ts";
import { ParameterTables } from "../models/parameter_tables.ts";
import { sirenParameters } from "../models/siren.ts";
import { stream, threefry } from "../random.ts";
import { QuadricStudent } from "./quadric_student.ts";
import { DerivedStudent } from "./derived_student.ts";
import { SirenStudent } from "./siren_student.ts";
import { FactorStudent, type StudentModel, type StudentOptions } from "./student_model.ts";

/** Times that a LightGCN student passes its embeddings on. */
const graphLayers = 3;

/** LightGCN (He et al., SIGIR 2020): rows are the mean of the layers over the graph of the training pairs. */
class GraphStudent extends DerivedStudent {
  readonly #graph: InteractionGraph;
  readonly #propagation: Propagation;
  readonly #embeddings: EmbeddingTable;

  constructor(gpu: Gpu, split: Split, options: StudentOptions) {
    super(gpu, split, options.dim);
    const { dim, initialScale: initialDeviation, seed, learningRate, weightDecay } = options;
    this.#graph = new InteractionGraph(gpu, split.train, split);
    this.#propagation = new Propagation(gpu, this.#graph, { dim, layers: graphLayers });
    this.#embeddings = new EmbeddingTable(gpu, {
      rows: this.users + this.items,
      ...{ dim, initialDeviation, seed, learningRate, weightDecay },
    });
  }

  recordRows(): void {
    this.gpu.copy(this.#propagation.record(this.#embeddings.table), this.table);
  }

  // The operator is symmetric: it takes the gradient back as well.
  recordStep(): void {
    this.gpu.copy(this.#propagation.record(this.gradient), this.#embeddings.gradient);
    this.#embeddings.adam.record();
    this.gpu.clear(this.gradient);
  }

  checkpoint(): Promise<ModelCheckpoint> {
    return this.#embeddings.checkpoint();
  }

  restore(checkpoint: ModelCheckpoint): void {
    this.#embeddings.restore(checkpoint);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#propagation.dispose();
    this.#graph.dispose();
    this.#embeddings.dispose();
  }
}

/**
 * An autoencoder of the users' training items with one hidden layer, without noise: a user's row is tanh(b + sum over the
 * n items of a row of the encoder / sqrt(n)), an item's row that of the decoder.
 */
class AutoencoderStudent extends DerivedStudent {
  readonly #bag: EmbeddingBag;
  readonly #encoder: EmbeddingTable;
  readonly #decoder: EmbeddingTable;
  readonly #parameters: ParameterTables<"encoder" | "decoder">;

  constructor(gpu: Gpu, split: Split, options: StudentOptions) {
    super(gpu, split, options.dim);
    const { dim, initialScale: initialDeviation, learningRate, weightDecay } = options;
    this.#bag = new EmbeddingBag(gpu, split.train, split.items);
    const users = Uint32Array.from({ length: split.users }, (_, user) => user);
    this.#bag.recordOrder(users, largestBagBatch);
    this.#bag.recordWeights({ rate: 0, seed: 0, epoch: 0 });
    const table = (part: number, rows: number) =>
      new EmbeddingTable(gpu, {
        ...{ rows, dim, initialDeviation, learningRate, weightDecay },
        // No table starts from the numbers of the other.
        seed: threefry(options.seed, stream.initial, part, 0xffffffff)[0],
      });
    this.#encoder = table(0, split.items + 1);
    this.#decoder = table(1, split.items);
    this.#parameters = new ParameterTables({ encoder: this.#encoder, decoder: this.#decoder });
  }

  recordRows(): void {
    const { users, dim } = this;
    this.#bag.recordForward({ ordered: false, start: 0, count: users }, this.#encoder.table, dim, this.table);
    const { table } = this.#decoder;
    this.gpu.copy(table, this.table, table.byteLength, 0, 4 * strideOf(dim) * users);
  }

  recordStep(): void {
    const { users, dim } = this;
    const { gradient } = this.#decoder;
    this.gpu.copy(this.gradient, gradient, gradient.byteLength, 4 * strideOf(dim) * users, 0);
    recordActivationGradient(
      this.gpu,
      { rows: users, outputs: dim, activation: "tanh" },
      this.table,
      this.gradient,
    );
    for (let batch = 0; batch * largestBagBatch < users; batch++) {
      const first = batch * largestBagBatch;
      this.#bag.recordGradient(batch, this.gradient, dim, this.#encoder.gradient, first);
    }
    this.#parameters.recordStep();
    this.gpu.clear(this.gradient);
  }

  checkpoint(): Promise<ModelCheckpoint> {
    return this.#parameters.checkpoint();
  }

  restore(checkpoint: ModelCheckpoint): void {
    this.#parameters.restore(checkpoint);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#bag.dispose();
    this.#parameters.dispose();
  }
}

type Maker = (gpu: Gpu, split: Split, options: StudentOptions) => StudentModel;

const kinds: Readonly<Record<string, Maker>> = {
  MF: (gpu, split, options) => new FactorStudent(gpu, split, options),
  Quadric: (gpu, split, options) => new QuadricStudent(gpu, split, options),
  Siren: (gpu, split, options) => new SirenStudent(gpu, split, options),
  GNN: (gpu, split, options) => new GraphStudent(gpu, split, options),
  AE: (gpu, split, options) => new AutoencoderStudent(gpu, split, options),
};

/**
 * The keys of the kinds of students: matrix factorization, the same with quadrics for users, codes with a network of
 * sines, LightGCN, autoencoder of users.
 */
export const studentKinds: readonly string[] = Object.keys(kinds);

/**
 * Makes a student.
 *
 * @throws {ArgumentError} if there is no such kind.
 */
export function createStudent(gpu: Gpu, kind: string, split: Split, options: StudentOptions): StudentModel {
  if (!Object.hasOwn(kinds, kind)) {
    throw new ArgumentError("student", `there is no "${kind}"`, studentKinds.join(", "));
  }
  return gpu.allOrNothing(() => kinds[kind]!(gpu, split, options));
}

/** Number of trained parameters of a kind of student. */
export function studentParameters(
  kind: string,
  { users, items }: Pick<Split, "users" | "items">,
  dim: number,
): number {
  const numbers: Record<string, number> = { AE: 2 * items + 1, Quadric: 2 * users + items };
  return dim * (numbers[kind] ?? users + items) + (kind === "Siren" ? sirenParameters(dim) : 0);
}
