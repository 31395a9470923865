/**
 * One step of the listwise losses with its gradients, in both phases.
 *
 * @module
 */
import { strideOf } from "../../src/kernels/embedding.ts";
import { indexLists, type ListIndex, uploadListIndex } from "../../src/kernels/list_index.ts";
import { type Granularity, ListwiseStep } from "../../src/kernels/listwise.ts";
import { permutation } from "../../src/random.ts";
import type { Ragged } from "../../src/ragged.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { expSumBackwardCost, expSumForwardCost, sumOfCosts } from "../costs.ts";
import { citeulike, count, popularLists, remember, table } from "../inputs.ts";

const observed = 15;
const positives = 10;
const tops = 100;

function firstOf(lists: Ragged, from: number, to: number, all: number): Ragged {
  const users = lists.offsets.length - 1;
  const items = new Uint32Array(users * (to - from));
  for (let user = 0; user < users; user++) {
    items.set(lists.items.subarray(user * all + from, user * all + to), user * (to - from));
  }
  return { offsets: Uint32Array.from({ length: users + 1 }, (_, user) => user * (to - from)), items };
}

/** Lists of 15 observed items, 10 of them listed, and 100 others. */
export const listIndex: (shape: { users: number; items: number }) => ListIndex = remember(
  ({ users, items }: { users: number; items: number }) => {
    const all = observed + tops;
    const drawn = popularLists(users, items, all);
    return indexLists({
      users,
      items,
      observed: firstOf(drawn, 0, observed, all),
      positives: firstOf(drawn, 0, positives, all),
      tops: firstOf(drawn, observed, all, all),
    });
  },
  ({ users, items }) => `${users} ${items}`,
);

/** Sizes of a step. */
export interface ListwiseShape {
  /** Users in the batch. */
  readonly batch: number;
  /** All users. */
  readonly users: number;
  /** All items. */
  readonly items: number;
  /** Length of an embedding. */
  readonly dim: number;
}

/** One step without the optimiser; its parts are the forward and the backward half of the exp-sum. */
export function listwiseCase(shape: ListwiseShape, granularity: Granularity, quick = false): BenchCase {
  const { batch, users, items, dim } = shape;
  const pairs = { users: batch, items, dim };
  const lists = {
    listed: positives + tops,
    entries: observed + tops,
    exponentials: granularity === "overall" ? 2 : 4,
  };
  const forward = expSumForwardCost(pairs, lists);
  const backward = expSumBackwardCost(pairs, lists);
  const half = /exp_sum_(row_gradient|weighted|vector_gradient|vector_combine)$/;
  return {
    family: "listwise",
    name: `${granularity} loss`,
    shape: `${batch} of ${count(users)} x ${count(items)}, dim ${dim}`,
    quick,
    cost: sumOfCosts(forward, backward),
    parts: [
      { name: "forward", kernels: new RegExp(`^(?!.*${half.source})`), cost: forward },
      { name: "backward", kernels: half, cost: backward },
    ],
    prepare(gpu) {
      const space = new Workspace(gpu);
      const step = space.own(new ListwiseStep(gpu, { users, items, dim, capacity: batch }));
      const given = {
        table: space.upload("table", table(users + items, dim)),
        gradient: space.zeros("gradient", (users + items) * strideOf(dim)),
        users: space.upload("users", permutation(users, 1, 1, 1).slice(0, batch).sort()),
        start: 0,
        count: batch,
        index: space.own(uploadListIndex(gpu, listIndex(shape))),
        granularity,
        weight: 0.01,
        losses: space.zeros("losses", batch),
      };
      return space.prepared(() => step.record(given));
    },
  };
}

const { users, items } = citeulike;

/** All cases of the family. */
export const listwiseCases: readonly BenchCase[] = [
  ...[6, 12, 32, 64, 128].flatMap((dim) =>
    (["overall", "ranked"] as const).map((granularity) =>
      listwiseCase({ batch: 750, users, items, dim }, granularity, dim === 6 && granularity === "overall")
    )
  ),
  // A batch that fills a large graphics processor.
  ...[6, 32].map((dim) => listwiseCase({ batch: 8192, users: 10_000, items, dim }, "overall")),
];
