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

function scores(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { items } = inputs.header;
  const users = input(inputs.floats(`users.${dim}`).slice(0, count! * dim), [dim, count]);
  const vectors = input(inputs.floats(`items.${dim}`), [dim, items]);
  const kernel = gpu.createKernel(product, {
    output: [items, count],
    precision: "single",
    constants: { dim },
    loopMaxIterations: dim,
  });
  return {
    async check() {
      const rows: Float32Array[] = await kernel(users, vectors);
      return { sums: Float32Array.from(rows, (row) => row.reduce((sum, value) => sum + value, 0)) };
    },
    run: () => kernel(users, vectors),
    dispose: () => kernel.destroy(),
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
