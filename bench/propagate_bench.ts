import { propagateCases } from "./cases/propagate.ts";
import { register } from "./register.ts";

await register(propagateCases);
