/**
 * Counter-based random numbers: the same (seed, stream, a, b) gives the same bits on the CPU and in WGSL, in any
 * order of evaluation. The generator is Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011); shaders/sample/random.wgsl is its twin. This module is browser compatible.
 *
 * @module
 */

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

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Two 32-bit random words for the key (`seed`, `purpose`) and the counter (`a`, `b`); all are taken modulo 2^32. */
export function threefry(seed: number, purpose: number, a: number, b: number): [number, number] {
  const k0 = seed >>> 0;
  const k1 = purpose >>> 0;
  const keys = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0];
  let x0 = (a + k0) >>> 0;
  let x1 = (b + k1) >>> 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round & 7]!;
    x0 = (x0 + x1) >>> 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) >>> 0;
    x1 = (x1 ^ x0) >>> 0;
    if ((round & 3) === 3) {
      const injection = (round + 1) >> 2;
      x0 = (x0 + keys[injection % 3]!) >>> 0;
      x1 = (x1 + keys[(injection + 1) % 3]! + injection) >>> 0;
    }
  }
  return [x0, x1];
}

/** A uniform number in [0, 1) with 53 random bits. */
export function uniform(seed: number, purpose: number, a: number, b: number): number {
  const [high, low] = threefry(seed, purpose, a, b);
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992;
}

/** A standard normal number (Box-Muller). */
export function normal(seed: number, purpose: number, a: number, b: number): number {
  const [high, low] = threefry(seed, purpose, a, b);
  const radius = Math.sqrt(-2 * Math.log((high + 1) / 4294967296));
  return radius * Math.cos(2 * Math.PI * (low / 4294967296));
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
