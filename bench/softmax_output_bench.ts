import { softmaxOutputCases } from "./cases/softmax_output.ts";
import { register } from "./deno_bench.ts";

await register(softmaxOutputCases);
