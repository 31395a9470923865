import { embeddingBagCases } from "./cases/embedding_bag.ts";
import { register } from "./register.ts";

await register(embeddingBagCases);
