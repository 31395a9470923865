/**
 * TensorFlow.js on WebGPU as a peer of the benchmark.
 *
 * @module
 */
import { listMasks, maskOf, paddedLists } from "./dense_masks.ts";
import type { Inputs } from "./inputs.ts";
import { type PreparedWork, serve, Unsupported, type WorkOptions } from "./serve.ts";

// Named apart from the import, so that checking the types of bench needs no download.
const [library, backend] = ["npm:@tensorflow/tfjs@4.22.0", "npm:@tensorflow/tfjs-backend-webgpu@4.22.0"];
const tf = await import(library);
await import(backend);
if (!await tf.setBackend("webgpu")) throw new Error("tfjs finds no WebGPU adapter");
await tf.ready();

/** Users scored at a time in the ranking of all. */
const block = 1024;

function tables(inputs: Inputs, dim: number, count: number) {
  const { items } = inputs.header;
  return {
    users: tf.tensor2d(inputs.floats(`users.${dim}`).subarray(0, count * dim), [count, dim]),
    items: tf.tensor2d(inputs.floats(`items.${dim}`), [items, dim]),
  };
}

function topK(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  if (count === null) throw new Unsupported(`see the ${block} users: minutes for all`);
  const { items: itemCount, k } = inputs.header;
  const { users, items } = tables(inputs, dim, count);
  const numbers = Uint32Array.from({ length: count }, (_, user) => user);
  const lowest = tf.tensor2d(maskOf(inputs.lists("train"), numbers, itemCount, -1e30), [count, itemCount]);
  const run = async () => {
    const best = tf.tidy(() => tf.topk(tf.add(tf.matMul(users, items, false, true), lowest), k));
    const [numbersFound, scores] = await Promise.all([best.indices.data(), best.values.data()]);
    tf.dispose(best);
    return { items: Uint32Array.from(numbersFound), scores: scores as Float32Array };
  };
  return { check: run, run, dispose: () => tf.dispose([users, items, lowest]) };
}

function scores(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { users, items } = tables(inputs, dim, count!);
  return {
    async check() {
      const sums = tf.tidy(() => tf.sum(tf.matMul(users, items, false, true), 1));
      return { sums: await sums.data() as Float32Array };
    },
    async run() {
      const product = tf.matMul(users, items, false, true);
      const end = tf.slice(product, [0, 0], [1, 1]);
      await end.data();
      tf.dispose([product, end]);
    },
    dispose: () => tf.dispose([users, items]),
  };
}

function crossEntropy(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { users, items } = tables(inputs, dim, count!);
  const loss = (rows: unknown, vectors: unknown) => {
    const own = tf.sum(tf.mul(rows, tf.slice(vectors, [0, 0], [count!, dim])));
    return tf.sub(tf.sum(tf.logSumExp(tf.matMul(rows, vectors, false, true), 1)), own);
  };
  const gradients = tf.valueAndGrads(loss);
  return {
    async check() {
      const { value, grads } = gradients([users, items]);
      const [lossValue, rows, vectors] = await Promise.all([value.data(), grads[0].data(), grads[1].data()]);
      tf.dispose([value, grads]);
      return { loss: lossValue[0], users: rows, items: vectors };
    },
    async run() {
      const { value, grads } = gradients([users, items]);
      await value.data();
      tf.dispose([value, grads]);
    },
    dispose: () => tf.dispose([users, items]),
  };
}

/**
 * The ranked loss over lists of one length, filled up. Listed scores come from gathered rows: gatherND has no gradient.
 * The clamped form's floor of 1e-5 under denominators is left out: these inputs do not come near it.
 */
function rankedLossOf(inputs: Inputs, numbers: Uint32Array, scores: WorkOptions["scores"]) {
  const { items: itemCount, k } = inputs.header;
  const observed = inputs.lists("train");
  const tops = inputs.lists("tops");
  const bound = (values: unknown) => scores === "clamped" ? tf.clipByValue(values, -40, 40) : values;
  const lists = [
    { lists: inputs.lists("positives"), length: 10, outside: k / 2, weight: 1 },
    { lists: tops, length: k / 2, outside: k / 2, weight: 0.5 },
    { lists: tops, length: k / 10, outside: k / 10, weight: 0.5 },
  ].map(({ lists, length, outside, weight }) => {
    const { places, taken } = paddedLists(lists, numbers, length);
    return {
      places: tf.tensor1d(Int32Array.from(places), "int32"),
      taken: tf.tensor2d(taken, [numbers.length, length]),
      length,
      outside,
      weight,
    };
  });
  const leftOut = new Map([k / 2, k / 10].map((length) => {
    const mask = maskOf(observed, numbers, itemCount, 1);
    const { places, taken } = paddedLists(tops, numbers, length);
    places.forEach((item, n) => mask[Math.floor(n / length) * itemCount + item]! += taken[n]!);
    return [length, tf.tensor2d(mask, [numbers.length, itemCount])];
  }));
  return (rows: { shape: number[] }, items: unknown) => {
    const values = bound(tf.matMul(rows, items, false, true));
    const [users, dim] = rows.shape;
    const rests = new Map(Array.from(leftOut, ([length, mask]) => [
      length,
      tf.logSumExp(tf.sub(values, tf.mul(1e30, mask)), 1, true),
    ]));
    const losses = lists.map(({ places, taken, length, outside, weight }) => {
      const gathered = tf.reshape(tf.gather(items, places), [users, length, dim]);
      const listed = bound(tf.sum(tf.mul(tf.expandDims(rows, 1), gathered), 2));
      const rest = rests.get(outside);
      // Relative to the rest, so that nothing overflows: log(R + sum) = log R + log(1 + sum / R).
      const relative = tf.mul(taken, tf.exp(tf.sub(listed, rest)));
      const denominators = tf.add(rest, tf.log1p(tf.cumsum(relative, 1, false, true)));
      return tf.mul(weight, tf.sum(tf.mul(taken, tf.sub(denominators, listed))));
    });
    return tf.addN(losses);
  };
}

function listwise(inputs: Inputs, { granularity, scores, repeats }: WorkOptions): PreparedWork {
  const { users: userCount, items: itemCount, distillation } = inputs.header;
  const { dim, learningRate, weightDecay, weights } = distillation;
  const users = tf.variable(tf.tensor2d(inputs.floats("student.users"), [userCount, dim]));
  const items = tf.variable(tf.tensor2d(inputs.floats("student.items"), [itemCount, dim]));
  const numbers = inputs.integers("batch");
  const { listed, leftOut } = listMasks(inputs, numbers);
  const [inLists, excluded] = [listed, leftOut].map((mask) => tf.tensor2d(mask, [numbers.length, itemCount]));
  const rankedLoss = granularity === "ranked" ? rankedLossOf(inputs, numbers, scores) : null;
  const chosen = tf.tensor1d(Int32Array.from(numbers), "int32");
  const optimizer = tf.train.adam(learningRate);
  const logDenominators = (values: unknown) => {
    if (scores === "clamped") {
      const exponentials = tf.exp(values);
      const rest = tf.sum(tf.mul(exponentials, tf.sub(1, excluded)), 1, true);
      return tf.log(tf.maximum(1e-5, tf.add(rest, exponentials)));
    }
    const rest = tf.logSumExp(tf.sub(values, tf.mul(1e30, excluded)), 1, true);
    return tf.add(rest, tf.softplus(tf.sub(values, rest)));
  };
  const loss = () => {
    const rows = tf.gather(users, chosen);
    if (rankedLoss) return tf.mul(weights.ranked, rankedLoss(rows, items));
    const free = tf.matMul(rows, items, false, true);
    const values = scores === "clamped" ? tf.clipByValue(free, -40, 40) : free;
    return tf.mul(-weights.overall, tf.sum(tf.mul(inLists, tf.sub(values, logDenominators(values)))));
  };
  const step = async () => {
    const { value, grads } = tf.variableGrads(loss, [users, items]);
    const decayed = tf.tidy(() =>
      Object.fromEntries(
        [users, items].map((table) => [table.name, tf.add(grads[table.name], tf.mul(weightDecay, table))]),
      )
    );
    optimizer.applyGradients(decayed);
    await value.data();
    tf.dispose([value, grads, decayed]);
  };
  return {
    async check() {
      const { value, grads } = tf.variableGrads(loss, [users, items]);
      const gradients = [users, items].map((table) => grads[table.name].data());
      const [lossValue, userGradient, itemGradient] = await Promise.all([value.data(), ...gradients]);
      tf.dispose([value, grads]);
      return { loss: lossValue[0], users: userGradient, items: itemGradient };
    },
    async run() {
      for (let n = 0; n < repeats; n++) await step();
    },
    dispose: () => tf.dispose([users, items, inLists, excluded, chosen]),
  };
}

await serve("@tensorflow/tfjs 4.22.0, WebGPU", {
  "top-k": topK,
  listwise,
  scores,
  "cross-entropy": crossEntropy,
});
