import { towerScoresCases } from "./cases/tower_scores.ts";
import { register } from "./register.ts";

await register(towerScoresCases);
