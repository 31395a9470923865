import { ModelError } from "../errors.ts";
import type { EmbeddingTable } from "./embedding_table.ts";
import type { ModelCheckpoint } from "./model.ts";

const trained = ["table", "firstMoment", "secondMoment"] as const;

/** Several tables that are trained together, each under a name of its own in checkpoints: "NAME.table" and so on. */
export class ParameterTables<Name extends string> implements Disposable {
  /** The tables. */
  readonly tables: Readonly<Record<Name, EmbeddingTable>>;

  /** Takes the tables over. */
  constructor(tables: Readonly<Record<Name, EmbeddingTable>>) {
    this.tables = tables;
  }

  get #entries(): [string, EmbeddingTable][] {
    return Object.entries(this.tables);
  }

  /** Steps of the optimiser so far. */
  get steps(): number {
    return this.#entries[0]![1].adam.steps;
  }

  /** Takes steps of another length from now on. */
  setLearningRate(learningRate: number): void {
    for (const [, { adam }] of this.#entries) adam.learningRate = learningRate;
  }

  /** Forgets the steps of the optimiser so far. */
  restart(): void {
    for (const [, { adam }] of this.#entries) adam.restart();
  }

  /** Records one step of the optimiser for every table. */
  recordStep(): void {
    for (const [, table] of this.#entries) table.adam.record();
  }

  /** Reads the rows of every table. */
  async parameters(): Promise<ModelCheckpoint> {
    const found = await Promise.all(
      this.#entries.map(async ([name, table]) =>
        [`${name}.table`, (await table.parameters()).table!] as const
      ),
    );
    return Object.fromEntries(found);
  }

  /**
   * Takes other rows; moments and step stay.
   *
   * @throws {ModelError} if a table is missing or has another length; then nothing has changed.
   */
  load(parameters: ModelCheckpoint): void {
    this.#check(parameters, ["table"]);
    for (const [name, table] of this.#entries) table.load({ table: parameters[`${name}.table`]! });
  }

  /** Reads rows and moments of every table, and the step. */
  async checkpoint(): Promise<ModelCheckpoint> {
    const step = Uint32Array.of(this.steps);
    // Together: each read-back waits 10 ms or more.
    const found = await Promise.all(this.#entries.map(async ([name, table]) => {
      const own = await table.checkpoint();
      return trained.map((part) => [`${name}.${part}`, own[part]!] as const);
    }));
    return Object.fromEntries([["step", step], ...found.flat()]);
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {ModelError} if an array is missing or has another length; then nothing has changed.
   */
  restore(checkpoint: ModelCheckpoint): void {
    this.#check(checkpoint, trained);
    const step = checkpoint.step;
    if (!(step instanceof Uint32Array) || step.length !== 1) {
      throw new ModelError("the checkpoint's 'step' is missing; expected one unsigned integer");
    }
    for (const [name, table] of this.#entries) {
      const own: Record<string, ModelCheckpoint[string]> = { step };
      for (const part of trained) own[part] = checkpoint[`${name}.${part}`]!;
      table.restore(own);
    }
  }

  #check(checkpoint: ModelCheckpoint, parts: readonly string[]): void {
    for (const [name, { rows, dim }] of this.#entries) {
      for (const part of parts) {
        const array = checkpoint[`${name}.${part}`];
        if (array instanceof Float32Array && array.length === rows * dim) continue;
        throw new ModelError(
          `the checkpoint's '${name}.${part}' has ${array ? `${array.length} numbers` : "no data"}; ` +
            `expected ${rows * dim} floats (${rows} rows of ${dim})`,
        );
      }
    }
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const [, table] of this.#entries) table.dispose();
  }

  /** The same as {@linkcode ParameterTables.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
