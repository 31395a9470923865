/**
 * Steps of pairwise training (BPR, CML), the sampling before them, and the penalty of LightGCN.
 *
 * @module
 */
import { Adam } from "../../src/kernels/adam.ts";
import { recordBatchOrder } from "../../src/kernels/batch_order.ts";
import { strideOf } from "../../src/kernels/embedding.ts";
import { recordEmbeddingGradient } from "../../src/kernels/embedding_gradient.ts";
import { InteractionGraph } from "../../src/kernels/graph.ts";
import { recordNegatives } from "../../src/kernels/negatives.ts";
import { type PairwiseLoss, recordLossSums, recordPairwiseLoss } from "../../src/kernels/pairwise.ts";
import { Propagation } from "../../src/kernels/propagate.ts";
import { recordRowPenalty, recordRowPenaltyGradient } from "../../src/kernels/row_penalty.ts";
import { TrainingPairs } from "../../src/kernels/training_pairs.ts";
import { recordUnitBall } from "../../src/kernels/unit_ball.ts";
import { permutation } from "../../src/random.ts";
import { type BenchCase, Workspace } from "../case.ts";
import {
  adamCost,
  cost,
  pairwiseGradientCost,
  pairwiseLossCost,
  rowBytes,
  sumOfCosts,
  unitBallCost,
} from "../costs.ts";
import { ascendingLists, citeulike, count, lengthOutside, table } from "../inputs.ts";

const { users, items } = citeulike;
const rows = users + items;
const perUser = 24;
const pairs = users * perUser;

/** Training triples of a run of batches, drawn and sorted. */
function sampling(space: Workspace, batch: number, batches: number) {
  const { gpu } = space;
  const triples = batch * batches;
  const training = space.own(new TrainingPairs(gpu, ascendingLists(users, items, perUser), items));
  const order = space.upload("order", permutation(pairs, 1, 2, 0));
  const arrays = {
    triples: space.zeros("triples", 3 * triples),
    sorted: space.zeros("sorted", 6 * triples),
    coefficients: space.zeros("coefficients", triples),
    losses: space.zeros("losses", triples),
  };
  const sums = space.zeros("sums", batches);
  const record = () => {
    const draw = { pairs: training, order, triples: arrays.triples, seed: 1, epoch: 0 };
    recordNegatives(gpu, { ...draw, first: 0, count: triples });
    recordBatchOrder(gpu, arrays.triples, arrays.sorted, { count: triples, batch, rows });
    recordLossSums(gpu, arrays.losses, sums, { count: triples, batch, firstBatch: 0 });
  };
  return { ...arrays, record };
}

function samplingCase(batch: number, batches: number): BenchCase {
  const triples = batch * batches;
  const passes = Math.ceil(Math.log2(rows) / 4);
  const negatives = cost({ bytes: 24 * triples, operations: 120 * triples });
  const order = cost({ bytes: 36 * triples, operations: 3 * triples * passes * 8 });
  const sums = cost({ bytes: 4 * triples, operations: triples });
  return {
    family: "pairwise",
    name: "sampling",
    shape: `${batches} batches of ${count(batch)} triples`,
    quick: true,
    cost: sumOfCosts(negatives, order, sums),
    parts: [
      { name: "negatives", kernels: /negatives$/, cost: negatives },
      { name: "sorting of rows", kernels: /batch_order$/, cost: order },
      { name: "sums of losses", kernels: /pairwise_sum$/, cost: sums },
    ],
    prepare(gpu) {
      const space = new Workspace(gpu);
      return space.prepared(sampling(space, batch, batches).record);
    },
  };
}

function stepCase(loss: PairwiseLoss, batch: number, dim: number, quick: boolean): BenchCase {
  const numbers = rows * strideOf(dim);
  const parts = [
    { name: "loss", kernels: /\/pairwise$/, cost: pairwiseLossCost(batch, dim, loss) },
    { name: "gradient", kernels: /pairwise_gradient$/, cost: pairwiseGradientCost(batch, dim, loss) },
    { name: "Adam", kernels: /adam$/, cost: adamCost(numbers) },
    ...loss === "hinge" ? [{ name: "unit ball", kernels: /unit_ball$/, cost: unitBallCost(rows, dim) }] : [],
  ];
  return {
    family: "pairwise",
    name: loss === "bpr" ? "BPR step" : "CML step",
    shape: `${count(batch)} triples of ${count(rows)} rows, dim ${dim}`,
    quick,
    cost: sumOfCosts(...parts.map((part) => part.cost)),
    parts,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const drawn = sampling(space, batch, 1);
      drawn.record();
      const rowTable = space.renewed("table", table(rows, dim, loss === "hinge" ? lengthOutside : 1));
      const gradient = space.renewed("gradient", table(rows, dim));
      // No triple of the hinge loss lies beyond this margin: it would have no gradient.
      const judged = { table: rowTable.array, dim, loss, margin: 100 };
      const adam = space.own(new Adam(gpu, judged.table, gradient.array));
      const given = { ...drawn, first: 0, count: batch };
      return space.prepared(() => {
        recordPairwiseLoss(gpu, given, judged);
        recordEmbeddingGradient(gpu, given, judged, gradient.array);
        adam.record();
        if (loss === "hinge") recordUnitBall(gpu, judged.table, rows, dim);
      }, () => {
        rowTable.renew();
        gradient.renew();
      });
    },
  };
}

function penaltyCase(batch: number, dim: number): BenchCase {
  const layer = rowBytes(batch, dim);
  return {
    family: "pairwise",
    name: "row penalty, marks",
    shape: `${count(batch)} triples, dim ${dim}`,
    quick: true,
    cost: cost({ bytes: 12 * layer + 60 * batch, operations: 12 * batch * dim }),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const drawn = sampling(space, batch, 1);
      drawn.record();
      const penalty = { table: space.upload("table", table(rows, dim)), dim, weight: 1e-4 };
      const gradient = space.zeros("gradient", rows * strideOf(dim));
      const graph = space.own(new InteractionGraph(gpu, ascendingLists(users, items, 2), { items }));
      const propagation = space.own(new Propagation(gpu, graph, { dim, layers: 1 }));
      const given = { ...drawn, first: 0, count: batch };
      return space.prepared(() => {
        propagation.recordMarks(given);
        recordRowPenalty(gpu, given, penalty);
        recordRowPenaltyGradient(gpu, given, penalty, gradient, 1);
      });
    },
  };
}

/** All cases of the family. */
export const pairwiseCases: readonly BenchCase[] = [
  stepCase("bpr", 1024, 64, true),
  stepCase("bpr", 8192, 64, false),
  stepCase("hinge", 1024, 64, true),
  stepCase("hinge", 8192, 64, false),
  samplingCase(1024, 64),
  penaltyCase(2048, 64),
];
