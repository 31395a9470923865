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

/** How often the work of a timed run is done before it is waited for: a read-back costs 10 ms or more in Deno. */
export interface Repeats {
  /** Distillation steps. */
  readonly steps: number;
  /** Searches and products: their results stay on the device, but for the last one's. */
  readonly searches: number;
  /** Epochs of a teacher; ours records the next one before it has read the losses of the last, as a training does. */
  readonly epochs: number;
}

/** All works on inputs of this shape. */
export function allWorks(
  { users, items, k, distillation }: Header,
  { steps, searches, epochs }: Repeats = { steps: 8, searches: 1, epochs: 1 },
): Work[] {
  const work = (name: string, kind: Work["kind"], options: Work["arguments"], repeats: number): Work => {
    return {
      name,
      kind,
      arguments: { ...options, repeats },
      repeats,
      leastRuns: kind === "teacher" ? 3 : 1,
    };
  };
  const search = (name: string, kind: Work["kind"], options: Work["arguments"]) =>
    work(name, kind, options, searches);
  return [
    ...(["overall", "ranked"] as const).flatMap((granularity) =>
      (["free", "clamped"] as const).map((scores) => {
        const name = `distillation step, ${granularity}, ${scores}, dim ${distillation.dim}`;
        return work(name, "listwise", { granularity, scores }, steps);
      })
    ),
    ...[6, 64].map((dim) => search(`top-${k} of ${users} users, dim ${dim}`, "top-k", { dim, count: null })),
    ...[6, 64].map((dim) => search(`top-${k} of ${block} users, dim ${dim}`, "top-k", { dim, count: block })),
    search(`stored scores ${block} x ${items}, dim 64`, "scores", { dim: 64, count: block }),
    search(`softmax gradient ${block} x ${items}, dim 64`, "cross-entropy", { dim: 64, count: block }),
    ...(["MF", "ML", "DL", "GNN", "AE", "I-AE"] as const).map((kind) => {
      // The loss of these has hardly fallen in the second epoch, by what their random numbers may hide.
      const checked = kind === "MF" || kind === "I-AE" ? 5 : 2;
      return work(`epoch of ${kind}`, "teacher", { kind, checked }, epochs);
    }),
  ];
}
