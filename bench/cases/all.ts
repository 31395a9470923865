import type { BenchCase } from "../case.ts";
import { adamCases } from "./adam.ts";
import { denseCases } from "./dense.ts";
import { embeddingBagCases } from "./embedding_bag.ts";
import { listwiseCases } from "./listwise.ts";
import { pairwiseCases } from "./pairwise.ts";
import { propagateCases } from "./propagate.ts";
import { rankCountsCases } from "./rank_counts.ts";
import { scoreBlocksCases } from "./score_blocks.ts";
import { softmaxOutputCases } from "./softmax_output.ts";
import { topKCases } from "./top_k.ts";
import { towerScoresCases } from "./tower_scores.ts";

/** The cases of every kernel family. */
export const allCases: readonly BenchCase[] = [
  ...topKCases,
  ...rankCountsCases,
  ...scoreBlocksCases,
  ...listwiseCases,
  ...softmaxOutputCases,
  ...pairwiseCases,
  ...propagateCases,
  ...embeddingBagCases,
  ...denseCases,
  ...towerScoresCases,
  ...adamCases,
];
