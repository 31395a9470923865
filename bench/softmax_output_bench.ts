import { softmaxOutputCases } from "./cases/softmax_output.ts";
import { register } from "./register.ts";

await register(softmaxOutputCases);
