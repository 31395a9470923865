import { scoreBlocksCases } from "./cases/score_blocks.ts";
import { register } from "./register.ts";

await register(scoreBlocksCases);
