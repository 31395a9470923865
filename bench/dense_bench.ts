import { denseCases } from "./cases/dense.ts";
import { register } from "./deno_bench.ts";

await register(denseCases);
