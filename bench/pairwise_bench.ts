import { pairwiseCases } from "./cases/pairwise.ts";
import { register } from "./deno_bench.ts";

await register(pairwiseCases);
