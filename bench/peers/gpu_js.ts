/**
 * gpu.js on WebGPU as a peer of the benchmark.
 *
 * @module
 */
import type { Inputs } from "./inputs.ts";
import { type PreparedWork, serve, Unsupported, type WorkOptions } from "./serve.ts";

// Named apart from the import, so that checking the types of bench needs no download.
const library = "npm:gpu.js@2.24.1";
const { GPU, input } = await import(library);
const gpu = new GPU({ mode: "webgpu" });

/** What gpu.js gives a kernel function as `this`. */
interface KernelThread {
  readonly thread: { readonly x: number; readonly y: number };
  readonly constants: { readonly dim: number };
}

function product(this: KernelThread, users: number[][], items: number[][]): number {
  let sum = 0;
  for (let d = 0; d < this.constants.dim; d++) sum += users[this.thread.y]![d]! * items[this.thread.x]![d]!;
  return sum;
}

function element(this: KernelThread, values: number[][]): number {
  return values[this.thread.y]![this.thread.x]!;
}

/** A copy of a matrix that stays on the device: arrays that are given to a kernel are uploaded in each run. */
function resident(values: Float32Array, rows: number, columns: number) {
  const copy = gpu.createKernel(element, { output: [columns, rows], precision: "single", pipeline: true });
  const matrix: Promise<unknown> = copy(input(values, [columns, rows]));
  return { matrix, dispose: () => copy.destroy() };
}

function scores(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { items } = inputs.header;
  const kernel = gpu.createKernel(product, {
    output: [items, count],
    precision: "single",
    pipeline: true,
    constants: { dim },
    loopMaxIterations: dim,
  });
  const end = gpu.createKernel(element, { output: [1, 1], precision: "single" });
  const users = resident(inputs.floats(`users.${dim}`).slice(0, count! * dim), count!, dim);
  const vectors = resident(inputs.floats(`items.${dim}`), items, dim);
  const multiply = async () => kernel(...await Promise.all([users.matrix, vectors.matrix]));
  return {
    async check() {
      const values = await multiply();
      const rows: Float32Array[] = await values.toArray();
      values.delete();
      return { sums: Float32Array.from(rows, (row) => row.reduce((sum, value) => sum + value, 0)) };
    },
    async run() {
      const values = await multiply();
      // One number of it, as a wait for the whole.
      await end(values);
      values.delete();
    },
    dispose() {
      users.dispose();
      vectors.dispose();
      kernel.destroy();
      end.destroy();
    },
  };
}

const none = (reason: string) => (): PreparedWork => {
  throw new Unsupported(reason);
};

await serve("gpu.js 2.24.1, WebGPU", {
  scores,
  "top-k": none("no selection or sort, no shared memory"),
  "cross-entropy": none("no differentiation"),
  listwise: none("no differentiation"),
});
