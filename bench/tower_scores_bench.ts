import { towerScoresCases } from "./cases/tower_scores.ts";
import { register } from "./deno_bench.ts";

await register(towerScoresCases);
