/**
 * Counter-based random numbers: the same (seed, stream, a, b) gives the same bits on the CPU and in WGSL, in any
 * order of evaluation. The generator is Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011); shaders/sample/random.wgsl is its twin. This module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "./errors.ts";

/** What a random number is used for: separate streams never share a counter. */
export const stream = {
  split: 1,
  shuffle: 2,
  negative: 3,
  initial: 4,
  sample: 5,
  dropout: 6,
  latent: 7,
  pair: 8,
  correction: 9,
  tail: 10,
  generalization: 11,
  trial: 12,
  spectral: 13,
} as const;

// The two words of the last mix: returning them from it would allocate, and this runs millions of times an epoch.
let high = 0;
let low = 0;

/** Four rounds of the generator with these rotations, then key words and the injection's number. */
function rounds(r0: number, r1: number, r2: number, r3: number, k0: number, k1: number): void {
  let x0 = high;
  let x1 = low;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << r0) | (x1 >>> (32 - r0))) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << r1) | (x1 >>> (32 - r1))) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << r2) | (x1 >>> (32 - r2))) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << r3) | (x1 >>> (32 - r3))) ^ x0;
  high = (x0 + k0) | 0;
  low = (x1 + k1) | 0;
}

function mix(seed: number, purpose: number, a: number, b: number): void {
  const k0 = seed | 0;
  const k1 = purpose | 0;
  const k2 = k0 ^ k1 ^ 0x1bd11bda;
  high = (a + k0) | 0;
  low = (b + k1) | 0;
  rounds(13, 15, 26, 6, k1, k2 + 1);
  rounds(17, 29, 16, 24, k2, k0 + 2);
  rounds(13, 15, 26, 6, k0, k1 + 3);
  rounds(17, 29, 16, 24, k1, k2 + 4);
  rounds(13, 15, 26, 6, k2, k0 + 5);
}

/**
 * Checks a seed.
 *
 * @throws {ArgumentError} if it is no integer from 0 to 2^32 - 1.
 */
export function checkSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return;
  throw new ArgumentError("seed", `it is ${seed}`, "an integer from 0 to 4294967295");
}

/** Two 32-bit random words for the key (`seed`, `purpose`) and the counter (`a`, `b`); all are taken modulo 2^32. */
export function threefry(seed: number, purpose: number, a: number, b: number): [number, number] {
  mix(seed, purpose, a, b);
  return [high >>> 0, low >>> 0];
}

/** A uniform number in [0, 1) with 53 random bits. */
export function uniform(seed: number, purpose: number, a: number, b: number): number {
  mix(seed, purpose, a, b);
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
}

/** A standard normal number (Box-Muller). */
export function normal(seed: number, purpose: number, a: number, b: number): number {
  const [first, second] = threefry(seed, purpose, a, b);
  const radius = Math.sqrt(-2 * Math.log((first + 1) / 4294967296));
  return radius * Math.cos(2 * Math.PI * (second / 4294967296));
}

/** A random order of 0 .. count-1 (Fisher-Yates), the `a`-th of its seed and purpose. */
export function permutation(
  count: number,
  seed: number,
  purpose: number,
  a: number,
): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(count);
  for (let n = 0; n < count; n++) order[n] = n;
  for (let n = count - 1; n > 0; n--) {
    const other = Math.floor(uniform(seed, purpose, a, n) * (n + 1));
    const kept = order[n]!;
    order[n] = order[other]!;
    order[other] = kept;
  }
  return order;
}
