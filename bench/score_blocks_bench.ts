import { scoreBlocksCases } from "./cases/score_blocks.ts";
import { register } from "./deno_bench.ts";

await register(scoreBlocksCases);
