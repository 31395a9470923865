/** Runs an ONNX model in ONNX Runtime, which is not ours: the arguments are the file and the feeds as JSON. */
import { loadPackage } from "../../src/export/load_package.ts";

interface OnnxRuntime {
  InferenceSession: {
    create(path: string, options: { logSeverityLevel: number }): Promise<{
      run(
        feeds: Record<string, unknown>,
      ): Promise<Record<string, { dims: readonly number[]; data: unknown }>>;
    }>;
  };
  Tensor: new (type: "int64", data: BigInt64Array, dims: readonly number[]) => unknown;
}

// Not a literal import: the lock file, from which every first command fetches all packages, would hold 288 MB more.
const ort = (await loadPackage<{ default: OnnxRuntime }>("onnxruntime-node@1.30.0")).default;

const [path, feeds] = Deno.args as [string, string];
const session = await ort.InferenceSession.create(path, { logSeverityLevel: 3 });
const outputs = [];
for (const feed of JSON.parse(feeds) as Record<string, number[] | number[][]>[]) {
  const tensors = Object.entries(feed).map(([name, values]) => {
    const width = name === "exclude" ? 2 : name === "history" ? (values[0] as number[]).length : 0;
    const dims = width > 0 ? [values.length, width] : [values.length];
    return [name, new ort.Tensor("int64", BigInt64Array.from(values.flat(), BigInt), dims)];
  });
  const { items, ids, scores } = await session.run(Object.fromEntries(tensors));
  outputs.push({
    dims: items!.dims,
    items: Array.from(items!.data as BigInt64Array, Number),
    ids: Array.from(ids!.data as string[]),
    scores: Array.from(scores!.data as Float32Array, String),
  });
}
console.log(JSON.stringify(outputs));
