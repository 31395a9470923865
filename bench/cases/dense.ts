/**
 * Dense layers, and what stands before and behind them: rows made of table rows, the latent layer, the binary
 * cross-entropy.
 *
 * @module
 */
import { recordBinaryCrossEntropy } from "../../src/kernels/binary_cross_entropy.ts";
import { recordDense, recordDenseGradient } from "../../src/kernels/dense.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import {
  recordColumnCopy,
  recordConcatenatedRows,
  recordExampleRowGradient,
  recordRowProducts,
} from "../../src/kernels/example_rows.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { recordLatent, recordLatentGradient } from "../../src/kernels/latent.ts";
import { recordSine, recordSineGradient } from "../../src/kernels/sine.ts";
import { permutation, uniform } from "../../src/random.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost, denseCost, denseGradientCost, rowBytes, sumOfCosts } from "../costs.ts";
import { citeulike, count, normals, table } from "../inputs.ts";

function denseCase(rows: number, inputs: number, outputs: number, quick: boolean): BenchCase {
  const forward = denseCost(rows, inputs, outputs);
  const backward = denseGradientCost(rows, inputs, outputs);
  return {
    family: "dense",
    name: "dense layer, ReLU",
    shape: `${count(rows)} x ${inputs} to ${outputs}`,
    quick,
    cost: sumOfCosts(forward, backward),
    parts: [
      { name: "forward", kernels: /\/dense$/, cost: forward },
      { name: "backward", kernels: /gradient/, cost: backward },
    ],
    prepare(gpu) {
      const space = new Workspace(gpu);
      const shape = { rows, inputs, outputs, activation: "relu" } as const;
      const input = space.upload("input", table(rows, inputs));
      const weights = space.upload("weights", table(inputs, outputs));
      const bias = space.zeros("bias", strideOf(outputs));
      const output = space.zeros("output", rows * strideOf(outputs));
      const pass = {
        ...shape,
        input,
        weights,
        output,
        outputGradient: space.upload("gradient by output", table(rows, outputs)),
        inputGradient: space.zeros("gradient by input", rows * strideOf(inputs)),
        weightGradient: space.zeros("gradient by weights", inputs * strideOf(outputs)),
        biasGradient: space.zeros("gradient by bias", strideOf(outputs)),
      };
      return space.prepared(() => {
        recordDense(gpu, { ...shape, input, weights, bias, output });
        recordDenseGradient(gpu, pass);
      });
    },
  };
}

function sineCase(rows: number, columns: number): BenchCase {
  const numbers = rows * strideOf(columns);
  // Reduction to half a turn (6), the series (9), and the product with the gradient.
  const parts = [
    { name: "sines", kernels: /\/sine$/, cost: cost({ bytes: 8 * numbers, operations: 15 * numbers }) },
    {
      name: "gradient",
      kernels: /\/sine_gradient$/,
      cost: cost({ bytes: 12 * numbers, operations: 17 * numbers }),
    },
  ];
  return {
    family: "dense",
    name: "sines",
    shape: `${count(rows)} x ${columns}`,
    quick: true,
    cost: sumOfCosts(...parts.map((part) => part.cost)),
    parts,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const sums = space.upload("sums", table(rows, columns));
      const sines = space.zeros("sines", numbers);
      const gradient = space.upload("gradient by sines", table(rows, columns));
      return space.prepared(() => {
        recordSine(gpu, numbers, sums, sines);
        recordSineGradient(gpu, numbers, sums, gradient);
      });
    },
  };
}

function latentCase(rows: number, dim: number): BenchCase {
  const numbers = rows * dim;
  const parts = [
    {
      name: "latent rows",
      kernels: /\/latent$/,
      // Two random words (110), Box-Muller, the divergence; exp twice, log, cos, sqrt.
      cost: cost({ bytes: 12 * numbers, operations: 130 * numbers, exponentials: 4 * numbers }),
    },
    {
      name: "gradient",
      kernels: /latent_gradient$/,
      cost: cost({ bytes: 24 * numbers, operations: 12 * numbers, exponentials: numbers }),
    },
  ];
  return {
    family: "dense",
    name: "latent layer",
    shape: `${rows} rows, dim ${dim}`,
    quick: true,
    cost: sumOfCosts(...parts.map((part) => part.cost)),
    parts,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const latent = {
        dim,
        count: rows,
        encoded: space.upload("encoded", table(rows, 2 * dim)),
        latents: space.zeros("latents", rows * strideOf(dim + 1)),
      };
      const divergences = space.zeros("divergences", rows);
      const slope = space.upload("gradient by latents", table(rows, dim + 1));
      const gradient = space.zeros("gradient by encoded", rows * strideOf(2 * dim));
      const order = space.upload("numbers", Uint32Array.from({ length: rows }, (_, n) => n));
      return space.prepared(() => {
        recordLatent(gpu, latent, divergences, { numbers: order, start: 0, seed: 1, epoch: 0 });
        recordLatentGradient(gpu, latent, slope, 0.01, gradient);
      });
    },
  };
}

/** Rows of examples of (user, positive item, four negative ones), their losses, and the gradient by the tables. */
function examplesCase(groups: number, dim: number): BenchCase {
  const examples = 5;
  const rows = citeulike.users + citeulike.items;
  const each = groups * examples;
  const made = rowBytes(each, dim);
  const parts = [
    { name: "rows side by side", kernels: /concatenate_rows$/, cost: cost({ bytes: 4 * made }) },
    {
      name: "products",
      kernels: /multiply_rows$/,
      cost: cost({ bytes: 3 * made, operations: each * dim }),
    },
    { name: "copy of columns", kernels: /copy_columns$/, cost: cost({ bytes: 2 * made }) },
    {
      name: "cross-entropy",
      kernels: /binary_cross_entropy$/,
      cost: cost({ bytes: 32 * each, operations: 6 * each, exponentials: 3 * each }),
    },
    {
      name: "gradient by rows",
      kernels: /example_row_gradient$/,
      // Of products: the gradient and the other row for both rows; of rows side by side: their gradients.
      cost: cost({
        bytes: 6 * made + 4 * rowBytes(groups * (examples + 1), dim),
        operations: 6 * each * dim,
      }),
    },
  ];
  return {
    family: "dense",
    name: "examples of table rows",
    shape: `${count(groups)} groups of ${examples}, dim ${dim}`,
    quick: true,
    cost: sumOfCosts(...parts.map((part) => part.cost)),
    parts,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const width = examples + 1;
      const drawn = permutation(rows, 1, 2, 0);
      const triples = space.upload(
        "groups",
        Uint32Array.from(
          { length: groups * width },
          (_, n) =>
            n % width === 0
              ? drawn[n]! % citeulike.users
              : citeulike.users + Math.floor(citeulike.items * uniform(1, 3, n, 0)),
        ),
      );
      const sorted = space.zeros("sorted", 2 * groups * width);
      recordBatchOrder(gpu, triples, sorted, { count: groups, batch: groups, rows, width });
      const batch = { triples, sorted, first: 0, count: groups };
      const given = { table: space.upload("table", table(rows, dim)), dim, examples };
      const concatenated = space.zeros("rows side by side", each * strideOf(2 * dim));
      const products = space.zeros("products", each * strideOf(dim));
      const copied = space.zeros("columns", each * strideOf(dim));
      const gradient = space.zeros("gradient", rows * strideOf(dim));
      const logits = space.upload("logits", normals(4 * each, 1));
      const logitGradient = space.zeros("gradient by logits", 4 * each);
      const losses = space.zeros("losses", groups);
      return space.prepared(() => {
        recordConcatenatedRows(gpu, batch, given, concatenated);
        recordRowProducts(gpu, batch, given, products, dim);
        recordColumnCopy(
          gpu,
          { matrix: concatenated, columns: 2 * dim, first: dim },
          { matrix: copied, columns: dim, first: 0 },
          each,
          dim,
        );
        recordBinaryCrossEntropy(gpu, batch, { logits, logitGradient, losses, examples, scale: 1 });
        recordExampleRowGradient(gpu, batch, given, "product", products, dim, gradient);
        recordExampleRowGradient(gpu, batch, given, "concatenation", concatenated, 2 * dim, gradient);
      });
    },
  };
}

/** All cases of the family. */
export const denseCases: readonly BenchCase[] = [
  denseCase(5120, 64, 32, true),
  denseCase(500, 128, 128, false),
  denseCase(2048, 256, 256, true),
  denseCase(citeulike.users + citeulike.items, 64, 64, false),
  sineCase(citeulike.users + citeulike.items, 64),
  latentCase(500, 64),
  examplesCase(1024, 64),
];
