import { embeddingBagCases } from "./cases/embedding_bag.ts";
import { register } from "./deno_bench.ts";

await register(embeddingBagCases);
