import { rankCountsCases } from "./cases/rank_counts.ts";
import { register } from "./register.ts";

await register(rankCountsCases);
