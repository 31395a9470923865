/**
 * Propagation of embeddings over the graph of users and items (a sparse matrix times a dense one).
 *
 * @module
 */
import { InteractionGraph } from "../../src/kernels/graph.ts";
import { Propagation } from "../../src/kernels/propagate.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost, propagationCost } from "../costs.ts";
import { ascendingLists, citeulike, count, table } from "../inputs.ts";

const layers = 3;

function propagationCase(dim: number, perUser: number, quick: boolean): BenchCase {
  const { users, items } = citeulike;
  const edges = 2 * users * perUser;
  const layer = propagationCost(edges, users + items, dim);
  return {
    family: "propagate",
    name: `propagation, ${layers} layers`,
    shape: `${count(users + items)} rows, ${count(edges)} edges, dim ${dim}`,
    quick,
    cost: cost({ bytes: layers * layer.bytes, operations: layers * layer.operations }),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const graph = space.own(new InteractionGraph(gpu, ascendingLists(users, items, perUser), { items }));
      const propagation = space.own(new Propagation(gpu, graph, { dim, layers }));
      const start = space.upload("table", table(users + items, dim));
      return space.prepared(() => void propagation.record(start));
    },
  };
}

/** All cases of the family. */
export const propagateCases: readonly BenchCase[] = [
  propagationCase(16, 24, false),
  propagationCase(64, 24, true),
  propagationCase(64, 200, false),
];
