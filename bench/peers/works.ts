/**
 * The pieces of work that are compared.
 *
 * @module
 */
import type { Header } from "./inputs.ts";
import type { WorkOptions } from "./serve.ts";

/** A piece of work. */
export interface Work {
  /** What the table calls it. */
  readonly name: string;
  /** Which factory of a peer makes it. */
  readonly kind: "top-k" | "listwise" | "scores" | "cross-entropy" | "teacher";
  /** Its arguments. */
  readonly arguments: Partial<WorkOptions>;
  /** How often a timed run repeats it. */
  readonly repeats: number;
  /** Timed runs of each peer that are made however long they take, up to the number of rounds. */
  readonly leastRuns: number;
}

/** Users of the works on one block. */
const block = 1024;
/** A read-back costs 10 ms or more: several steps share one. */
const steps = 8;

/** All works on inputs of this shape. */
export function allWorks({ users, items, k, distillation }: Header): Work[] {
  const once = (name: string, kind: Work["kind"], options: Work["arguments"]): Work => {
    return { name, kind, arguments: options, repeats: 1, leastRuns: kind === "teacher" ? 3 : 1 };
  };
  return [
    ...(["overall", "ranked"] as const).flatMap((granularity) =>
      (["free", "clamped"] as const).map((scores): Work => ({
        name: `distillation step, ${granularity}, ${scores}, dim ${distillation.dim}`,
        kind: "listwise",
        arguments: { granularity, scores, steps },
        repeats: steps,
        leastRuns: 1,
      }))
    ),
    ...[6, 64].map((dim) => once(`top-${k} of ${users} users, dim ${dim}`, "top-k", { dim, count: null })),
    ...[6, 64].map((dim) => once(`top-${k} of ${block} users, dim ${dim}`, "top-k", { dim, count: block })),
    once(`stored scores ${block} x ${items}, dim 64`, "scores", { dim: 64, count: block }),
    once(`softmax gradient ${block} x ${items}, dim 64`, "cross-entropy", { dim: 64, count: block }),
    ...(["MF", "ML", "DL", "GNN", "AE", "I-AE"] as const).map((kind) => {
      return once(`epoch of ${kind}`, "teacher", { kind });
    }),
  ];
}
