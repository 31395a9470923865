import { listwiseCases } from "./cases/listwise.ts";
import { register } from "./register.ts";

await register(listwiseCases);
