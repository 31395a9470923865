/**
 * The autoencoders' first layer: weighted sums of the rows that lists name.
 *
 * @module
 */
import { EmbeddingBag } from "../../src/kernels/embedding_bag.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import { permutation } from "../../src/random.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost, rowBytes, sumOfCosts } from "../costs.ts";
import { ascendingLists, citeulike, count, table } from "../inputs.ts";

const { users, items } = citeulike;

function bagCase(batch: number, length: number, dim: number): BenchCase {
  const all = users * length;
  const entries = batch * length;
  const gathered = rowBytes(entries, dim) + 12 * entries;
  const parts = [
    { name: "weights", kernels: /bag_weights$/, cost: cost({ bytes: 12 * all, operations: 110 * all }) },
    {
      name: "forward",
      kernels: /\/bag$/,
      cost: cost({
        bytes: gathered + rowBytes(batch, dim),
        operations: 2 * entries * dim,
        exponentials: batch * dim,
      }),
    },
    {
      name: "gradient",
      kernels: /bag_gradient$/,
      // As many rows are written as are touched: fewer than entries.
      cost: cost({ bytes: 2 * gathered, operations: 2 * entries * dim }),
    },
  ];
  return {
    family: "embedding_bag",
    name: "embedding bag",
    shape: `${batch} lists of ${length} of ${count(items)}, dim ${dim}`,
    quick: true,
    cost: sumOfCosts(...parts.map((part) => part.cost)),
    parts,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const bag = space.own(new EmbeddingBag(gpu, ascendingLists(users, items, length), items));
      bag.recordOrder(permutation(users, 1, 2, 0), batch);
      const values = space.upload("table", table(items + 1, dim));
      const gradient = space.zeros("gradient", (items + 1) * strideOf(dim));
      const hidden = space.zeros("hidden", batch * strideOf(dim));
      const slope = space.upload("slope", table(batch, dim));
      return space.prepared(() => {
        bag.recordWeights({ rate: 0.5, seed: 1, epoch: 0 });
        bag.recordForward({ ordered: true, start: 0, count: batch }, values, dim, hidden);
        bag.recordGradient(0, slope, dim, gradient);
      });
    },
  };
}

/** All cases of the family. */
export const embeddingBagCases: readonly BenchCase[] = [bagCase(500, 24, 128), bagCase(500, 200, 128)];
