/**
 * This project as a peer of the benchmark.
 *
 * @module
 */
import type { DeviceArray } from "../../src/gpu/device_array.ts";
import { type Gpu, openGpu } from "../../src/gpu/gpu.ts";
import { recordDense } from "../../src/kernels/dense.ts";
import { padRows, strideOf, unpadRows } from "../../src/kernels/embedding.ts";
import { sortedRows, uploadExclusions } from "../../src/kernels/exclusions.ts";
import { indexLists, uploadListIndex } from "../../src/kernels/list_index.ts";
import { ListwiseStep } from "../../src/kernels/listwise.ts";
import { SoftmaxOutput } from "../../src/kernels/softmax_output.ts";
import { topKOnDevice } from "../../src/kernels/top_k_on_device.ts";
import { EmbeddingTable } from "../../src/models/embedding_table.ts";
import { createModel } from "../../src/models/registry.ts";
import { ragged } from "../../src/ragged.ts";
import type { Inputs } from "./inputs.ts";
import { type PreparedWork, serve, type WorkOptions } from "./serve.ts";

const gpu: Gpu = await openGpu();

function uploadRows(inputs: Inputs, name: string, dim: number): DeviceArray {
  return gpu.upload(name, padRows(name, inputs.floats(name), dim));
}

function disposeAll(arrays: readonly Disposable[]): void {
  for (const array of arrays) array[Symbol.dispose]();
}

function topK(inputs: Inputs, { dim, count, repeats }: WorkOptions): PreparedWork {
  const { users, items, k } = inputs.header;
  const tables = [uploadRows(inputs, `users.${dim}`, dim), uploadRows(inputs, `items.${dim}`, dim)] as const;
  const exclude = uploadExclusions(gpu, sortedRows(inputs.lists("train")));
  const bytes = 4 * (count ?? users) * k;
  const into = { items: gpu.array("best items", bytes), scores: gpu.array("best scores", bytes) };
  const search = async (times: number) => {
    for (let n = 0; n < times; n++) {
      topKOnDevice(gpu, {
        users: { array: tables[0], row: 0, count: count ?? users },
        items: { array: tables[1], row: 0, count: items },
        dim,
        k,
        exclude,
        into,
      });
    }
    const [itemBytes, scoreBytes] = await gpu.read(into.items, into.scores);
    return { items: new Uint32Array(itemBytes!), scores: new Float32Array(scoreBytes!) };
  };
  return {
    check: () => search(1),
    run: () => search(repeats),
    dispose: () => disposeAll([...tables, exclude, into.items, into.scores]),
  };
}

function listwise(inputs: Inputs, { granularity, scores, repeats }: WorkOptions): PreparedWork {
  const { users, items, distillation } = inputs.header;
  const { dim, learningRate, weightDecay, weights } = distillation;
  const embeddings = new EmbeddingTable(gpu, {
    rows: users + items,
    dim,
    initialDeviation: 0,
    seed: 1,
    learningRate,
    weightDecay,
  });
  const table = new Float32Array((users + items) * dim);
  table.set(inputs.floats("student.users"));
  table.set(inputs.floats("student.items"), users * dim);
  embeddings.load({ table });
  const numbers = inputs.integers("batch");
  const batch = gpu.upload("batch", numbers);
  const losses = gpu.zeros("losses", 4 * numbers.length);
  const [observed, positives, tops] = ["train", "positives", "tops"].map((name) => inputs.lists(name));
  const index = uploadListIndex(
    gpu,
    indexLists({ users, items, observed: observed!, positives: positives!, tops: tops! }),
  );
  const step = new ListwiseStep(gpu, { users, items, dim, scores, capacity: numbers.length });
  const record = () =>
    step.record({
      table: embeddings.table,
      gradient: embeddings.gradient,
      users: batch,
      start: 0,
      count: numbers.length,
      index,
      granularity,
      weight: weights[granularity],
      losses,
    });
  return {
    async check() {
      record();
      const [lossesBytes, gradientBytes] = await gpu.read(losses, embeddings.gradient);
      const gradient = unpadRows(new Float32Array(gradientBytes!), dim);
      return {
        loss: new Float32Array(lossesBytes!).reduce((sum, loss) => sum + loss, 0),
        users: gradient.subarray(0, users * dim),
        items: gradient.subarray(users * dim),
      };
    },
    run() {
      for (let n = 0; n < repeats; n++) {
        record();
        embeddings.adam.record();
      }
      return gpu.readFloats(losses);
    },
    dispose: () => disposeAll([embeddings, batch, losses, index, step]),
  };
}

/** This project never stores the scores of all users and items; its kernel for dense layers does the same arithmetic. */
function scores(inputs: Inputs, { dim, count, repeats }: WorkOptions): PreparedWork {
  const { items } = inputs.header;
  const rows = count!;
  const source = inputs.floats(`items.${dim}`);
  const transposed = new Float32Array(source.length);
  for (let item = 0; item < items; item++) {
    for (let d = 0; d < dim; d++) transposed[d * items + item] = source[item * dim + d]!;
  }
  const input = uploadRows(inputs, `users.${dim}`, dim);
  const weights = gpu.upload("items", padRows("items", transposed, items));
  const bias = gpu.zeros("bias", 4 * strideOf(items));
  const output = gpu.array("scores", 4 * rows * strideOf(items));
  const record = () =>
    recordDense(gpu, { rows, inputs: dim, outputs: items, activation: "none", input, weights, bias, output });
  return {
    async check() {
      record();
      const values = unpadRows(await gpu.readFloats(output), items);
      return {
        sums: Float32Array.from(
          { length: rows },
          (_, row) => values.subarray(row * items, (row + 1) * items).reduce((sum, value) => sum + value, 0),
        ),
      };
    },
    run() {
      for (let n = 0; n < repeats; n++) record();
      return gpu.read(bias);
    },
    dispose: () => disposeAll([input, weights, bias, output]),
  };
}

function crossEntropy(inputs: Inputs, { dim, count, repeats }: WorkOptions): PreparedWork {
  const { items } = inputs.header;
  const rowCount = count!;
  const rows = uploadRows(inputs, `users.${dim}`, dim);
  const vectors = uploadRows(inputs, `items.${dim}`, dim);
  const numbers = gpu.upload("numbers", Uint32Array.from({ length: rowCount }, (_, row) => row));
  const labels = ragged(Array.from({ length: rowCount }, (_, row) => [row]));
  const output = new SoftmaxOutput(gpu, labels, { dim, capacity: rowCount, vectors: items });
  const divergences = gpu.zeros("divergences", 4 * rowCount);
  const losses = gpu.array("losses", 4 * rowCount);
  const rowGradient = gpu.array("gradient by rows", 4 * rowCount * strideOf(dim));
  const vectorGradient = gpu.array("gradient by vectors", 4 * items * strideOf(dim));
  const record = () =>
    output.record({
      rows,
      numbers,
      start: 0,
      count: rowCount,
      vectors,
      weight: 1,
      divergences,
      divergenceWeight: 0,
      losses,
      rowGradient,
      vectorGradient,
    });
  return {
    async check() {
      record();
      const read = await gpu.read(losses, rowGradient, vectorGradient);
      const [lossValues, users, vectorValues] = read.map((bytes) => new Float32Array(bytes));
      return {
        loss: lossValues!.reduce((sum, value) => sum + value, 0),
        users: unpadRows(users!, dim),
        items: unpadRows(vectorValues!, dim),
      };
    },
    run() {
      for (let n = 0; n < repeats; n++) record();
      return gpu.readFloats(losses);
    },
    dispose: () => {
      disposeAll([rows, vectors, numbers, output, divergences, losses, rowGradient, vectorGradient]);
    },
  };
}

function teacher(inputs: Inputs, { kind, repeats, checked }: WorkOptions): PreparedWork {
  const { users, items, teachers } = inputs.header;
  const model = createModel(gpu, kind, { users, items, interactions: inputs.lists("train") }, teachers[kind]);
  let epoch = 0;
  const train = () => {
    model.recordEpoch(epoch++);
    return model.epochLoss();
  };
  return {
    async check() {
      const loss = await train();
      let lastLoss = loss;
      for (let n = 1; n < checked; n++) lastLoss = await train();
      return { loss, lastLoss };
    },
    async run() {
      let last = train();
      for (let n = 1; n < repeats; n++) {
        const next = train();
        await last;
        last = next;
      }
      await last;
    },
    dispose: () => model.dispose(),
  };
}

await serve(`ours, ${gpu.adapter.name}`, {
  "top-k": topK,
  listwise,
  scores,
  "cross-entropy": crossEntropy,
  teacher,
});
