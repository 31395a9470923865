/**
 * Building ONNX graphs from nodes.
 *
 * @module
 */
import { loadPackage } from "./load_package.ts";

// What is used of onnx-proto's types: importing them would put the package, and what it needs, into the lock file, from
// which every first command fetches everything.
interface Attribute {
  name: string;
  type: number;
  i?: number;
  ints?: number[];
}

interface Node {
  opType: string;
  name: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
}

interface Tensor {
  name: string;
  dims: number[];
  dataType: number;
  rawData?: Uint8Array;
  stringData?: Uint8Array[];
}

interface Value {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: ({ dimValue: number } | { dimParam: string })[] } };
  };
}

interface OnnxPackage {
  onnx: {
    ModelProto: {
      create(properties: Readonly<Record<string, unknown>>): unknown;
      encode(message: unknown): { finish(): Uint8Array };
    };
  };
}

/** The numbers that ONNX gives its element types. */
export const elementTypes = { float: 1, int64: 7, string: 8 } as const;

/** An element type. */
export type ElementType = keyof typeof elementTypes;

/** Collects the parts of one graph. Names are given by the caller or made up, and each stands for one array. */
export class OnnxGraph {
  readonly #nodes: Node[] = [];
  readonly #constants: Tensor[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];

  /** Adds a node with one output; gives the output's name. */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    name = `${operator}_${this.#nodes.length}`,
  ): string {
    this.addNode(operator, inputs, [name], attributes);
    return name;
  }

  /** Adds a node with any outputs. */
  addNode(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]): Attribute =>
      typeof value === "number" ? { name, type: 2, i: value } : { name, type: 7, ints: [...value] }
    );
    this.#nodes.push({
      opType: operator,
      name: outputs[0]!,
      input: [...inputs],
      output: [...outputs],
      attribute,
    });
  }

  /** Adds a constant of floats; gives its name. */
  floats(dims: readonly number[], values: ArrayLike<number>, name = this.#constantName()): string {
    const rawData = new Uint8Array(Float32Array.from(values).buffer);
    this.#constants.push({ name, dims: [...dims], dataType: elementTypes.float, rawData });
    return name;
  }

  /** Adds a constant of integers; gives its name. */
  integers(dims: readonly number[], values: readonly number[], name = this.#constantName()): string {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.push({ name, dims: [...dims], dataType: elementTypes.int64, rawData });
    return name;
  }

  /** Adds a constant of texts; gives its name. */
  texts(values: readonly string[], name = this.#constantName()): string {
    const encoder = new TextEncoder();
    const stringData = values.map((text) => encoder.encode(text));
    this.#constants.push({ name, dims: [values.length], dataType: elementTypes.string, stringData });
    return name;
  }

  /** Declares an input; sizes that are not fixed have a name. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): string {
    this.#inputs.push(valueOf(name, type, dims));
    return name;
  }

  /** Declares an output, which a node has to give. */
  output(name: string, type: ElementType, dims: readonly (number | string)[]): void {
    this.#outputs.push(valueOf(name, type, dims));
  }

  /** The bytes of a model file for operator set 17. */
  async encode(
    name: string,
    documentation: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Uint8Array> {
    const { onnx } = (await loadPackage<{ default: OnnxPackage }>("onnx-proto@8.0.1")).default;
    const message = onnx.ModelProto.create({
      irVersion: 8,
      producerName: "hetcomp",
      docString: documentation,
      opsetImport: [{ domain: "", version: 17 }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#constants,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return Uint8Array.from(onnx.ModelProto.encode(message).finish());
  }

  #constantName(): string {
    return `constant_${this.#constants.length}`;
  }
}

function valueOf(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
  const dim = dims.map((size) => typeof size === "number" ? { dimValue: size } : { dimParam: size });
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}
