/**
 * Scores by a product of rows and a tower of dense layers, with one, two and three hidden layers.
 *
 * @module
 */
import { strideOf } from "../../src/kernels/embedding.ts";
import { recordTowerHead, recordWeightedRows, TowerScores } from "../../src/kernels/tower_scores.ts";
import { type BenchCase, Workspace } from "../case.ts";
import { cost, rowBytes } from "../costs.ts";
import { citeulike, count, table } from "../inputs.ts";

function towerCase(users: number, items: number, dim: number, widths: readonly number[]): BenchCase {
  const pairs = users * items;
  const [width] = widths as [number];
  const last = widths.at(-1)!;
  const layered = widths.slice(1).reduce((sum, outputs, n) => sum + outputs * (2 * widths[n]! + 2), 0);
  return {
    family: "tower_scores",
    name: `tower ${widths.join(", ")}`,
    shape: `${users} x ${count(items)}, product ${dim}`,
    quick: widths.length < 3,
    cost: cost({
      bytes: rowBytes(users + items, dim) + rowBytes(users + items, width) + 4 * pairs,
      operations: pairs * (2 * dim + 2 * width + layered + 2 * last),
    }),
    prepare(gpu) {
      const space = new Workspace(gpu);
      const layers = widths.slice(1).map((outputs, n) => ({
        inputs: widths[n]!,
        outputs,
        activation: "relu" as const,
        weights: space.upload("weights", table(widths[n]!, outputs)),
        bias: space.zeros("bias", strideOf(outputs)),
      }));
      const userRows = space.upload("users", table(users, dim));
      const outputWeights = space.upload("output weights", table(dim + last, 1));
      const userProducts = space.zeros("products", users * strideOf(dim));
      recordWeightedRows(gpu, userRows, outputWeights, userProducts, { rows: users, columns: dim });
      const head = space.zeros("head", strideOf(last) + 4);
      const bias = space.zeros("output bias", 4);
      recordTowerHead(gpu, outputWeights, bias, head, { first: dim, count: last });
      const tower = space.own(
        new TowerScores(gpu, {
          userProducts,
          itemRows: { array: space.upload("items", table(items, dim)), row: 0, count: items },
          dim,
          userSums: space.upload("users' sums", table(users, width)),
          itemSums: space.upload("items' sums", table(items, width)),
          width,
          activation: "relu",
          layers,
          head,
        }),
      );
      const scores = space.zeros("scores", pairs);
      return space.prepared(() => tower.recordBlock(0, users, scores));
    },
  };
}

/** All cases of the family. */
export const towerScoresCases: readonly BenchCase[] = [[32], [64, 32], [64, 32, 16]].map((widths) =>
  towerCase(64, citeulike.items, 64, widths)
);
