/**
 * HetComp's two listwise losses with their gradients (Kang et al., "Distillation from Heterogeneous Models for Top-K
 * Recommendation", WWW 2023): the coarse one and the fine-grained one.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type Ragged, rowCount } from "../ragged.ts";
import { checkFactors } from "./factors.ts";
import { padRows, strideOf, unpadRows } from "./embedding.ts";
import { indexLists, uploadListIndex } from "./list_index.ts";
import { type Granularity, ListwiseStep, type ScoreRange } from "./listwise_step.ts";

export {
  type Granularity,
  type ListLoss,
  type ListWeights,
  ListwiseStep,
  type ScoreRange,
} from "./listwise_step.ts";

/** What {@linkcode listwiseLoss} works on. */
export interface ListwiseInput {
  /** One row of `dim` floats per user. */
  readonly users: Float32Array;
  /** One row of `dim` floats per item. */
  readonly items: Float32Array;
  /** Length of a row. */
  readonly dim: number;
  /** O_u: the items of each user in the training set. */
  readonly observed: Ragged;
  /** P_u: some of them, the best first. */
  readonly positives: Ragged;
  /** T_u: unobserved items, the best first. */
  readonly tops: Ragged;
  /** Which loss. */
  readonly granularity: Granularity;
  /** How scores enter. Default "clamped". */
  readonly scores?: ScoreRange;
}

/** What {@linkcode listwiseLoss} returns. */
export interface ListwiseResult {
  /** Sum over all users, without weight. */
  readonly loss: number;
  /** Its gradient in `users`. */
  readonly gradUsers: Float32Array;
  /** Its gradient in `items`. */
  readonly gradItems: Float32Array;
}

/** Users in one batch. */
const usersTogether = 1024;

/**
 * HetComp's listwise loss of all users given, and its gradient.
 *
 * With s = user . item, J_u = P_u then T_u, R_u the sum of exp(s) over the items in neither O_u nor T_u: "overall" is
 * -sum over j in J_u of s_j - log(R_u + exp(s_j)). "ranked" is PL(P_u; R50) + (PL(T50; R50) + PL(T10; R10)) / 2, with
 * PL(X; R) = -sum over k of s_k - log(R + sum over l >= k of exp(s_l)); T50 and T10 are the first floor(n / 2) and
 * floor(n / 10) of the user's own n tops, R50 and R10 sum over the items in neither O_u nor T50, T10. Lists may differ
 * in length and be empty. Scores are never stored: see `ExpSum`.
 *
 * @example One user, three items
 * ```ts
 * import { listwiseLoss, openGpu, ragged } from "@hetcomp/hetcomp";
 * using gpu = await openGpu();
 * const { loss } = await listwiseLoss(gpu, {
 *   users: Float32Array.of(1),
 *   items: Float32Array.of(0, 0, 0),
 *   dim: 1,
 *   observed: ragged([[0]]),
 *   positives: ragged([[0]]),
 *   tops: ragged([[1]]),
 *   granularity: "overall",
 * });
 * console.assert(Math.abs(loss - 2 * Math.log(2)) < 1e-5);
 * ```
 *
 * @param gpu The device.
 * @param input Embeddings and lists.
 * @throws {ArgumentError} if lengths do not agree, `dim` is above 128, a list is not as {@linkcode indexLists} wants it, a
 * user has more than 10,000 positives and tops together, or an option is unknown.
 */
export async function listwiseLoss(gpu: Gpu, input: ListwiseInput): Promise<ListwiseResult> {
  const { dim, observed, positives, tops, granularity, scores = "clamped" } = input;
  if (granularity !== "overall" && granularity !== "ranked") {
    throw new ArgumentError("granularity", `it is ${granularity}`, "'overall' or 'ranked'");
  }
  if (scores !== "clamped" && scores !== "free") {
    throw new ArgumentError("scores", `it is ${scores}`, "'clamped' or 'free'");
  }
  checkFactors(input.users, input.items, dim);
  const userRows = padRows("users", input.users, dim);
  const itemRows = padRows("items", input.items, dim);
  const stride = strideOf(dim);
  const users = userRows.length / stride;
  const items = itemRows.length / stride;
  if (rowCount(observed) !== users) {
    throw new ArgumentError("users", `it has ${users} rows`, `${rowCount(observed)}, as many as 'observed'`);
  }
  const lists = indexLists({ users, items, observed, positives, tops });
  const gradItems = new Float64Array(items * dim);
  if (users === 0 || items === 0) {
    return { loss: 0, gradUsers: new Float32Array(users * dim), gradItems: new Float32Array(gradItems) };
  }
  const both = new Float32Array(userRows.length + itemRows.length);
  both.set(userRows);
  both.set(itemRows, userRows.length);
  using table = gpu.upload("listwise: table", both);
  using gradient = gpu.array("listwise: gradient", both.byteLength);
  using numbers = gpu.upload("listwise: users", Uint32Array.from({ length: users }, (_, user) => user));
  const batches = Math.ceil(users / usersTogether);
  using losses = gpu.array("listwise: losses", 4 * users);
  using index = uploadListIndex(gpu, lists);
  const capacity = Math.min(users, usersTogether);
  using step = gpu.allOrNothing(() => new ListwiseStep(gpu, { users, items, dim, capacity, scores }));
  let all = new Float32Array(0);
  for (let n = 0; n < batches; n++) {
    const start = n * usersTogether;
    const count = Math.min(usersTogether, users - start);
    step.record({
      table,
      gradient,
      users: numbers,
      start,
      count,
      index,
      granularity,
      weight: 1,
      losses,
    });
    all = await gpu.readFloats(gradient);
    const own = unpadRows(all.subarray(userRows.length), dim);
    for (let m = 0; m < own.length; m++) gradItems[m]! += own[m]!;
  }
  const summands = await gpu.readFloats(losses);
  return {
    loss: summands.reduce((sum, value) => sum + value, 0),
    gradUsers: unpadRows(all.subarray(0, userRows.length), dim),
    gradItems: new Float32Array(gradItems),
  };
}
