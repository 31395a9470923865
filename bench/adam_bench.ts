import { adamCases } from "./cases/adam.ts";
import { register } from "./register.ts";

await register(adamCases);
