import { pairwiseCases } from "./cases/pairwise.ts";
import { register } from "./register.ts";

await register(pairwiseCases);
