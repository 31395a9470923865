/**
 * The full softmax as an output layer, as the autoencoders use it.
 *
 * @module
 */
import { SoftmaxOutput } from "../../src/kernels/softmax_output.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { expSumBackwardCost, expSumForwardCost, sumOfCosts } from "../costs.ts";
import { ascendingLists, citeulike, count, table } from "../inputs.ts";

const length = 24;

/** Losses and gradients of a batch of rows with 24 listed vectors each. */
function softmaxCase(rows: number, vectors: number, dim: number, quick: boolean): BenchCase {
  const pairs = { users: rows, items: vectors, dim };
  const lists = { listed: length, entries: length, exponentials: 1 };
  const forward = expSumForwardCost(pairs, lists);
  const backward = expSumBackwardCost(pairs, lists);
  const half = /exp_sum_(row_gradient|weighted|vector_gradient|vector_combine)$/;
  return {
    family: "softmax_output",
    name: "softmax over all items",
    shape: `${rows} x ${count(vectors)}, dim ${dim}`,
    quick,
    cost: sumOfCosts(forward, backward),
    parts: [
      { name: "forward", kernels: new RegExp(`^(?!.*${half.source})`), cost: forward },
      { name: "backward", kernels: half, cost: backward },
    ],
    prepare(gpu) {
      const space = new Workspace(gpu);
      const lists = ascendingLists(rows, vectors, length);
      const output = space.own(new SoftmaxOutput(gpu, lists, { dim, capacity: rows, vectors }));
      const given = {
        rows: space.upload("rows", table(rows, dim)),
        numbers: space.upload("numbers", Uint32Array.from({ length: rows }, (_, n) => n)),
        start: 0,
        count: rows,
        vectors: space.upload("vectors", table(vectors, dim)),
        weight: 1 / rows,
        divergences: space.zeros("divergences", rows),
        divergenceWeight: 0.2,
        losses: space.zeros("losses", rows),
        rowGradient: space.zeros("gradient by rows", rows * strideOf(dim)),
        vectorGradient: space.zeros("gradient by vectors", vectors * strideOf(dim)),
      };
      return space.prepared(() => output.record(given));
    },
  };
}

/** All cases of the family; 65 is a latent dimension of 64 and the bias. */
export const softmaxOutputCases: readonly BenchCase[] = [
  softmaxCase(500, citeulike.items, 65, false),
  softmaxCase(500, citeulike.items, 17, true),
];
