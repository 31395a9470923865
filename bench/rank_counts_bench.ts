import { rankCountsCases } from "./cases/rank_counts.ts";
import { register } from "./deno_bench.ts";

await register(rankCountsCases);
