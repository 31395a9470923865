import { adamCases } from "./cases/adam.ts";
import { register } from "./deno_bench.ts";

await register(adamCases);
