/**
 * Rankings from stored blocks of scores, for models whose score is no dot product.
 *
 * @module
 */
import type { DeviceArray } from "../../src/gpu/device_array.ts";
import { rankCountsOfBlocks, type ScoreBlocks, topKOfBlocks } from "../../src/kernels/score_blocks.ts";
import { uploadExclusions } from "../../src/kernels/top_k.ts";
import { type BenchCase, type Cost, Workspace } from "../case.ts";
import { cost, storedRankCountsCost } from "../costs.ts";
import { citeulike, count, normals, popularLists } from "../inputs.ts";

const users = 256;
const items = citeulike.items;
const length = 100;

function blockCase(
  name: string,
  wholeCost: Cost,
  make: (space: Workspace, blocks: ScoreBlocks) => () => DeviceArray,
): BenchCase {
  return {
    family: "score_blocks",
    name,
    shape: `${users} x ${count(items)} stored scores`,
    quick: true,
    cost: wholeCost,
    prepare(gpu) {
      const space = new Workspace(gpu);
      const stored = space.upload("scores", normals(users * items, 1));
      const blocks: ScoreBlocks = {
        users,
        items,
        // Excluding overwrites scores, so that each run starts from a copy (which the device's clock leaves out).
        record: (_first, served, scores) => gpu.copy(stored, scores, 4 * served * items),
      };
      const record = make(space, blocks);
      return space.prepared(() => record().dispose());
    },
  };
}

/** All cases of the family. */
export const scoreBlocksCases: readonly BenchCase[] = [
  blockCase(
    `top-${length}`,
    cost({ bytes: 4 * users * items + 4 * users * length, operations: users * items }),
    (space, blocks) => {
      const exclude = space.own(uploadExclusions(space.gpu, popularLists(users, items, 15)));
      return () => topKOfBlocks(space.gpu, blocks, length, { exclude });
    },
  ),
  blockCase(
    `ranks of ${length}`,
    storedRankCountsCost({ users, items }, length),
    (space, blocks) => {
      const targets = space.upload("targets", popularLists(users, items, length).items);
      return () => rankCountsOfBlocks(space.gpu, blocks, targets, length);
    },
  ),
];
