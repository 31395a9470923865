/**
 * jax-js on WebGPU as a peer of the benchmark. Its arrays are used up by each operation, unless `.ref` is given.
 *
 * @module
 */
import { listMasks, maskOf } from "./dense_masks.ts";
import type { Inputs } from "./inputs.ts";
import { type PreparedWork, serve, Unsupported, type WorkOptions } from "./serve.ts";

// Named apart from the import, so that checking the types of bench needs no download.
const library = "npm:@jax-js/jax@0.1.25";
const { init, defaultDevice, numpy: np, lax, nn, jit, valueAndGrad, blockUntilReady } = await import(library);
if (!(await init("webgpu")).includes("webgpu")) throw new Error("jax-js finds no WebGPU adapter");
defaultDevice("webgpu");

/** What this file uses of an array of jax-js. */
interface JaxArray {
  readonly ref: JaxArray;
  readonly shape: number[];
  mul(other: JaxArray | number): JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  sum(axis?: number): JaxArray;
  slice(...ranges: unknown[]): JaxArray;
  data(): Promise<Float32Array | Int32Array>;
  dispose(): void;
}

function matrix(values: Float32Array, columns: number): JaxArray {
  return np.array(values, { shape: [values.length / columns, columns] });
}

function tables(inputs: Inputs, dim: number, count: number): { users: JaxArray; items: JaxArray } {
  return {
    users: matrix(inputs.floats(`users.${dim}`).slice(0, count * dim), dim),
    items: matrix(inputs.floats(`items.${dim}`), dim),
  };
}

function product(users: JaxArray, items: JaxArray): JaxArray {
  return np.matmul(users, np.transpose(items));
}

/**
 * Sum of a matrix, by rows first: sum() alone is one loop of one invocation, which llvmpipe ends silently after 65,535
 * turns.
 */
function total(values: JaxArray): JaxArray {
  return values.sum(1).sum();
}

function topK(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  if (count === null) throw new Unsupported("see the 1024 users: minutes for all");
  const { items: itemCount, k } = inputs.header;
  const { users, items } = tables(inputs, dim, count);
  const numbers = Uint32Array.from({ length: count }, (_, user) => user);
  const lowest = matrix(maskOf(inputs.lists("train"), numbers, itemCount, -1e30), itemCount);
  const run = async () => {
    const [values, places] = lax.topK(product(users.ref, items.ref).add(lowest.ref), k);
    const [scores, found] = await Promise.all([values.data(), places.data()]);
    return { items: Uint32Array.from(found), scores: scores as Float32Array };
  };
  return { check: run, run, dispose: () => [users, items, lowest].forEach((array) => array.dispose()) };
}

function scores(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { users, items } = tables(inputs, dim, count!);
  return {
    async check() {
      return { sums: await product(users.ref, items.ref).sum(1).data() as Float32Array };
    },
    async run() {
      const values = product(users.ref, items.ref);
      await blockUntilReady(values);
      values.dispose();
    },
    dispose: () => [users, items].forEach((array) => array.dispose()),
  };
}

function gradientWork(
  loss: (users: JaxArray, items: JaxArray) => JaxArray,
  users: JaxArray,
  items: JaxArray,
): PreparedWork {
  const compiled = jit(valueAndGrad(loss, { argnums: [0, 1] }));
  return {
    async check() {
      const [value, gradients] = compiled(users.ref, items.ref);
      const read = await Promise.all([value.data(), gradients[0].data(), gradients[1].data()]);
      const [[lossValue], userGradient, itemGradient] = read as Float32Array[] as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      return { loss: lossValue!, users: userGradient, items: itemGradient };
    },
    async run() {
      const [value, gradients] = compiled(users.ref, items.ref);
      await Promise.all([value.data(), blockUntilReady(gradients)]);
      for (const gradient of gradients) gradient.dispose();
    },
    dispose: () => [users, items].forEach((array) => array.dispose()),
  };
}

function crossEntropy(inputs: Inputs, { dim, count }: WorkOptions): PreparedWork {
  const { users, items } = tables(inputs, dim, count!);
  const loss = (rows: JaxArray, vectors: JaxArray) => {
    const own = total(rows.ref.mul(vectors.ref.slice([0, count])));
    return nn.logsumexp(product(rows, vectors), 1).sum().sub(own);
  };
  return gradientWork(loss, users, items);
}

/** Adam with coupled weight decay of one table. */
class Adam {
  #first: JaxArray;
  #second: JaxArray;
  #steps = 0;
  readonly #update;

  constructor(table: JaxArray, rate: number, decay: number) {
    this.#first = np.zeros(table.shape);
    this.#second = np.zeros(table.shape);
    this.#update = jit((
      old: JaxArray,
      raw: JaxArray,
      first: JaxArray,
      second: JaxArray,
      size: JaxArray,
      root: JaxArray,
    ) => {
      const slope = raw.add(old.ref.mul(decay));
      const m = first.mul(0.9).add(slope.ref.mul(0.1));
      const v = second.mul(0.999).add(np.square(slope).mul(0.001));
      const move = np.divide(m.ref.mul(size.mul(rate)), np.sqrt(v.ref).mul(root).add(1e-8));
      return [old.sub(move), m, v];
    });
  }

  /** The table after a step; both arguments are used up. */
  step(table: JaxArray, gradient: JaxArray): JaxArray {
    const n = ++this.#steps;
    const factors = [1 / (1 - 0.9 ** n), 1 / Math.sqrt(1 - 0.999 ** n)].map((value) => np.array(value));
    const [next, first, second] = this.#update(table, gradient, this.#first, this.#second, ...factors);
    this.#first = first;
    this.#second = second;
    return next;
  }
}

function listwise(inputs: Inputs, { granularity, scores, repeats }: WorkOptions): PreparedWork {
  if (granularity === "ranked") {
    throw new Unsupported("needs the gradient of take(): naga refuses its shader");
  }
  const { items: itemCount, distillation } = inputs.header;
  const { dim, learningRate, weightDecay, weights } = distillation;
  let users = matrix(inputs.floats("student.users"), dim);
  let items = matrix(inputs.floats("student.items"), dim);
  const numbers = inputs.integers("batch");
  const { listed, leftOut } = listMasks(inputs, numbers);
  const [inLists, excluded] = [listed, leftOut].map((mask) => matrix(mask, itemCount)) as [
    JaxArray,
    JaxArray,
  ];
  // A product with a selection matrix: the gradient of take() is refused inside jit(), and compiles to no shader outside.
  const selection = new Float32Array(numbers.length * inputs.header.users);
  numbers.forEach((user, row) => selection[row * inputs.header.users + user] = 1);
  const chosen = matrix(selection, inputs.header.users);
  const logDenominators = (values: JaxArray): JaxArray => {
    if (scores === "clamped") {
      const exponentials = np.exp(values);
      const rest = np.sum(exponentials.ref.mul(np.subtract(1, excluded.ref)), 1, { keepdims: true });
      return np.log(np.maximum(rest.add(exponentials), 1e-5));
    }
    const rest = nn.logsumexp(values.ref.sub(excluded.ref.mul(1e30)), 1, { keepdims: true });
    return rest.ref.add(nn.softplus(values.sub(rest)));
  };
  const loss = (userTable: JaxArray, itemTable: JaxArray) => {
    const free = product(np.matmul(chosen.ref, userTable), itemTable);
    const values: JaxArray = scores === "clamped" ? np.clip(free, -40, 40) : free;
    return total(inLists.ref.mul(values.ref.sub(logDenominators(values)))).mul(-weights.overall);
  };
  const gradients = jit(valueAndGrad(loss, { argnums: [0, 1] }));
  const adams = [new Adam(users, learningRate, weightDecay), new Adam(items, learningRate, weightDecay)];
  return {
    async check() {
      const [value, [ofUsers, ofItems]] = gradients(users.ref, items.ref);
      const [lossValue, userGradient, itemGradient] = await Promise.all([
        value.data(),
        ofUsers.data(),
        ofItems.data(),
      ]);
      return { loss: lossValue[0], users: userGradient, items: itemGradient };
    },
    async run() {
      for (let n = 0; n < repeats; n++) {
        const [value, [ofUsers, ofItems]] = gradients(users.ref, items.ref);
        users = adams[0]!.step(users, ofUsers);
        items = adams[1]!.step(items, ofItems);
        await value.data();
      }
      await blockUntilReady([users.ref, items.ref]);
    },
  };
}

await serve("@jax-js/jax 0.1.25, WebGPU", {
  "top-k": topK,
  scores,
  "cross-entropy": crossEntropy,
  listwise,
});
