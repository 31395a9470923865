import { denseCases } from "./cases/dense.ts";
import { register } from "./register.ts";

await register(denseCases);
