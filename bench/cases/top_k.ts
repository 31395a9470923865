/**
 * Scoring and top-K: all scores, only the best kept; and scores of given items.
 *
 * @module
 */
import { recordDistanceFactors } from "../../src/kernels/distance_factors.ts";
import { DeviceRagged } from "../../src/kernels/device_ragged.ts";
import { listScoresOnDevice } from "../../src/kernels/list_scores.ts";
import { topKOnDevice, uploadExclusions } from "../../src/kernels/top_k.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost, filterCost, type PairShape, rowBytes, selectionCost, topKCost } from "../costs.ts";
import { citeulike, count, popularLists, remember, table } from "../inputs.ts";

const k = 100;
const excluded = 15;
const exclusions = remember(
  ({ users, items }: PairShape) => popularLists(users, items, excluded),
  ({ users, items }) => `${users} ${items}`,
);

/** The best 100 items of each user without 15 excluded ones. */
export function topKCase(shape: PairShape, quick = false): BenchCase {
  const { users, items, dim } = shape;
  return {
    family: "top_k",
    name: `top-${k}`,
    shape: `${count(users)} x ${count(items)}, dim ${dim}`,
    quick,
    cost: topKCost(shape, k, excluded),
    parts: [
      { name: "scores, filtered", kernels: /^rank\/filter_(candidates|tiles)/, cost: filterCost(shape) },
      {
        name: "selection",
        kernels: /^rank\/(?!filter_)/,
        cost: selectionCost(shape, k, excluded),
        hardwareCost: selectionCost(shape, k, excluded, "hardware"),
      },
    ],
    prepare(gpu) {
      const space = new Workspace(gpu);
      const options = {
        users: { array: space.upload("users", table(users, dim)), row: 0, count: users },
        items: { array: space.upload("items", table(items, dim)), row: 0, count: items },
        dim,
        k,
        exclude: space.own(uploadExclusions(gpu, exclusions(shape))),
        into: { items: space.zeros("best items", users * k), scores: space.zeros("scores", users * k) },
      };
      return space.prepared(() => void topKOnDevice(gpu, options));
    },
  };
}

function listScoresCase(users: number, items: number, dim: number, length: number): BenchCase {
  return {
    family: "top_k",
    name: "list scores",
    shape: `${count(users)} lists of ${length} of ${count(items)}, dim ${dim}`,
    quick: true,
    cost: cost({
      bytes: rowBytes(users, dim) + rowBytes(users * length, dim) + 8 * users * length,
      operations: users * length * 2 * dim,
    }),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const options = {
        users: { array: space.upload("users", table(users, dim)), row: 0, count: users },
        items: { array: space.upload("items", table(items, dim)), row: 0, count: items },
        dim,
        lists: space.own(new DeviceRagged(gpu, "lists", popularLists(users, items, length))),
        into: space.zeros("scores", users * length),
      };
      return space.prepared(() => void listScoresOnDevice(gpu, options));
    },
  };
}

function distanceFactorsCase(rows: number, dim: number): BenchCase {
  return {
    family: "top_k",
    name: "distance factors",
    shape: `${count(rows)} rows, dim ${dim}`,
    quick: true,
    cost: cost({ bytes: rowBytes(rows, dim) + rowBytes(rows, dim + 2), operations: 3 * rows * dim }),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const source = space.upload("table", table(rows, dim));
      const factors = space.zeros("factors", rowBytes(rows, dim + 2) / 4);
      return space.prepared(() =>
        recordDistanceFactors(gpu, source, factors, { rows, users: citeulike.users, dim })
      );
    },
  };
}

const { users, items } = citeulike;

/** All cases of the family. */
export const topKCases: readonly BenchCase[] = [
  ...[6, 12, 32, 64, 128].map((dim) => topKCase({ users: 512, items, dim }, dim === 6 || dim === 64)),
  ...[6, 64].map((dim) => topKCase({ users, items, dim })),
  listScoresCase(users, items, 64, 100),
  distanceFactorsCase(users + items, 64),
];
