import fc from "fast-check";
import { uniform } from "../../src/random.ts";
import { type Ragged, ragged } from "../../src/ragged.ts";

/** A ranking problem of a random shape. */
export interface Problem {
  /** User vectors. */
  users: Float32Array<ArrayBuffer>;
  /** Item vectors. */
  items: Float32Array<ArrayBuffer>;
  /** Dimension of both. */
  dim: number;
  /** Excluded items, in no order, with repetitions. */
  exclude: Ragged;
}

/** `count` numbers: small integers, whose dot products are exact and often equal, or floats in (-1, 1). */
export function randomFactors(
  count: number,
  seed: number,
  purpose: number,
  kind: "integers" | "floats",
): Float32Array<ArrayBuffer> {
  const value = (n: number) => {
    const number = 2 * uniform(seed, purpose, n, 0) - 1;
    return kind === "integers" ? Math.round(2 * number) : number;
  };
  return Float32Array.from({ length: count }, (_, n) => value(n));
}

/** A problem with a share of the items excluded for each user. */
export function randomProblem(
  shape: {
    users: number;
    items: number;
    dim: number;
    share: number;
    seed: number;
    kind: "integers" | "floats";
  },
): Problem {
  const { users, items, dim, share, seed, kind } = shape;
  const exclude = ragged(Array.from({ length: users }, (_, user) =>
    Array.from(
      { length: Math.round(share * items * uniform(seed, 3, user, 0)) },
      (_, n) => Math.floor(items * uniform(seed, 4, user, n)),
    )));
  return {
    users: randomFactors(users * dim, seed, 1, kind),
    items: randomFactors(items * dim, seed, 2, kind),
    dim,
    exclude,
  };
}

/** Shapes around the sizes at which kernels change their way of working. */
export function problems(kind: "integers" | "floats"): fc.Arbitrary<Problem> {
  return fc.record({
    users: fc.oneof(fc.constantFrom(0, 1, 64, 65), fc.integer({ min: 1, max: 140 })),
    items: fc.oneof(fc.constantFrom(0, 1, 2, 16), fc.integer({ min: 1, max: 700 })),
    dim: fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 11, 16, 17, 33, 64, 70),
    share: fc.constantFrom(0, 0.05, 0.5, 3),
    seed: fc.nat(),
    kind: fc.constant(kind),
  }).map(randomProblem);
}
