import { listwiseCases } from "./cases/listwise.ts";
import { register } from "./deno_bench.ts";

await register(listwiseCases);
