import { propagateCases } from "./cases/propagate.ts";
import { register } from "./deno_bench.ts";

await register(propagateCases);
