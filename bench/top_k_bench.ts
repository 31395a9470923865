import { topKCases } from "./cases/top_k.ts";
import { register } from "./register.ts";

await register(topKCases);
