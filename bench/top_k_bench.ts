import { topKCases } from "./cases/top_k.ts";
import { register } from "./deno_bench.ts";

await register(topKCases);
