/**
 * Exact ranks of given items, by counting.
 *
 * @module
 */
import { rankCountsOnDevice } from "../../src/kernels/rank_counts.ts";
import { uploadExclusions } from "../../src/kernels/top_k.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { type PairShape, rankCountsCost } from "../costs.ts";
import { citeulike, count, popularLists, table } from "../inputs.ts";

const targetsPerUser = 100;

/** The ranks of 100 items of each user among all but 15 excluded ones. */
export function rankCountsCase(shape: PairShape, quick = false): BenchCase {
  const { users, items, dim } = shape;
  return {
    family: "rank_counts",
    name: `ranks of ${targetsPerUser}`,
    shape: `${count(users)} x ${count(items)}, dim ${dim}`,
    quick,
    cost: rankCountsCost(shape, targetsPerUser),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const options = {
        users: { array: space.upload("users", table(users, dim)), row: 0, count: users },
        items: { array: space.upload("items", table(items, dim)), row: 0, count: items },
        dim,
        targets: space.upload("targets", popularLists(users, items, targetsPerUser).items),
        length: targetsPerUser,
        exclude: space.own(uploadExclusions(gpu, popularLists(users, items, 15, 2))),
        into: space.zeros("ranks", users * targetsPerUser),
      };
      return space.prepared(() => void rankCountsOnDevice(gpu, options));
    },
  };
}

/** All cases of the family. */
export const rankCountsCases: readonly BenchCase[] = [6, 64, 128].map((dim) =>
  rankCountsCase({ users: 256, items: citeulike.items, dim }, dim === 64)
);
