import assert from "node:assert/strict";

/** Fails unless every number is within `tolerance` of the expected one, relative to the larger of it and `scale`. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  scale: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let n = 0; n < expected.length; n++) {
    const allowed = tolerance * Math.max(scale, Math.abs(expected[n]!));
    const close = Math.abs(actual[n]! - expected[n]!) <= allowed;
    assert.ok(close, `${what}: entry ${n} is ${actual[n]}, expected ${expected[n]} within ${allowed}`);
  }
}
